package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/dnstest"
	"github.com/mailposture/mailposture/internal/spfsuite"
)

// atOnce is how many tests of a suite run side by side: most of their time is
// spent waiting for servers that say nothing.
const atOnce = 16

// suiteRun is one call of spf check.
type suiteRun struct {
	suite  spfsuite.Suite
	test   spfsuite.Test
	server netip.AddrPort
	answer spfAnswer
	code   int
	errs   string
}

// check calls the command as a shell would, in this process.
func (r *suiteRun) check() error {
	var out, errs bytes.Buffer
	args := []string{"spf", "check", "-r", r.server.String(), "--timeout", "1s", "--retries", "1",
		"--ip", r.test.IP.String(), "--from", r.test.From, "--helo", r.test.HELO}
	r.code = run(context.Background(), args, stdio{strings.NewReader(""), &out, &errs})
	r.errs = errs.String()
	if err := json.Unmarshal(out.Bytes(), &r.answer); err != nil {
		return fmt.Errorf("%s: exit %d, %w in %q; %s", r.test.ID, r.code, err, out.String(), r.errs)
	}
	return nil
}

// runSuites serves each world on a port of its own and makes every call.
// change may spoil an answer before it is served.
func runSuites(t *testing.T, suites []spfsuite.Suite, change func(facts.Observation) facts.Observation) []*suiteRun {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	var runs []*suiteRun
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, s := range suites {
		server := dnstest.ServeAnswers(t, func(q facts.Question) facts.Observation { return change(s.World.Answer(q)) })
		for _, test := range s.Tests {
			r := &suiteRun{suite: s, test: test, server: server}
			runs = append(runs, r)
			group.Go(r.check)
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	return runs
}

func loadSuites(t *testing.T) ([]spfsuite.Suite, spfsuite.Exceptions) {
	t.Helper()
	exceptions, err := spfsuite.ReadExceptions()
	if err != nil {
		t.Fatal(err)
	}
	suites, err := spfsuite.Load(exceptions)
	if err != nil {
		t.Fatal(err)
	}
	return suites, exceptions
}

func asItIs(o facts.Observation) facts.Observation { return o }

// TestSPFSuites puts every test of the conformance suites through spf check
// over a real server. A departure that internal/spfsuite/exceptions.yaml does
// not argue for fails, and so does an exception that is no longer needed.
func TestSPFSuites(t *testing.T) {
	suites, exceptions := loadSuites(t)
	used := map[string]bool{}
	runs := runSuites(t, suites, asItIs)
	for _, r := range runs {
		got := r.answer
		ok, exception := exceptions.Allows(r.test, string(got.Result))
		if !ok {
			t.Errorf("%s (%s): %s (%s), want %v", r.test.ID, r.suite.Description, got.Result, got.Reason, r.test.Want)
		}
		if exception != nil {
			used[exception.Test] = true
		}
		wantCode := exitOK
		if got.Result == facts.SPFTempError {
			wantCode = exitIncomplete
		}
		if r.code != wantCode {
			t.Errorf("%s: %s with exit code %d; %s", r.test.ID, got.Result, r.code, r.errs)
		}
	}
	if len(used) != len(exceptions.Tests) {
		t.Errorf("of %d exceptions only %v are still needed", len(exceptions.Tests), used)
	}
	if len(runs) < 490 {
		t.Errorf("only %d tests ran", len(runs))
	}
}

// The control: a server that loses the last record of every answer makes the
// suites fail, and one that loses all of them fails nearly each.
func TestSPFSuitesCanFail(t *testing.T) {
	suites, exceptions := loadSuites(t)
	runs := runSuites(t, suites[:6], func(o facts.Observation) facts.Observation {
		if o.Kind == facts.KindTXT && o.Status == facts.Found {
			return facts.Observation{Question: o.Question, Status: facts.NoData}
		}
		return o
	})
	failed := 0
	for _, r := range runs {
		if ok, _ := exceptions.Allows(r.test, string(r.answer.Result)); !ok {
			failed++
		}
	}
	if failed < len(runs)/2 {
		t.Errorf("without any TXT record only %d of %d tests fail", failed, len(runs))
	}
}
