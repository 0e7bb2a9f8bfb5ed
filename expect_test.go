package mailposture_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// claim is a block of an expect.txt, up to an empty line: what other programs
// said, what is right, and the expectations that show that we say it.
//
//	checkdmarc | #128 | "a:host/24" names the host "host/24"
//	right | /24 is the prefix length, and the host is asked for | RFC 7208, section 5.3
//	cidr.example.com spf.valid = true
//	cidr.example.com spf-syntax-error pass
//
// An expectation is a domain and one of
//
//	RULE pass|fail|unknown|not-applicable ["PART OF THE MESSAGE OR REASON"]
//	FIELD.OF.THE.RESULT = VALUE
//	asked TYPE NAME
//	mail spf=DOMAIN dkim=DOMAIN = none|pass|fail
//
// A field that is not there has the value absent, an empty one "", a list its
// items with a space between, and FIELD.len is how many it has. mail is DMARC's result for a
// message from the domain that SPF or DKIM passed for other ones.
type claim struct {
	said     []saying
	right    string
	refs     string
	expected []expectation
}

// saying is what one program said, in one or more threads.
type saying struct{ peer, threads, what string }

// expectation is one line of an expect.txt.
type expectation struct {
	line   int
	domain facts.Domain
	what   string // a rule's name, a field, "asked" or "mail"
	want   string
	detail string // of a rule: part of a finding's message or of the reason; of mail: who passed
}

func (e expectation) String() string {
	return strings.Join(strings.Fields(fmt.Sprint(e.domain, " ", e.what, " ", e.detail, " ", e.want)), " ")
}

// claims reads a case's expect.txt.
func (c caseFolder) claims() []claim {
	c.Helper()
	claims, err := parseClaims(string(c.read("expect.txt")))
	if err != nil {
		c.Fatal(err)
	}
	return claims
}

func (c caseFolder) expectations() []expectation {
	c.Helper()
	var all []expectation
	for _, claim := range c.claims() {
		all = append(all, claim.expected...)
	}
	return all
}

// domains are those of the expectations, each once, in that order.
func (c caseFolder) domains() []facts.Domain {
	c.Helper()
	var domains []facts.Domain
	for _, e := range c.expectations() {
		if !slices.Contains(domains, e.domain) {
			domains = append(domains, e.domain)
		}
	}
	return domains
}

func parseClaims(text string) ([]claim, error) {
	var claims []claim
	var now claim
	end := func() {
		if len(now.expected) > 0 || len(now.said) > 0 {
			claims = append(claims, now)
		}
		now = claim{}
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		fields := strings.Split(line, " | ")
		switch {
		case line == "":
			end()
		case strings.HasPrefix(line, "#"):
		case len(fields) == 3 && fields[0] == "right":
			now.right, now.refs = fields[1], fields[2]
		case len(fields) == 3:
			now.said = append(now.said, saying{fields[0], fields[1], fields[2]})
		default:
			e, err := parseExpectation(line)
			if err != nil {
				return nil, fmt.Errorf("expect.txt:%d: %w", i+1, err)
			}
			e.line = i + 1
			now.expected = append(now.expected, e)
		}
	}
	end()
	for _, c := range claims {
		if len(c.expected) == 0 || len(c.said) > 0 && (c.right == "" || c.refs == "") {
			return nil, fmt.Errorf("expect.txt: %v lacks what is right, with its source, or an expectation", c.said)
		}
	}
	return claims, nil
}

func parseExpectation(line string) (expectation, error) {
	text, rest, _ := strings.Cut(line, " ")
	domain, err := facts.ParseDomain(text)
	if err != nil {
		return expectation{}, err
	}
	e := expectation{domain: domain}
	if left, value, ok := strings.Cut(rest, " = "); ok {
		e.what, e.detail, _ = strings.Cut(left, " ")
		e.want = value
		return e, nil
	}
	e.what, rest, _ = strings.Cut(rest, " ")
	if e.what == "asked" {
		e.want = rest
		return e, nil
	}
	e.want, e.detail, _ = strings.Cut(rest, " ")
	if e.detail != "" {
		if e.detail, err = strconv.Unquote(e.detail); err != nil {
			return e, fmt.Errorf("%s: %w", line, err)
		}
	}
	outcomes := []policy.Outcome{policy.Pass, policy.Fail, policy.NotApplicable, policy.Unsure}
	known := slices.ContainsFunc(policy.Rules(), func(r policy.Rule) bool { return r.Name == e.what })
	if !known || !slices.Contains(outcomes, policy.Outcome(e.want)) {
		return e, fmt.Errorf("%s: no such rule or outcome", line)
	}
	return e, nil
}

// unmet says what is there instead of what is expected, or "".
func (e expectation) unmet(judged []judgement) string {
	i := slices.IndexFunc(judged, func(j judgement) bool { return j.snapshot.Domain == e.domain })
	if i < 0 {
		return "the domain was not judged"
	}
	j := judged[i]
	got := ""
	switch {
	case e.what == "asked":
		for _, o := range j.snapshot.Observations {
			if o.String() == e.want {
				return ""
			}
		}
		return "it was not"
	case e.what == "mail":
		got = j.mail(e.domain, e.detail)
	case strings.Contains(e.what, ".") || e.what == "status" || e.what == "roles":
		got = j.field(e.what)
	default:
		return e.unmetVerdict(j)
	}
	if got != e.want {
		return "it is " + got
	}
	return ""
}

func (e expectation) unmetVerdict(j judgement) string {
	for _, v := range j.verdicts {
		if v.Rule.Name != e.what {
			continue
		}
		said := v.Reason
		for _, f := range v.Findings {
			said += "\n" + f.Message
		}
		if string(v.Outcome) != e.want || !strings.Contains(said, e.detail) {
			return "it is " + string(v.Outcome) + " " + said
		}
		return ""
	}
	return "no such rule"
}

// field finds a value in the result's JSON, list items by their number.
func (j judgement) field(path string) string {
	text, err := json.Marshal(j.result)
	if err != nil {
		return err.Error()
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err.Error()
	}
	for step := range strings.SplitSeq(path, ".") {
		switch in := value.(type) {
		case map[string]any:
			value = in[step]
		case []any:
			n, err := strconv.Atoi(step)
			switch {
			case step == "len":
				value = float64(len(in))
			case err != nil || n >= len(in):
				return "absent"
			default:
				value = in[n]
			}
		default:
			return "absent"
		}
	}
	return printed(value)
}

func printed(value any) string {
	list, ok := value.([]any)
	switch {
	case value == nil || ok && len(list) == 0:
		return "absent"
	case value == "":
		return `""`
	case !ok:
		return fmt.Sprint(value)
	}
	items := make([]string, len(list))
	for i, item := range list {
		items[i] = fmt.Sprint(item)
	}
	return strings.Join(items, " ")
}

// mail is DMARC's result for a message from the domain. Names that the scan
// did not ask for have no records.
func (j judgement) mail(from facts.Domain, passed string) string {
	m := facts.DMARCMessage{From: string(from)}
	for word := range strings.FieldsSeq(passed) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "spf":
			m.SPF = value
		case "dkim":
			m.DKIM = append(m.DKIM, value)
		}
	}
	e, _ := facts.EvaluateDMARC(m, elsewhereNothing{j.snapshot}, facts.DefaultOptions())
	return string(e.Result)
}

// elsewhereNothing answers what a snapshot does not hold: it does not exist.
type elsewhereNothing struct{ *facts.Snapshot }

func (a elsewhereNothing) Get(q facts.Question) (facts.Observation, bool) {
	if o, ok := a.Snapshot.Get(q); ok {
		return o, true
	}
	return facts.Observation{Question: q, Status: facts.NXDomain}, true
}

// contrary is an expectation of something else.
func (e expectation) contrary() expectation {
	switch {
	case e.what == "asked" || e.what == "mail" || strings.Contains(e.what, "."):
		e.want += "x"
	case e.want == string(policy.Pass):
		e.want = string(policy.Fail)
	default:
		e.want = string(policy.Pass)
	}
	return e
}

// TestExpectationsControl is the control of TestCases: of every expectation the
// contrary must be unmet, and every claim must have one that is unmet where
// nothing exists, or where every question fails. A claim that holds in both
// says nothing of its zone.
func TestExpectationsControl(t *testing.T) {
	for _, c := range caseFolders(t) {
		judged := c.judged()
		void := c.judgeAll(c.scanOver(zoneSet(t, "")))
		outage := c.judgeAll(c.scanOver(instead{zoneSet(t, ""), "* * timeout"}))
		for _, claim := range c.claims() {
			holds := [2]bool{true, true}
			for _, e := range claim.expected {
				if e.contrary().unmet(judged) == "" {
					t.Errorf("%s/expect.txt:%d: the contrary of %s is met, too", c.name(), e.line, e)
				}
				holds[0] = holds[0] && e.unmet(void) == ""
				holds[1] = holds[1] && e.unmet(outage) == ""
			}
			if holds[0] && holds[1] {
				t.Errorf("%s/expect.txt:%d: what is expected holds without the zone", c.name(), claim.expected[0].line)
			}
		}
	}
}

// TestInstead checks that a case's answers are given, and no others.
func TestInstead(t *testing.T) {
	world := zoneSet(t, "example.com. A 192.0.2.1\nwww.example.com. A 192.0.2.2\nx.lie.example.com. A 192.0.2.3\n")
	r := instead{world, "A www.example.com SERVFAIL (EDE 6)\n* *.below.example.com timeout\nTXT lie.example.com NXDOMAIN\n"}
	for _, c := range []struct {
		name, kind string
		want       facts.Status
		cause      string
	}{
		{"example.com", "A", facts.Found, ""},
		{"www.example.com", "A", facts.Failed, "SERVFAIL (EDE 6)"},
		{"www.example.com", "TXT", facts.NoData, ""},
		{"below.example.com", "TXT", facts.NXDomain, ""},
		{"x.below.example.com", "TXT", facts.Failed, "timeout"},
		{"lie.example.com", "TXT", facts.NXDomain, ""},
		{"lie.example.com", "A", facts.NoData, ""},
	} {
		obs, err := r.Lookup(context.Background(), []facts.Question{{Name: c.name, Kind: c.kind}})
		if err != nil || obs[0].Status != c.want || obs[0].Cause != c.cause {
			t.Errorf("%s %s: %+v, %v", c.kind, c.name, obs, err)
		}
	}
}

// TestParseClaims refuses what would test nothing.
func TestParseClaims(t *testing.T) {
	for text, wrong := range map[string]string{
		"p | #1 | said\nexample.com status = complete":                                       "nothing says what is right",
		"p | #1 | said\nright | this | RFC 7208":                                             "no expectation",
		"p | #1 | said\nright | this | RFC 7208\nexample.com spf-syntax pass":                "no such rule",
		"p | #1 | said\nright | this | RFC 7208\nexample.com spf-syntax-error ok":            "no such outcome",
		"p | #1 | said\nright | this | RFC 7208\nexample.com spf-syntax-error fail unquoted": "the message is not quoted",
		"right | this | RFC 7208\n-- status = complete":                                      "no domain",
	} {
		if claims, err := parseClaims(text); err == nil {
			t.Errorf("%s: it was read as %+v", wrong, claims)
		}
	}
}
