package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/mailposture/mailposture/policy"
)

// The run that golden files and most tests render. It is made by hand, so that
// formats are tested without the rooms that make results.

var (
	began = time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)
	ended = time.Date(2026, 11, 2, 3, 4, 17, 0, time.UTC)
)

func sampleRules() []Rule {
	return []Rule{
		{
			ID: "DKIM002", Name: "dkim-short-key", Family: "DKIM", Title: "DKIM key is shorter than 2048 bits",
			Severity: policy.Low, Confidence: policy.Proof,
			Why:  "A 1024-bit RSA key is accepted today. Receivers have begun to distrust them, and they can be broken with enough money.",
			Fix:  "Make a 2048-bit key under a *new* selector, publish it, switch signing over, and revoke the old key after a week.",
			Refs: []string{"RFC 8301, section 3.2"},
		},
		{
			ID: "DMARC003", Name: "dmarc-policy-none", Family: "DMARC", Title: "DMARC policy asks receivers to do nothing",
			Severity: policy.Medium, Confidence: policy.Proof,
			Why: "With `p=none` a forged message that fails DMARC is delivered as if there were no policy.",
			Fix: "Read the aggregate reports until every sender of yours passes, then tighten in steps:\n\n" +
				"1. `p=quarantine; t=y` for two weeks\n2. `p=quarantine`\n3. `p=reject`\n\n" +
				"Publish it as\n\n```\n_dmarc.example.com. TXT \"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com\"\n```",
			Refs: []string{"RFC 9989, section 4.7", "https://learn.example/dmarc/enforce"},
		},
		{
			ID: "M365002", Name: "m365-direct-send", Family: "M365", Title: "Mail may reach Microsoft 365 round the gateway",
			Severity: policy.Medium, Confidence: policy.Hint,
			Why:  "The tenant's own host accepts mail from anyone unless a connector refuses what does not come from the gateway. DNS cannot show whether there is one.",
			Fix:  "Check for an inbound connector that takes mail from the gateway's addresses only; see [Microsoft's steps](https://learn.example/m365/connectors).",
			Refs: []string{"Microsoft, https://learn.example/m365/gateway."},
		},
		{
			ID: "MX005", Name: "mx-host-missing", Family: "MX", Title: "MX host does not exist",
			Severity: policy.Critical, Confidence: policy.Proof,
			Why:  "Mail to that host is delayed or lost, and whoever registers the name receives it.",
			Fix:  "Correct or remove the MX record.",
			Refs: []string{"RFC 5321, section 5.1"},
		},
		{
			ID: "SPF001", Name: "spf-missing", Family: "SPF", Title: "No SPF record",
			Severity: policy.High, Confidence: policy.Proof,
			Why: "Receivers cannot tell your servers from a stranger's.", Fix: "Publish a record that names your senders and ends in `-all`.",
			Refs: []string{"RFC 7208, section 3"},
		},
		{
			ID: "SPF005", Name: "spf-too-many-lookups", Family: "SPF", Title: "SPF needs more than ten DNS lookups",
			Severity: policy.High, Confidence: policy.Proof,
			Why: "Receivers stop at the eleventh lookup and give **permerror**. What DMARC then sees is an SPF failure, for *all* mail of the domain that is not stopped earlier by a match.",
			Fix: "Remove the includes of services that no longer send for you. Give each remaining bulk sender a subdomain of its own, with its own record:\n\n" +
				"- `news.example.com` for the newsletter\n- `crm.example.com` for the CRM\n\nDo not flatten by hand: providers change their addresses without notice.",
			Refs: []string{"RFC 7208, section 4.6.4", "https://learn.example/spf/limits"},
		},
		{
			ID: "SPF009", Name: "spf-softfail", Family: "SPF", Title: "SPF ends in ~all",
			Severity: policy.Info, Confidence: policy.Proof,
			Why: "Softfail asks receivers to accept and mark.", Fix: "Nothing, once DMARC is enforced.",
			Refs: []string{"RFC 7208, section 8.5"},
		},
	}
}

func sampleRun() Run {
	return Run{
		By: "mailposture/0.1.0 rules/2026-11", Started: began,
		Lists: []List{{Path: "lists/domains.txt"}}, Rules: sampleRules(),
	}
}

// sampleResults are five lines of a list and one argument.
func sampleResults() []Result {
	return []Result{crowded(), healthy(), slow(), inherits(), notADomain(), argument()}
}

func present() Standing { return Standing{State: "present"} }

func blank(domain string, line int) Result {
	r := Result{
		Schema: ResultSchema, By: "mailposture/0.1.0 rules/2026-11", Domain: domain,
		Time: began.Add(time.Duration(line) * time.Second), Status: Complete, Roles: []string{},
		Findings: []Finding{}, Repairs: []Repair{}, Unknown: []UnknownRule{},
		NotApplicable: []string{}, NotRun: []string{},
	}
	if line > 0 {
		r.Input = &Input{List: "lists/domains.txt", Line: line, Text: domain}
	}
	return r
}

// find makes a finding of a sample rule; mark is the part of text to point at.
func find(domain, id, key, message, name, kind, text, mark string) Finding {
	sum := sha256.Sum256([]byte(id + "\x00" + domain + "\x00" + key))
	f := Finding{Rule: id, Key: key, Message: message, Fingerprint: hex.EncodeToString(sum[:]), Repairs: []int{}}
	for _, r := range sampleRules() {
		if r.ID == id {
			f.Name, f.Severity, f.Confidence, f.Family = r.Name, r.Severity, r.Confidence, r.Family
		}
	}
	e := Evidence{Name: name, Kind: kind, Text: text}
	if mark != "" {
		e.Offset, e.Length = strings.Index(text, mark), len(mark)
	}
	f.Evidence = []Evidence{e}
	return f
}

const crowdedSPF = "v=spf1 include:spf.protection.outlook.com include:spf-00123.gpphosted.com include:_spf.salesforce.com " +
	"include:mail.zendesk.com include:_spf.newsletter.example a:gone.example.com mx -all"

// crowded has a gateway, Microsoft 365 behind it, and much wrong.
func crowded() Result {
	r := blank("example.com", 1)
	r.Input.Text = "Example.COM."
	r.Roles = []string{"sends", "receives"}
	r.Checklists = []Checklist{{
		Pack: "@bulk-sender", Title: "What large receivers ask", Counts: AnswerCounts{Met: 1, NotMet: 1, CannotTell: 1},
		Sources: []CheckSource{{
			Name: "A receiver: sender guidelines", URL: "https://receiver.example/guidelines",
			Asks: []Requirement{
				{Text: "SPF is set up", Answer: "not-met", Reason: "SPF needs 12 DNS lookups", Rules: []string{"SPF001", "SPF005"}, Failed: []string{"SPF005"}},
				{Text: "DKIM is set up", Answer: "met", Rules: []string{"DKIM002"}},
				{Text: "Mail is sent over TLS", Answer: "cannot-tell", Reason: "it shows at the mail servers, not in DNS", Rules: []string{}},
			},
		}},
	}}
	r.MX = &MX{
		Standing: present(),
		Hosts: []Host{
			{Host: "mxa-00123.gslb.pphosted.com", Preference: 10, Provider: "proofpoint", State: "present", Addresses: []string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}},
			{Host: "mxb-00123.gslb.pphosted.com", Preference: 10, Provider: "proofpoint", State: "present", Addresses: []string{"192.0.2.3"}},
			{Host: "old-mail.example.com", Preference: 20, State: "absent"},
		},
		Gateway: "proofpoint", MailboxHost: "microsoft-365", MailboxConfidence: "high",
		MailboxEvidence: []string{"dkim-cname", "autodiscover"},
	}
	leaf := func(name, record string) *SPFNode {
		return &SPFNode{Name: name, Standing: present(), Record: record}
	}
	crm := leaf("_spf.salesforce.com", "v=spf1 exists:%{i}._spf.mta.salesforce.com -all")
	crm.Terms = []SPFTerm{{Term: "exists:%{i}._spf.mta.salesforce.com", Lookups: 1}, {Term: "-all"}}
	news := leaf("_spf.newsletter.example", "v=spf1 include:a.newsletter.example include:b.newsletter.example ?all")
	news.Terms = []SPFTerm{
		{Term: "include:a.newsletter.example", Lookups: 2, State: "present", Child: leaf("a.newsletter.example", "v=spf1 a mx ?all")},
		{Term: "include:b.newsletter.example", Lookups: 1, State: "present", Child: leaf("b.newsletter.example", "v=spf1 ip4:198.51.100.0/24 ?all")},
		{Term: "?all"},
	}
	r.SPF = &SPF{
		Standing: present(), Record: crowdedSPF, Lookups: 12, VoidLookups: 1, LookupsComplete: true, All: "-",
		Tree: &SPFNode{Name: "example.com", Standing: present(), Record: crowdedSPF, Terms: []SPFTerm{
			{Term: "include:spf.protection.outlook.com", Lookups: 1, Provider: "microsoft-365", State: "present", Child: leaf("spf.protection.outlook.com", "v=spf1 ip4:192.0.2.0/24 -all")},
			{Term: "include:spf-00123.gpphosted.com", Lookups: 2, Provider: "proofpoint", State: "present", Child: leaf("spf-00123.gpphosted.com", "v=spf1 include:spf.example.net -all")},
			{Term: "include:_spf.salesforce.com", Lookups: 2, Provider: "salesforce", State: "present", Child: crm},
			{Term: "include:mail.zendesk.com", Lookups: 1, Provider: "zendesk", State: "present", Child: leaf("mail.zendesk.com", "v=spf1 ip4:203.0.113.0/24 ?all")},
			{Term: "include:_spf.newsletter.example", Lookups: 4, State: "present", Child: news},
			{Term: "a:gone.example.com", Lookups: 1, Voids: 1, State: "absent"},
			{Term: "mx", Lookups: 1, State: "present"},
			{Term: "-all"},
		}},
		Relay: []RelayCheck{{IP: "192.0.2.9", Result: "permerror", Reason: "more than 10 lookups"}},
	}
	const dmarc = "v=DMARC1; p=none; rua=mailto:dmarc@example.com"
	r.DMARC = &DMARC{
		Standing: present(), Record: dmarc, Valid: true, FoundAt: "_dmarc.example.com", OrganizationalDomain: "example.com",
		Path: []Step{{Name: "_dmarc.example.com", Standing: present()}}, Policy: "none",
		Effective: &Effective{This: "none", Tag: "p", Subdomain: Subdomain{Existing: "none", Nonexistent: "none"}},
		RUA:       []string{"mailto:dmarc@example.com"}, RUF: []string{}, ADKIM: "r", ASPF: "r",
	}
	r.DKIM = &DKIM{Standing: present(), Tried: 12, Keys: []Key{
		{Selector: "k1", Standing: present(), Type: "rsa", Bits: 1024, Provider: "mailchimp"},
		{Selector: "selector1", Standing: present(), Type: "rsa", Bits: 2048, Provider: "microsoft-365", CNAME: "selector1-example-com._domainkey.example.onmicrosoft.com"},
		{Selector: "selector2", Standing: Standing{State: "dangling"}, Provider: "microsoft-365", CNAME: "selector2-example-com._domainkey.example.onmicrosoft.com"},
	}}
	r.M365 = &M365{Standing: present(), EOPHost: "example-com.mail.protection.outlook.com", Signals: []Signal{
		{Signal: "dkim-cname", Strength: "proof"}, {Signal: "autodiscover", Strength: "strong"},
	}}
	d := r.Domain
	tooMany := find(d, "SPF005", "", "SPF needs 12 DNS lookups, and receivers stop at 10", d, "TXT", crowdedSPF, "include:_spf.newsletter.example")
	tooMany.Repairs = []int{0}
	r.Findings = []Finding{
		find(d, "MX005", "old-mail.example.com", "the MX host old-mail.example.com does not exist", d, "MX", "20 old-mail.example.com.", "old-mail.example.com."),
		tooMany,
		find(d, "DMARC003", "", "p=none: receivers deliver what fails DMARC", "_dmarc."+d, "TXT", dmarc, "p=none"),
		find(d, "M365002", "", "does a connector refuse mail that comes to example-com.mail.protection.outlook.com past the gateway?", d, "MX", "10 mxa-00123.gslb.pphosted.com.", "mxa-00123.gslb.pphosted.com."),
		find(d, "DKIM002", "k1", "the key under selector k1 has 1024 bits", "k1._domainkey."+d, "TXT", "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDAkeyMaterialThatGoesOnForQuiteAWhileAndWouldNotFitOnOneLineOfATerminal", ""),
	}
	r.Findings[0].Evidence[0].Source = "example.zone:7"
	r.Findings[0].Evidence = append(r.Findings[0].Evidence, r.Findings[0].Evidence[0]) // shown once
	r.Repairs = []Repair{{Name: d, Kind: "TXT", Old: crowdedSPF, New: strings.Replace(crowdedSPF, "a:gone.example.com ", "", 1)}}
	r.NotApplicable = []string{"DKIM004", "MX003"}
	r.Counts = Counts{Critical: 1, High: 1, Medium: 2, Low: 1, Pass: 41, NotApplicable: 2}
	return r
}

// healthy has nothing wrong.
func healthy() Result {
	r := blank("healthy.example", 2)
	r.Roles = []string{"sends", "receives"}
	r.MX = &MX{Standing: present(), MailboxHost: "google-workspace", MailboxConfidence: "high", MailboxEvidence: []string{"mx"},
		Hosts: []Host{{Host: "smtp.google.com", Preference: 1, Provider: "google-workspace", State: "present", Addresses: []string{"192.0.2.40"}}}}
	r.SPF = &SPF{Standing: present(), Record: "v=spf1 include:_spf.google.com -all", Valid: true, Lookups: 4, LookupsComplete: true, All: "-"}
	r.DMARC = &DMARC{Standing: present(), Record: "v=DMARC1; p=reject; rua=mailto:d@healthy.example", Valid: true, FoundAt: "_dmarc.healthy.example",
		OrganizationalDomain: "healthy.example", Path: []Step{{Name: "_dmarc.healthy.example", Standing: present()}}, Policy: "reject",
		Effective: &Effective{This: "reject", Tag: "p", Subdomain: Subdomain{Existing: "reject", Nonexistent: "reject"}},
		RUA:       []string{"mailto:d@healthy.example"}, RUF: []string{}, ADKIM: "r", ASPF: "r"}
	r.DKIM = &DKIM{Standing: present(), Tried: 6, Keys: []Key{{Selector: "google", Standing: present(), Type: "rsa", Bits: 2048, Provider: "google-workspace"}}}
	r.M365 = &M365{Standing: Standing{State: "unseen"}, Signals: []Signal{}}
	r.Counts = Counts{Pass: 52}
	return r
}

// slow has servers that do not answer.
func slow() Result {
	r := blank("slow.example", 3)
	r.Status = Incomplete
	r.Roles = []string{"receives"}
	const silence = "TXT _dmarc.slow.example: SERVFAIL (EDE 22)"
	r.MX = &MX{Standing: present(), Hosts: []Host{{Host: "mx.slow.example", Preference: 10, State: "unknown", Reason: "A mx.slow.example: timeout"}}}
	r.SPF = &SPF{Standing: present(), Record: "v=spf1 include:spf.far.example ~all", Lookups: 1, All: "~",
		Tree: &SPFNode{Name: "slow.example", Standing: present(), Record: "v=spf1 include:spf.far.example ~all", Terms: []SPFTerm{
			{Term: "include:spf.far.example", Lookups: 1, State: "unknown", Reason: "TXT spf.far.example: timeout"},
			{Term: "~all"},
		}}}
	r.DMARC = &DMARC{Standing: Standing{State: "unknown", Reason: silence}, Path: []Step{{Name: "_dmarc.slow.example", Standing: Standing{State: "unknown", Reason: silence}}}, RUA: []string{}, RUF: []string{}}
	r.DKIM = &DKIM{Standing: Standing{State: "unseen"}, Keys: []Key{}, Tried: 8}
	r.Findings = []Finding{find(r.Domain, "SPF009", "", "SPF ends in ~all", r.Domain, "TXT", r.SPF.Record, "~all")}
	r.Unknown = []UnknownRule{
		{Rule: "DMARC001", Reason: silence}, {Rule: "DMARC003", Reason: silence},
		{Rule: "SPF005", Reason: "TXT spf.far.example: timeout"},
	}
	r.NotRun = []string{"M365002"}
	r.Counts = Counts{Info: 1, Pass: 20, Unknown: 3}
	return r
}

// inherits is parked, and its policy stands above it.
func inherits() Result {
	r := blank("shop.example.net", 4)
	r.Roles = []string{"parked"}
	r.Parked = &Parked{Records: []ParkedRecord{
		{Name: "shop.example.net", Kind: "MX", Data: "0 .", Published: true},
		{Name: "shop.example.net", Kind: "TXT", Data: `"v=spf1 -all"`},
		{Name: "_dmarc.shop.example.net", Kind: "TXT", Data: `"v=DMARC1; p=reject"`},
	}}
	r.MX = &MX{Standing: present(), Null: true, Hosts: []Host{}}
	r.SPF = &SPF{Standing: Standing{State: "absent"}}
	r.DMARC = &DMARC{Standing: present(), Record: "v=DMARC1; p=quarantine; sp=reject; t=y", Valid: true, FoundAt: "_dmarc.example.net",
		OrganizationalDomain: "example.net", Path: []Step{
			{Name: "_dmarc.shop.example.net", Standing: Standing{State: "absent"}}, {Name: "_dmarc.example.net", Standing: present()},
		}, Policy: "quarantine",
		Effective: &Effective{This: "quarantine", Tag: "sp", Subdomain: Subdomain{Existing: "quarantine", Nonexistent: "reject"}},
		RUA:       []string{}, RUF: []string{}, ADKIM: "s", ASPF: "r", Testing: true}
	r.DKIM = &DKIM{Standing: Standing{State: "absent"}, Keys: []Key{}}
	r.Findings = []Finding{find(r.Domain, "SPF001", "", "there is no SPF record", r.Domain, "TXT", "", "")}
	r.Counts = Counts{High: 1, Pass: 11, NotApplicable: 30}
	return r
}

// notADomain is a line that was refused.
func notADomain() Result {
	r := blank("", 5)
	r.Status = Rejected
	r.Input.Text = "http://[::1]/ not a domain"
	r.Reason = "an IP address is not a domain"
	return r
}

// argument was named on the command line, and has several SPF records.
func argument() Result {
	r := blank("example.org", 0)
	r.Input = &Input{Text: "example.org"}
	r.Roles = []string{"sends"}
	r.MX = &MX{Standing: Standing{State: "absent"}, Hosts: []Host{}}
	r.SPF = &SPF{Standing: present(), Records: []string{"v=spf1 mx -all", `v=spf1 a ~all \x1b[2J`}}
	r.DMARC = &DMARC{Standing: Standing{State: "absent"}, Path: []Step{{Name: "_dmarc.example.org", Standing: Standing{State: "absent"}}}, RUA: []string{}, RUF: []string{}}
	r.Findings = []Finding{find(r.Domain, "DMARC003", "", "there is no DMARC policy", "_dmarc.example.org", "TXT", "", "")}
	r.Counts = Counts{Medium: 1, Pass: 9}
	return r
}

// write renders a run into w.
func write(w Writer, run Run, results []Result) error {
	if err := w.Begin(run); err != nil {
		return err
	}
	var tally Tally
	for _, r := range results {
		tally.Add(r)
		if err := w.Domain(r); err != nil {
			return err
		}
	}
	return w.End(tally.Summary(ended))
}

// render is what a format makes of a run.
func render(t *testing.T, f Format, o Options, run Run, results []Result) string {
	t.Helper()
	var out strings.Builder
	if err := write(f.New(&out, o), run, results); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return out.String()
}
