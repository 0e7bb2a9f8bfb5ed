package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/internal/chaos"
	"github.com/mailposture/mailposture/report"
)

// roleVariable makes the test binary play a role in place of running the tests,
// in a process of its own: so the processor time of a client is its own.
const roleVariable = "MAILPOSTURE_BENCH_ROLE"

// orders are what a role is to do.
type orders struct {
	Server netip.AddrPort // for a client
	List   string         // the path of a file with a domain a line
	Parts  string         // for scan; empty: all
	Out    string         // for scan: where the results go
	World  int            // for server: how many domains
}

// effort is what a client says in the end.
type effort struct {
	Answers   int    // with records
	Allocated uint64 // octets, in all
	Resident  uint64 // octets, the most at one time; 0: this system does not say
}

func playRole(name string) int {
	play := map[string]func(orders, io.Reader, io.Writer) error{
		"server": playServer, "naive": playNaive, "lookup": playLookup, "scan": playScan,
	}[name]
	var o orders
	in := bufio.NewReader(os.Stdin)
	line, err := in.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &o)
	}
	if err == nil {
		err = play(o, in, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// player prepares a process for a role.
func player(t testing.TB, role string, o orders) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, "XDG_CONFIG_HOME="+t.TempDir())
	cmd.Stderr = os.Stderr
	return cmd, bytes.NewReader(append(first, '\n'))
}

// field is a server with its made-up world, and a list of the domains in it.
type field struct {
	orders
	domains int
	answers int // to MX, TXT and _dmarc TXT of each domain, those with records
	in      io.Writer
	out     *json.Decoder
}

const worldSeed = 20261123

// newField starts the server; it ends with the test.
func newField(t testing.TB, domains int) *field {
	t.Helper()
	cmd, first := player(t, "server", orders{World: domains})
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f := &field{domains: domains, in: in, out: json.NewDecoder(out)}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	if _, err := io.Copy(in, first); err != nil {
		t.Fatal(err)
	}
	if err := f.out.Decode(&f.Server); err != nil {
		t.Fatal(err)
	}
	world := chaos.World(worldSeed, domains)
	for _, name := range world.Domains {
		for _, q := range three(name) {
			if len(world.Values(q.Name, q.Kind)) > 0 {
				f.answers++
			}
		}
	}
	f.List, f.Out = filepath.Join(t.TempDir(), "domains.txt"), filepath.Join(t.TempDir(), "out.jsonl")
	f.list(t, world.Domains)
	return f
}

// list writes the list.
func (f *field) list(t testing.TB, names []string) {
	t.Helper()
	if err := os.WriteFile(f.List, []byte(strings.Join(names, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// queries is how many queries the server has seen.
func (f *field) queries(t testing.TB) int64 {
	t.Helper()
	var n int64
	if _, err := f.in.Write([]byte{'\n'}); err != nil {
		t.Fatal(err)
	}
	if err := f.out.Decode(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// client is one way to learn about the domains of a field.
type client struct {
	name  string
	role  string
	parts string
}

func clients() []client {
	return []client{
		{"naive", "naive", ""},
		{"lookup", "lookup", ""},
		{"scan/mx,spf,dmarc", "scan", "mx,spf,dmarc"},
		{"scan/all", "scan", ""},
	}
}

// figures are what a client took, in all.
type figures struct {
	effort
	wall, cpu time.Duration
	queries   int64
}

// measure runs a client. The error is that it did not find what there is.
func (f *field) measure(t testing.TB, c client) (figures, error) {
	t.Helper()
	o := f.orders
	o.Parts = c.parts
	cmd, first := player(t, c.role, o)
	cmd.Stdin = first
	before, began := f.queries(t), time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	m := figures{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	m.queries = f.queries(t) - before
	if err := json.Unmarshal(out, &m.effort); err != nil {
		t.Fatalf("%s: %v: %s", c.name, err, out)
	}
	want := f.answers
	if c.role == "scan" {
		m.Answers, want = f.complete(t), f.domains
	}
	if m.Answers != want {
		return m, fmt.Errorf("%d answers or results, want %d", m.Answers, want)
	}
	return m, nil
}

// complete counts the domains of which the scan knows all.
func (f *field) complete(t testing.TB) int {
	t.Helper()
	file, err := os.Open(f.Out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := 0
	for lines := json.NewDecoder(file); ; {
		var line struct{ Status report.Status }
		if err := lines.Decode(&line); err == io.EOF {
			return n
		} else if err != nil {
			t.Fatal(err)
		}
		if line.Status == report.Complete {
			n++
		}
	}
}

// BenchmarkClients learns about the 10,000 domains of a made-up world on
// 127.0.0.1, each client in a process of its own: a naive one that only asks MX,
// TXT and _dmarc TXT (Client.Exchange of the DNS library in 1,000 goroutines),
// one that asks the same through scanner.DNS, and mailposture scan with some
// parts and with all. The server, a third process, remembers its answers, and a
// first run that does not count lets it learn them.
//
// x-naive is the processor time of the client by that of the naive one.
func BenchmarkClients(b *testing.B) {
	const domains = 10_000
	f := newField(b, domains)
	naive := 0.0
	for _, c := range clients() {
		b.Run(c.name, func(b *testing.B) {
			if _, err := f.measure(b, c); err != nil {
				b.Fatal(err)
			}
			var sum figures
			for b.Loop() {
				m, err := f.measure(b, c)
				if err != nil {
					b.Fatal(err)
				}
				sum.wall, sum.cpu, sum.queries = sum.wall+m.wall, sum.cpu+m.cpu, sum.queries+m.queries
				sum.Allocated, sum.Resident = sum.Allocated+m.Allocated, max(sum.Resident, m.Resident)
			}
			all := float64(b.N * domains)
			cpu := float64(sum.cpu.Microseconds()) / all
			if c.name == "naive" {
				naive = cpu
			}
			b.ReportMetric(0, "ns/op") // of all domains: it says nothing
			b.ReportMetric(all/sum.wall.Seconds(), "domains/s")
			b.ReportMetric(cpu, "cpu-µs/domain")
			b.ReportMetric(float64(sum.queries)/all, "queries/domain")
			b.ReportMetric(float64(sum.Allocated)/all, "B/domain")
			if sum.Resident > 0 {
				b.ReportMetric(float64(sum.Resident>>20), "rss-MiB")
			}
			if naive > 0 {
				b.ReportMetric(cpu/naive, "x-naive")
			}
		})
	}
}

// What the benchmark measures is there: every client finds what it should, with
// the queries that it takes, and one that finds less does not go unseen.
func TestBenchmarkClients(t *testing.T) {
	const domains = 60
	f := newField(t, domains)
	for _, c := range clients() {
		m, err := f.measure(t, c)
		if least := int64(domains * 9 / 10 * 2); err != nil || m.queries < least || m.cpu <= 0 || m.Allocated == 0 {
			t.Errorf("%s: %+v, %v", c.name, m, err)
		}
	}
	f.list(t, chaos.World(worldSeed, domains/2).Domains)
	for _, c := range clients() {
		if _, err := f.measure(t, c); err == nil {
			t.Errorf("%s: half of the domains are missing, and nobody says so", c.name)
		}
	}
}
