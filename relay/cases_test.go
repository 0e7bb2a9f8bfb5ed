package relay

import (
	"encoding/csv"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// theirs are the words of the reference data for ours.
var theirs = map[string]string{
	"true": "yes", "false": "no",
	"-all": "fail", "~all": "softfail", "?all": "neutral",
	"pass_aligned": "pass-aligned", "pass_unaligned": "pass-unaligned",
	"m365": "microsoft-365", "effective": "on", "new_message": "new-message", "onprem_relay": "on-premises-relay",
	"published_ranges": "published-ranges", "hrdp": "high-risk",
}

func ours(word string) string {
	if our, ok := theirs[word]; ok {
		return our
	}
	return word
}

// columns are the reference data's names of the inputs.
var columns = map[string]Input{
	"spf": "spf", "spf_all": "spf-elsewhere", "mailfrom_aligned": "mail-from-aligned", "dkim": "dkim", "dmarc": "dmarc-policy",
	"null_sender": "null-sender", "source_domain_resolves": "source-resolves", "mx": "mx", "gw_rewrites_envelope": "gateway-rewrites-sender",
	"gw_modifies_content": "gateway-changes-content", "gw_in_sender_spf": "gateway-in-sender-spf", "ef": "enhanced-filtering",
	"honor_dmarc": "honor-dmarc", "forward": "forward", "autoforward_allowed": "auto-forward-allowed", "outbound_sender_accepted": "accepted-domain",
	"spam_verdict": "spam", "over_limits": "over-limits", "criteria": "criteria", "forwarder_spf_ok": "forwarder-spf",
	"fwd_modifies_content": "forwarder-changes-content", "outbound_to_onprem": "to-on-premises", "dest_relay_check": "destination-relay-check",
	"dest_enforces_spf": "destination-enforces-spf", "dest_enforces_dmarc": "destination-enforces-dmarc",
}

// set gives an input a value, and fails the test if there is no such value.
func set(t *testing.T, p *Path, name Input, value string) {
	t.Helper()
	for _, c := range Choices() {
		if c.Input == name {
			if !slices.Contains(c.Values, value) {
				t.Fatalf("%s cannot be %q", name, value)
			}
			c.Set(p, value)
			return
		}
	}
	t.Fatalf("no input %s", name)
}

// readCases reads relay_cases.csv, each row by the names of its columns.
func readCases(t *testing.T) []map[string]string {
	t.Helper()
	file, err := os.Open("testdata/relay_cases.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func casePath(t *testing.T, row map[string]string) Path {
	t.Helper()
	p := Path{Receives: Yes} // the reference model has no destination that takes no mail
	for column, name := range columns {
		set(t, &p, name, ours(row[column]))
	}
	return p
}

// mendNames are the reference data's names of the changes.
var mendNames = map[string]string{
	"enable-enhanced-filtering": "enable Enhanced Filtering", acceptedDomain: "make the sender an accepted domain",
	"mx-to-microsoft": "point MX at Microsoft 365", "gateway-keeps-content": "gateway stops changing content",
	"sender-signs-dkim": "sender signs with aligned DKIM", "allow-forwarding": "allow external forwarding",
	"destination-authorises": "authorise by something other than published ranges",
}

// checkCase compares one row with what the model says, and lists the differences.
func checkCase(m model, p Path, row map[string]string) []string {
	r := m.follow(p)
	pool, code, _ := strings.Cut(row["pool"], ":")
	if code == "" {
		code = row["ndr"]
	}
	got := map[string]string{
		"entry_spf": string(r.EntrySPF), "entry_dkim": string(r.EntryDKIM), "entry_dmarc": string(r.EntryDMARC), "pool": string(r.Pool),
		"envelope": string(r.Envelope), "dest_spf": string(r.SPF), "dest_dkim": string(r.DKIM), "dest_dmarc": string(r.DMARC),
		"outcome": string(r.Outcome), "ndr": r.Code,
	}
	if r.Envelope == EnvelopeNone {
		got["envelope"] = ""
	}
	var wrong []string
	for name, have := range got {
		want := ours(row[name])
		switch name {
		case "pool":
			want = ours(pool)
		case "ndr":
			want = code
		}
		if have != want {
			wrong = append(wrong, name+" is "+have+", want "+want)
		}
	}
	slices.Sort(wrong)
	return wrong
}

func TestCases(t *testing.T) {
	rows := readCases(t)
	if len(rows) != 195 {
		t.Fatalf("%d rows, want 195", len(rows))
	}
	for _, row := range rows {
		p := casePath(t, row)
		for _, wrong := range checkCase(published(), p, row) {
			t.Errorf("%s: %s", row["name"], wrong)
		}
	}
}

// TestCaseMends compares the single changes. That the sender's or the
// forwarder's SPF can be mended is ours: the reference does not list it.
func TestCaseMends(t *testing.T) {
	checked := 0
	for _, row := range readCases(t) {
		var got []string
		for _, mend := range Mends(casePath(t, row)) {
			if name := mendNames[mend[0].ID]; len(mend) == 1 && name != "" {
				got = append(got, name)
			}
		}
		want := strings.FieldsFunc(row["single_fixes"], func(r rune) bool { return r == ';' })
		for i := range want {
			want[i] = strings.TrimSpace(want[i])
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", row["name"], got, want)
		}
		checked += len(want)
	}
	if checked < 50 {
		t.Errorf("only %d changes in the reference: was it read?", checked)
	}
}

// TestMends is about changes that the reference has no row for.
func TestMends(t *testing.T) {
	for _, c := range []struct {
		name string
		path func(*Path)
		want []string // what each mend says, by the names of its changes
	}{
		{"what arrives needs none", func(p *Path) { p.Filtering = FilteringOn }, nil},
		{"what is not known has none", func(p *Path) { p.Filtering = "" }, nil},
		{"refused on the way to the mailbox itself", func(p *Path) {
			p.MX, p.SPF, p.Policy, p.Forward = MXMicrosoft, facts.SPFFail, PolicyReject, ForwardNone
		},
			[]string{"sender-signs-dkim", "sender-spf"}},
		{"one's own domain alone would do, so pairs are named", func(p *Path) { p.Policy, p.RelayCheck = PolicyReject, RelayCheckRanges },
			[]string{acceptedDomain, "enable-enhanced-filtering+sender-signs-dkim", "sender-signs-dkim+destination-authorises", "sender-signs-dkim+mx-to-microsoft"}},
		{"no host takes the copy", func(p *Path) { p.Receives = No }, nil},
		{"over the limits", func(p *Path) { p.OverLimits = Yes }, nil},
	} {
		p := usual()
		c.path(&p)
		var got []string
		for _, m := range Mends(p) {
			var names []string
			for _, change := range m {
				names = append(names, change.ID)
			}
			got = append(got, strings.Join(names, "+"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestCasesConvict is the control: models with a fault, which the rows convict.
func TestCasesConvict(t *testing.T) {
	rows := readCases(t)
	for name, m := range map[string]model{
		"DKIM is enough by the newer text": spoiled(func(m *model) { m.exit.pool[10].when = []cond{fEntryDKIM.is(DKIMAligned)} }),
		"SPF is not looked at":             spoiled(func(m *model) { m.exit.pool = slices.Delete(m.exit.pool, 9, 10) }),
		"the relay pool is rewritten":      spoiled(func(m *model) { m.exit.envelope = slices.Delete(m.exit.envelope, 3, 4) }),
		"the gateway changes nothing":      spoiled(func(m *model) { m.entry.dkim = m.entry.dkim[1:] }),
		"no destination checks ranges":     spoiled(func(m *model) { m.destination.outcome = slices.Delete(m.destination.outcome, 7, 8) }),
	} {
		convicted := false
		for _, row := range rows {
			convicted = convicted || len(checkCase(m, casePath(t, row), row)) > 0
		}
		if !convicted {
			t.Errorf("not convicted: %s", name)
		}
	}
}

// spoiled is the model with a fault. It shares nothing with the model itself.
func spoiled(spoil func(*model)) model {
	m := published()
	m.entry.spf, m.entry.dkim, m.entry.action = apart(m.entry.spf), apart(m.entry.dkim), apart(m.entry.action)
	m.exit.pool, m.exit.envelope = apart(m.exit.pool), apart(m.exit.envelope)
	m.destination.outcome = apart(m.destination.outcome)
	spoil(&m)
	return m
}

// apart is a copy of a table.
func apart[T ~string](t table[T]) table[T] {
	t = slices.Clone(t)
	for i := range t {
		t[i].when = slices.Clone(t[i].when)
	}
	return t
}
