package report

import (
	"crypto/sha256"
	"encoding/base64"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func pageOf(t *testing.T, results []Result) (string, *html.Node) {
	t.Helper()
	f, _ := FormatByName("html")
	page := render(t, f, Options{}, sampleRun(), results)
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return page, root
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// TestPagePolicy checks that the policy allows the page's style, by its hash,
// and nothing else.
func TestPagePolicy(t *testing.T) {
	_, root := pageOf(t, sampleResults())
	hash := sha256.Sum256([]byte(htmlStyle))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'"
	policies, styles := 0, 0
	for n := range root.Descendants() {
		switch {
		case n.Data == "meta" && attribute(n, "http-equiv") == "Content-Security-Policy":
			policies++
			if got := attribute(n, "content"); got != want || styles > 0 {
				t.Errorf("policy %q, want %q, before any style", got, want)
			}
		case n.Data == "style" && n.Type == html.ElementNode:
			styles++
			if n.FirstChild.Data != htmlStyle {
				t.Error("the style is not the one whose hash is in the policy")
			}
		}
	}
	if policies != 1 || styles != 1 {
		t.Errorf("%d policies, %d styles", policies, styles)
	}
	if strings.Contains(htmlStyle, "url(") || strings.Contains(htmlStyle, "@import") || strings.Contains(htmlStyle, "</") {
		t.Error("the style loads something, or ends early")
	}
}

// TestPageLinks checks that each in-page link leads somewhere, and that no
// place has two.
func TestPageLinks(t *testing.T) {
	_, root := pageOf(t, sampleResults())
	ids, links := map[string]bool{}, map[string]bool{}
	for n := range root.Descendants() {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two places are #%s", id)
			}
			ids[id] = true
		}
		if to, ok := strings.CutPrefix(attribute(n, "href"), "#"); ok {
			links[to] = true
		}
		for _, id := range strings.Fields(attribute(n, "aria-labelledby")) {
			links[id] = true
		}
	}
	for to := range links {
		if !ids[to] {
			t.Errorf("nothing is #%s", to)
		}
	}
	if !links["rule-SPF005"] || !links["d1"] || !links["summary"] {
		t.Errorf("links: %v", links)
	}
}

// TestPageStructure checks what people who do not see the page go by.
func TestPageStructure(t *testing.T) {
	page, root := pageOf(t, sampleResults())
	level := 1
	tables, captions := 0, 0
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && '1' <= n.Data[1] && n.Data[1] <= '6' {
			next := int(n.Data[1] - '0')
			if next > level+1 {
				t.Errorf("<%s> follows <h%d>", n.Data, level)
			}
			level = next
		}
		switch n.Data {
		case "table":
			tables++
		case "caption":
			captions++
		case "th":
			if attribute(n, "scope") == "" {
				t.Error("a heading of a table without scope")
			}
		case "svg":
			if attribute(n, "aria-hidden") != "true" {
				t.Error("a bar that says nothing is read out")
			}
		}
	}
	if tables == 0 || tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
	for _, part := range []string{`<html lang="en">`, "<header>", "<main>", "<nav aria-label=", `<a class="skip"`, `name="viewport"`} {
		if !strings.Contains(page, part) {
			t.Errorf("no %s", part)
		}
	}
	if n := strings.Count(page, " open>"); n != 0 {
		t.Errorf("%d of several domains stand open", n)
	}
	if one, _ := pageOf(t, sampleResults()[:1]); strings.Count(one, " open>") != 1 {
		t.Error("the only domain does not stand open")
	}
	if n := strings.Count(page, "<mark>"); n < 5 {
		t.Errorf("%d marks", n)
	}
}

// TestPageContrast checks text against what it stands on: 4.5 to 1 (WCAG 2.2,
// success criterion 1.4.3), in light and in dark.
func TestPageContrast(t *testing.T) {
	schemes := strings.SplitN(htmlStyle, "@media (prefers-color-scheme: dark)", 2)
	pairs := [][2]string{
		{"text", "page"}, {"text", "card"}, {"text", "code"}, {"quiet", "page"}, {"quiet", "card"}, {"link", "page"}, {"link", "card"},
		{"on-mark", "mark"}, {"high", "code"}, {"clean", "code"}, {"clean", "card"}, {"incomplete", "card"}, {"rejected", "card"},
		{"on-chip", "critical"}, {"on-chip", "high"}, {"on-chip", "medium"}, {"on-chip", "low"}, {"on-chip", "info"},
	}
	for i, scheme := range schemes {
		colors := map[string]string{}
		block, _, _ := strings.Cut(scheme[strings.Index(scheme, ":root"):], "}")
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(block, -1) {
			colors[m[1]] = m[2]
		}
		for _, p := range pairs {
			if c := contrast(t, colors[p[0]], colors[p[1]]); c < 4.5 {
				t.Errorf("scheme %d: --%s on --%s is %.2f to 1", i, p[0], p[1], c)
			}
		}
	}
	if c := contrast(t, "777777", "ffffff"); c >= 4.5 { // the control: a grey just too light
		t.Errorf("#777777 on white is %.2f to 1", c)
	}
}

// contrast is WCAG's ratio of two colours.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(hex string) float64 {
		if len(hex) != 6 {
			t.Fatalf("no colour: %q", hex)
		}
		var sum float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// TestNoTrustedMarkup checks that our code never tells html/template to trust
// a string.
func TestNoTrustedMarkup(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	trusted := regexp.MustCompile(`template\.(HTML|HTMLAttr|JS|JSStr|CSS|URL|Srcset)\(`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := trusted.Find(source); m != nil && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s: %s", file, m)
		}
	}
	if !trusted.MatchString("template.HTML(x)") {
		t.Error("the pattern finds nothing")
	}
}
