package dnstest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/mailposture/mailposture/facts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const text = `$ORIGIN example.
a TXT "x"
alias CNAME a
gone CNAME missing
big TXT xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
`

func exchange(t *testing.T, server netip.AddrPort, network, name string, timeout time.Duration) (*dns.Msg, error) {
	t.Helper()
	m := new(dns.Msg).SetQuestion(name, dns.TypeTXT)
	c := dns.Client{Net: network, Timeout: timeout}
	resp, _, err := c.Exchange(m, server.String())
	return resp, err
}

func TestServe(t *testing.T) {
	server := Serve(t, text+"big TXT "+strings.Repeat(strings.Repeat("y", 200)+" ", 5))
	for _, network := range []string{"udp", "tcp"} {
		for name, want := range map[string]struct {
			rcode, answers, soa int
		}{
			"a.example.":         {dns.RcodeSuccess, 1, 0},
			"A.Example.":         {dns.RcodeSuccess, 1, 0},
			"alias.example.":     {dns.RcodeSuccess, 2, 0},
			"gone.example.":      {dns.RcodeNameError, 1, 1},
			"example.":           {dns.RcodeSuccess, 0, 1}, // an empty non-terminal
			"b.example.":         {dns.RcodeNameError, 0, 1},
			"another.world.too.": {dns.RcodeNameError, 0, 1},
		} {
			resp, err := exchange(t, server, network, name, 5*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			if resp.Rcode != want.rcode || len(resp.Answer) != want.answers || len(resp.Ns) != want.soa {
				t.Errorf("%s: %v", name, resp)
			}
		}
		resp, err := exchange(t, server, network, "big.example.", 5*time.Second)
		if err != nil || resp.Truncated != (network == "udp") {
			t.Errorf("%s: truncated %v, %v", network, resp.Truncated, err)
		}
	}
}

func TestFault(t *testing.T) {
	for behaviour, want := range map[Behaviour]string{
		Honest:        "NOERROR 1",
		Servfail:      "SERVFAIL 0",
		Refused:       "REFUSED 0",
		OtherQuestion: "NOERROR 1",
		Silence:       "i/o timeout",
		Garbage:       "short read",
		TruncateNoTCP: "NOERROR 0",
	} {
		server := Serve(t, text, Fault(func(q facts.Question, udp bool) Behaviour {
			if q != (facts.Question{Name: "a.example", Kind: "TXT"}) {
				t.Errorf("asked about %s", q)
			}
			return behaviour
		}))
		timeout := 5 * time.Second
		if behaviour == Silence {
			timeout = 30 * time.Millisecond
		}
		resp, err := exchange(t, server, "udp", "a.example.", timeout)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = dns.RcodeToString[resp.Rcode] + " " + string(rune('0'+len(resp.Answer)))
			if other := resp.Question[0].Name != "a.example."; other != (behaviour == OtherQuestion) {
				t.Errorf("%s: the question is %v", behaviour, resp.Question)
			}
			if resp.Truncated != (behaviour == TruncateNoTCP) {
				t.Errorf("%s: truncated %v", behaviour, resp.Truncated)
			}
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", behaviour, got, want)
		}
		if behaviour == Silence || behaviour == TruncateNoTCP {
			if _, err := exchange(t, server, "tcp", "a.example.", 5*time.Second); err == nil || strings.Contains(err.Error(), "timeout") {
				t.Errorf("%s over TCP: %v", behaviour, err)
			}
		}
	}
}

// The same seed holds the same question back for the same time; another seed
// for another.
func TestShuffle(t *testing.T) {
	q, r := facts.Question{Name: "a", Kind: "TXT"}, facts.Question{Name: "b", Kind: "TXT"}
	one, same, two := &server{seed: 1}, &server{seed: 1}, &server{seed: 2}
	if one.delay(q) != same.delay(q) || one.delay(q) == two.delay(q) || one.delay(q) == one.delay(r) {
		t.Error("delays do not follow from seed and question")
	}
	if resp, err := exchange(t, Serve(t, text, Shuffle(7)), "udp", "a.example.", 5*time.Second); err != nil || len(resp.Answer) != 1 {
		t.Errorf("got %v, %v", resp, err)
	}
}

// A server of answers plays each as it stands: data that has no presentation
// form, a failure, a silence.
func TestServeAnswers(t *testing.T) {
	world := map[string]facts.Observation{
		"a.example":        {Status: facts.Found, Data: []string{`"x"`, `\# 4 03414243`}},
		"servfail.test":    {Status: facts.Failed, Cause: "SERVFAIL"},
		"silent.test":      {Status: facts.Failed, Cause: "timeout"},
		"exists.test":      {Status: facts.NoData},
		`odd\032name.test`: {Status: facts.Found, Data: []string{`"odd"`}},
	}
	server := ServeAnswers(t, func(q facts.Question) facts.Observation {
		o, ok := world[q.Name]
		if !ok {
			o.Status = facts.NXDomain
		}
		o.Question = q
		return o
	})
	for name, want := range map[string]string{
		"a.example.":      "NOERROR 2 [x] [ABC]",
		"servfail.test.":  "SERVFAIL 0",
		"exists.test.":    "NOERROR 0",
		"nowhere.test.":   "NXDOMAIN 0",
		`odd\ name.test.`: "NOERROR 1 [odd]",
	} {
		resp, err := exchange(t, server, "udp", name, 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(dns.RcodeToString[resp.Rcode], " ", len(resp.Answer))
		for _, rr := range resp.Answer {
			got += fmt.Sprint(" ", rr.(*dns.TXT).Txt)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if resp, err := exchange(t, server, "udp", "silent.test.", 30*time.Millisecond); err == nil {
		t.Errorf("silence is %v", resp)
	}
}
