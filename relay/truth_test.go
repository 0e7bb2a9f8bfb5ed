package relay

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// readTable reads one table of truth_tables.md, each row by its headings.
func readTable(t *testing.T, heading string, rows int) []map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/truth_tables.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "## "+heading+". ")
	if !ok {
		t.Fatalf("no table %s", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	var names []string
	var all []map[string]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if names == nil {
			names = cells
			continue
		}
		row := map[string]string{}
		for i, name := range names {
			row[name] = cells[i]
		}
		all = append(all, row)
	}
	if len(all) != rows {
		t.Fatalf("table %s has %d rows, want %d", heading, len(all), rows)
	}
	return all
}

// sets gives an input every value that a cell stands for, "-" being all of them.
func sets(t *testing.T, paths []Path, name Input, cell string) []Path {
	t.Helper()
	values := []string{ours(cell)}
	if cell == "-" {
		for _, c := range Choices() {
			if c.Input == name {
				values = c.Values
			}
		}
	}
	var all []Path
	for _, p := range paths {
		for _, v := range values {
			set(t, &p, name, v)
			all = append(all, p)
		}
	}
	return all
}

// usual is Usual with what it leaves open.
func usual() Path {
	p := Usual()
	p.Elsewhere, p.DKIM, p.Policy, p.Filtering, p.RelayCheck = facts.SPFFail, DKIMNone, PolicyNone, FilteringOff, RelayCheckNone
	return p
}

func TestT1EntrySPF(t *testing.T) {
	for _, row := range readTable(t, "T1", 9) {
		listed, sender, _ := strings.Cut(row["gateway in sender SPF"], " (sender ")
		paths := []Path{usual()}
		for column, name := range map[string]Input{"MX": "mx", "EF": "enhanced-filtering", "gateway rewrites envelope": "gateway-rewrites-sender"} {
			paths = sets(t, paths, name, row[column])
		}
		paths = sets(t, paths, "gateway-in-sender-spf", listed)
		want, _, _ := strings.Cut(row["entry SPF"], " (")
		for _, p := range paths {
			for _, first := range []facts.SPFResult{facts.SPFPass, facts.SPFFail, facts.SPFSoftFail} {
				p.SPF = first
				if sender != "" {
					set(t, &p, "spf-elsewhere", ours(strings.TrimSuffix(sender, ")")))
				}
				expect := facts.SPFResult(want)
				if want == "as at the first hop" {
					expect = first
				}
				if got := Follow(p).EntrySPF; got != expect {
					t.Errorf("%v with %s at the first hop: %q, want %q", row, first, got, expect)
				}
			}
		}
	}
}

func TestT1bEntryDMARC(t *testing.T) {
	for _, row := range readTable(t, "T1b", 6) {
		p := usual()
		p.SPF = facts.SPFSoftFail
		set(t, &p, "dmarc-policy", row["policy"])
		set(t, &p, "honor-dmarc", map[string]string{"on": "yes", "off": "no"}[row["honor DMARC"]])
		paths := sets(t, sets(t, []Path{p}, "mx", row["MX"]), "enhanced-filtering", row["EF"])
		for _, p := range paths {
			r := Follow(p)
			if got := string(r.EntryDMARC); got != row["entry DMARC"] {
				t.Errorf("%v: DMARC %q", row, got)
			}
			if string(r.Outcome) != row["result here"] || string(r.Pool) != row["pool if it goes on"] {
				t.Errorf("%v: %s, pool %s", row, r.Outcome, r.Pool)
			}
		}
	}
}

func TestT2Pool(t *testing.T) {
	for _, row := range readTable(t, "T2", 8) {
		spf := []facts.SPFResult{facts.SPFPass}
		if row["entry SPF"] == "not pass" {
			spf = []facts.SPFResult{facts.SPFFail, facts.SPFSoftFail, facts.SPFNeutral, facts.SPFNone, facts.SPFTempError, facts.SPFPermError}
		}
		dkim := []Signature{DKIMAligned}
		if row["entry DKIM"] != "pass_aligned" {
			dkim = []Signature{DKIMNone, DKIMFail, DKIMUnaligned}
		}
		for _, criteria := range AllCriteria() {
			want, _, _ := strings.Cut(strings.Trim(row[string(criteria)], "*"), "**")
			for _, result := range spf {
				for _, signature := range dkim {
					p := usual()
					p.MX, p.SPF, p.DKIM, p.Criteria = MXMicrosoft, result, signature, criteria
					set(t, &p, "accepted-domain", row["outbound sender accepted"])
					if got := string(Follow(p).Pool); got != want {
						t.Errorf("%v, SPF %s, DKIM %s, %s: %s, want %s", row, result, signature, criteria, got, want)
					}
				}
			}
		}
	}
}

func TestT3BeforePool(t *testing.T) {
	conditions := map[string]func(*Path){
		"auto-forward not allowed":           func(p *Path) { p.AutoForward = No },
		"over sending limits":                func(p *Path) { p.OverLimits = Yes },
		`inbox rule "forward" (new message)`: func(p *Path) { p.Forward = ForwardNew },
		"null sender (NDR, auto-reply)":      func(p *Path) { p.NullSender = Yes },
		"spam verdict":                       func(p *Path) { p.Spam = Yes },
		"source domain without MX and A":     func(p *Path) { p.SourceResolves = No },
		"no forward":                         func(p *Path) { p.Forward = ForwardNone },
	}
	rows := readTable(t, "T3", len(conditions))
	for i, row := range rows {
		p := usual()
		conditions[row["condition"]](&p)
		want := func(p Path, what string) {
			t.Helper()
			r := Follow(p)
			pool, _, _ := strings.Cut(row["pool"], ":")
			code := strings.Trim(row["code"], "-")
			if string(r.Pool) != ours(pool) || string(r.Outcome) != row["outcome"] || r.Code != code {
				t.Errorf("%s%s: pool %s, %s %s", row["condition"], what, r.Pool, r.Outcome, r.Code)
			}
		}
		want(p, "")
		// The order: what stands above decides. That a message is not
		// forwarded at all stands last in the reference, and first with us:
		// the others are about what is forwarded.
		for _, below := range rows[i+1:] {
			if below["condition"] != "no forward" && row["condition"] != `inbox rule "forward" (new message)` {
				both := p
				conditions[below["condition"]](&both)
				want(both, " with "+below["condition"])
			}
		}
	}
}

func TestT4DestinationSPF(t *testing.T) {
	reach := map[string]func(*Path){ // what leads to the pool and the envelope
		"regular srs":                 func(p *Path) { p.MX = MXMicrosoft },
		"regular original (accepted)": func(p *Path) { p.Accepted = Yes },
		"regular own":                 func(p *Path) { p.Forward = ForwardNew },
		"relay original":              func(*Path) {},
		"hrdp srs":                    func(p *Path) { p.Spam = Yes },
	}
	for _, row := range readTable(t, "T4", 8) {
		p := usual()
		reach[row["pool"]+" "+row["envelope"]](&p)
		set(t, &p, "forwarder-spf", row["forwarder SPF lists Microsoft"])
		r := Follow(p)
		envelope, _, _ := strings.Cut(row["envelope"], " ")
		if string(r.Pool) != ours(row["pool"]) || string(r.Envelope) != envelope {
			t.Fatalf("%v: pool %s, envelope %s", row, r.Pool, r.Envelope)
		}
		if string(r.SPF) != row["SPF"] || string(r.SPFAligned) != row["SPF aligned with From"] {
			t.Errorf("%v: SPF %s, aligned %s", row, r.SPF, r.SPFAligned)
		}
	}
}

func TestT5Outcome(t *testing.T) {
	for _, row := range readTable(t, "T5", 32) {
		p := usual()
		if row["pool"] == "regular" {
			p.Filtering, p.HonorDMARC = FilteringOn, No
		}
		set(t, &p, "dkim", ours(row["DKIM"]))
		set(t, &p, "dmarc-policy", row["DMARC policy"])
		set(t, &p, "destination-relay-check", ours(row["destination relay check"]))
		r := Follow(p)
		got := []string{string(r.Pool), string(r.Envelope), string(r.SPF), string(r.DMARC), string(r.Outcome), r.Code}
		want := []string{row["pool"], row["envelope"], row["SPF"], row["DMARC"], row["outcome"], strings.Trim(row["code"], "-")}
		if !slices.Equal(got, want) {
			t.Errorf("%v: %q", row, got)
		}
	}
}
