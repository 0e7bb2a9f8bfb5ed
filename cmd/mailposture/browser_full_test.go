//go:build full

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/mailposture/mailposture/internal/dnstest"
)

// browser finds the machine's Chromium; distributions differ in its name.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: apt-get install chromium, as .ci/run does")
	return ""
}

// open shows a page and returns its document, scripts having run, and the log
// of what was loaded.
func open(t *testing.T, page string) (*html.Node, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	netLog := filepath.Join(t.TempDir(), "net.json")
	dom, err := exec.CommandContext(ctx, browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir="+t.TempDir(),
		"--log-net-log="+netLog, "--dump-dom", "file://"+page).Output()
	if err != nil {
		t.Fatal(err)
	}
	document, err := html.Parse(strings.NewReader(string(dom)))
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(netLog)
	if err != nil {
		t.Fatal(err)
	}
	return document, string(log)
}

// elements counts the elements of a document by name.
func elements(n *html.Node, counts map[string]int) map[string]int {
	if n.Type == html.ElementNode {
		counts[n.Data]++
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		elements(c, counts)
	}
	return counts
}

// canary is a host that only hostile text names. Nothing may ask for it.
const canary = "canary.invalid"

// A report on hostile domains is shown by a real browser: nothing of theirs
// becomes an element, runs or loads. The control is a page that lets one
// record through as it is.
func TestReportInBrowser(t *testing.T) {
	payload := `<script>document.title='pwned'</script><img src=http://` + canary + `/x><iframe src=http://` + canary + `></iframe>`
	zone := hostile() + `hostile.test. TXT "` + strings.ReplaceAll(payload, `"`, `\"`) + `"
_dmarc.sub.hostile.test. TXT "v=DMARC1; p=` + payload + `; rua=mailto:a@hostile.test"
sub.hostile.test. TXT "v=spf1 include:` + payload + ` -all"
`
	page := filepath.Join(t.TempDir(), "report.html")
	call(t, "", append(live(dnstest.Serve(t, zone)), "-q", "-o", page, "hostile.test", "sub.hostile.test")...)
	document, log := open(t, page)
	if bad := suspicious(document, log); len(bad) > 0 {
		t.Errorf("the report let through: %v", bad)
	}
	if counts := elements(document, map[string]int{}); counts["details"] < 2 || counts["h1"] != 1 {
		t.Errorf("that is no report: %v", counts)
	}

	control := filepath.Join(t.TempDir(), "control.html")
	if err := os.WriteFile(control, []byte("<!doctype html><title>x</title><body>"+payload), 0o600); err != nil {
		t.Fatal(err)
	}
	if bad := suspicious(open(t, control)); len(bad) < 3 {
		t.Errorf("a page that lets everything through gave only %v", bad)
	}
}

// suspicious lists what should not be in a report.
func suspicious(document *html.Node, log string) []string {
	var bad []string
	counts := elements(document, map[string]int{})
	for _, name := range []string{"script", "img", "iframe", "object", "embed", "form"} {
		if counts[name] > 0 {
			bad = append(bad, name)
		}
	}
	if strings.Contains(log, canary) {
		bad = append(bad, "a request to "+canary)
	}
	return bad
}
