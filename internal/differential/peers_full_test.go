//go:build full

package differential

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
)

const (
	mailauthSPF   = "mailauth SPF"
	mailauthDMARC = "mailauth DMARC"
	mailSPF       = "Mail::SPF"
)

// atOnce is how many processes of a peer run side by side, each with a DNS
// server of its own.
const atOnce = 4

// process is one running peer. It answers one scene at a time.
type process struct {
	t     *testing.T
	scene atomic.Pointer[scene] // what its DNS server answers from
	in    io.WriteCloser
	out   *bufio.Reader
}

// start runs a peer that asks an in-process DNS server.
func start(t *testing.T, command func(netip.AddrPort) *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t}
	p.scene.Store(&scene{})
	server := dnstest.ServeAnswers(t, func(q facts.Question) facts.Observation { return p.scene.Load().answer(q) })
	c := command(server)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewReader(out)
	t.Cleanup(func() {
		in.Close()
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// question is a line to a peer: about SPF, or without an address about DMARC.
type question struct {
	IP   string   `json:"ip,omitempty"`
	From string   `json:"from"`
	HELO string   `json:"helo,omitempty"`
	SPF  string   `json:"spf,omitempty"`
	DKIM []string `json:"dkim,omitempty"`
}

// reply is a line from it.
type reply struct {
	Result string `json:"result"`
	Policy string `json:"policy"`
	Org    string `json:"org"`
	SPF    bool   `json:"spf"`
	DKIM   bool   `json:"dkim"`
	Error  string `json:"error"`
}

// ask puts a question about a scene. A peer that throws has no result.
func (p *process) ask(s scene, q question) reply {
	p.scene.Store(&s)
	line, err := json.Marshal(q)
	if err == nil {
		_, err = p.in.Write(append(line, '\n'))
	}
	var text []byte
	if err == nil {
		text, err = p.out.ReadBytes('\n')
	}
	var r reply
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		p.t.Errorf("a peer ended: %v", err)
		return reply{}
	}
	if r.Error != "" {
		r.Result = "exception"
	}
	return r
}

func (p *process) spf(s scene) string {
	return p.ask(s, question{IP: s.message.IP.String(), From: s.message.From, HELO: s.message.HELO}).Result
}

func (p *process) dmarc(s scene) string {
	r := p.ask(s, question{From: s.message.From, SPF: s.passed, DKIM: s.signed})
	if r.Result == "pass" || r.Result == "fail" {
		return evaluation(r.Result, r.Policy, r.Org, r.SPF, r.DKIM)
	}
	return r.Result
}

func mailauth(t *testing.T) func(netip.AddrPort) *exec.Cmd {
	t.Helper()
	folder := filepath.Join("testdata", "peers")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "mailauth")); err != nil {
		t.Fatalf("no mailauth: npm ci --ignore-scripts in internal/differential/%s, as .ci/run does", folder)
	}
	return func(server netip.AddrPort) *exec.Cmd {
		return exec.Command("node", filepath.Join(folder, "mailauth.js"), server.String())
	}
}

func mailspf(server netip.AddrPort) *exec.Cmd {
	return exec.Command("perl", filepath.Join("testdata", "peers", "mailspf.pl"), server.Addr().String(), strconv.Itoa(int(server.Port())))
}

// compareAtOnce is compare with a few processes, each with its share.
func compareAtOnce(t *testing.T, peer, separator string, scenes []scene, command func(netip.AddrPort) *exec.Cmd,
	ours func(scene) string, theirs func(*process, scene) string) []difference {
	t.Helper()
	var group sync.WaitGroup
	parts := make([][]difference, atOnce)
	for i := range atOnce {
		p := start(t, command)
		var share []scene
		for j := i; j < len(scenes); j += atOnce {
			share = append(share, scenes[j])
		}
		group.Go(func() {
			parts[i] = compare(peer, separator, share, ours, func(s scene) string { return theirs(p, s) })
		})
	}
	group.Wait()
	var all []difference
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// spfScenes are generated ones, some of them with failing answers, and every
// twentieth real one.
func spfScenes(t *testing.T) []scene {
	t.Helper()
	scenes := append(generatedSPF(1, 2500), realSPF(t, 20)...)
	for _, s := range generatedSPF(3, 1500) {
		s.failing = true
		scenes = append(scenes, s)
	}
	return append(scenes, generatedSPF(2, 5500)...)
}

// TestAllRealSPF is TestSPF over every real domain.
func TestAllRealSPF(t *testing.T) {
	scenes := append(generatedSPF(4, 30000), realSPF(t, 1)...)
	v := triage(readClasses(t), goSPF, compare(goSPF, " ", scenes, ourSPF, theirSPF))
	v.report(t, goSPF, len(scenes))
}

func TestMailauthSPF(t *testing.T) {
	scenes := spfScenes(t)
	found := compareAtOnce(t, mailauthSPF, " ", scenes, mailauth(t), ourSPF, (*process).spf)
	triage(readClasses(t), mailauthSPF, found).report(t, mailauthSPF, len(scenes))
}

func TestMailSPF(t *testing.T) {
	if out, err := exec.Command("perl", "-MMail::SPF", "-e", "1").CombinedOutput(); err != nil {
		t.Fatalf("no Mail::SPF: apt-get install libmail-spf-perl, as .ci/run does (%s)", strings.TrimSpace(string(out)))
	}
	scenes := spfScenes(t)[:5000] // it is the slowest
	found := compareAtOnce(t, mailSPF, " ", scenes, mailspf, ourSPF, (*process).spf)
	triage(readClasses(t), mailSPF, found).report(t, mailSPF, len(scenes))
}

// ourEvaluation is EvaluateDMARC for a scene's message.
func ourEvaluation(s scene) string {
	m := facts.DMARCMessage{From: senderDomain(s.message), SPF: s.passed, DKIM: s.signed}
	e, _ := facts.EvaluateDMARC(m, s, facts.Options{})
	if e.Result == facts.DMARCPass || e.Result == facts.DMARCFail {
		return evaluation(string(e.Result), string(e.Policy), e.OrgDomain, e.AlignedSPF, e.AlignedDKIM != "")
	}
	return string(e.Result)
}

func evaluation(result, policy, org string, spf, dkim bool) string {
	return fmt.Sprintf("%s policy=%s org=%s spf=%v dkim=%v", result, policy, org, spf, dkim)
}

func TestMailauthDMARC(t *testing.T) {
	scenes := append(generatedDMARC(3, 6000), realDMARC(t)...)
	signDMARC(scenes, 3)
	found := compareAtOnce(t, mailauthDMARC, ";", scenes, mailauth(t), ourEvaluation, (*process).dmarc)
	triage(readClasses(t), mailauthDMARC, found).report(t, mailauthDMARC, len(scenes))
}

// The controls: what is planted in ours is noticed over DNS as well.
func TestPeersControl(t *testing.T) {
	classes := readClasses(t)
	planted := func(s scene) string { return strings.Replace(ourSPF(s), "softfail", "fail", 1) }
	scenes := generatedSPF(5, 200)
	for peer, command := range map[string]func(netip.AddrPort) *exec.Cmd{mailauthSPF: mailauth(t), mailSPF: mailspf} {
		if v := triage(classes, peer, compareAtOnce(t, peer, " ", scenes, command, planted, (*process).spf)); len(v.untriaged) == 0 {
			t.Errorf("%s: nothing noticed it", peer)
		}
	}
	policies := generatedDMARC(5, 300)
	signDMARC(policies, 5)
	for name, planted := range map[string]func(scene) string{
		"a policy":     func(s scene) string { return strings.Replace(ourEvaluation(s), "policy=reject", "policy=none", 1) },
		"an alignment": func(s scene) string { return strings.Replace(ourEvaluation(s), "spf=true", "spf=false", 1) },
	} {
		if v := triage(classes, mailauthDMARC, compareAtOnce(t, mailauthDMARC, ";", policies, mailauth(t), planted, (*process).dmarc)); len(v.untriaged) == 0 {
			t.Errorf("%s: nothing noticed it", name)
		}
	}
}
