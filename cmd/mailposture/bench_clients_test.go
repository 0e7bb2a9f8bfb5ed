package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner"
)

// The clients that BenchmarkClients compares.

const (
	naiveAtOnce = 1000 // domains
	naiveTries  = 4
)

// three are the questions of those that ask no more.
func three(domain string) []facts.Question {
	return []facts.Question{
		{Name: domain, Kind: facts.KindMX}, {Name: domain, Kind: facts.KindTXT}, {Name: "_dmarc." + domain, Kind: facts.KindTXT},
	}
}

// playScan is mailposture scan, without its start.
func playScan(o orders, in io.Reader, out io.Writer) error {
	spareGC()
	args := []string{"scan", "-l", o.List, "-r", o.Server.String(), "-q", "--allow-incomplete", "-o", "jsonl=" + o.Out}
	if o.Parts != "" {
		args = append(args, "--parts", o.Parts)
	}
	if code := run(context.Background(), args, stdio{in, io.Discard, os.Stderr}); code != exitOK {
		return fmt.Errorf("exit code %d", code)
	}
	return sayEffort(out, 0)
}

// playNaive asks as one does at first.
func playNaive(o orders, _ io.Reader, out io.Writer) error {
	client := &dns.Client{Timeout: time.Second}
	found, err := eachQuestion(o.List, func(q facts.Question) (bool, error) {
		m := new(dns.Msg).SetQuestion(dns.Fqdn(q.Name), dns.StringToType[q.Kind]).SetEdns0(1232, false)
		answer, err := naively(client, m, o.Server)
		if err != nil {
			return false, fmt.Errorf("%s: %w", q, err)
		}
		for _, rr := range answer.Answer {
			if rr.Header().Rrtype == m.Question[0].Qtype {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return sayEffort(out, found)
}

func naively(client *dns.Client, m *dns.Msg, server netip.AddrPort) (*dns.Msg, error) {
	var last error
	for range naiveTries {
		answer, _, err := client.Exchange(m, server.String())
		if err == nil && answer.Truncated {
			answer, _, err = (&dns.Client{Net: "tcp", Timeout: 5 * time.Second}).Exchange(m, server.String())
		}
		if err == nil {
			return answer, nil
		}
		last = err
	}
	return nil, last
}

// playLookup asks the same through our transport.
func playLookup(o orders, _ io.Reader, out io.Writer) error {
	transport, err := scanner.NewDNS(scanner.DNSConfig{Servers: []netip.AddrPort{o.Server}})
	if err != nil {
		return err
	}
	defer func() { _ = transport.Close() }()
	found, err := eachQuestion(o.List, func(q facts.Question) (bool, error) {
		obs, err := transport.Lookup(context.Background(), []facts.Question{q})
		if err == nil && obs[0].Status == facts.Failed {
			err = fmt.Errorf("%s: %s", q, obs[0].Cause)
		}
		return err == nil && obs[0].Status == facts.Found, err
	})
	if err != nil {
		return err
	}
	return sayEffort(out, found)
}

// eachQuestion asks the three questions about each domain of a list, one after
// the other, and counts the answers with records. The error is the first.
func eachQuestion(list string, ask func(facts.Question) (bool, error)) (int, error) {
	file, err := os.Open(list)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	names := make(chan string)
	var found atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range naiveAtOnce {
		wg.Go(func() {
			for name := range names {
				for _, q := range three(name) {
					yes, err := ask(q)
					if err != nil {
						failed.CompareAndSwap(nil, &err)
					}
					if yes {
						found.Add(1)
					}
				}
			}
		})
	}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		names <- lines.Text()
	}
	close(names)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return int(found.Load()), lines.Err()
}

// sayEffort is the last word of a client.
func sayEffort(out io.Writer, answers int) error {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return json.NewEncoder(out).Encode(effort{Answers: answers, Allocated: m.TotalAlloc, Resident: mostResident()})
}

// mostResident is the most memory that this process had at one time. What
// getrusage says of it counts that of the parent, which was there before exec.
func mostResident() uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib uint64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		return 0
	}
	return kib << 10
}
