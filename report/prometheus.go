package report

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// prometheusWriter renders the counts of a run as a file for the textfile
// collector of Prometheus' node exporter. There is no series for a domain: their
// number is bounded by the rules, and the domains are in the other formats. Each
// series names the lists, so that two runs can leave a file each.
type prometheusWriter struct {
	to       io.Writer
	page     bytes.Buffer
	list     string
	started  time.Time
	rules    *rulebook
	order    []string       // IDs of the rules that were run
	policies map[string]int // domains by what dmarcPolicy says
	name     string         // of the gauge being written
}

func newPrometheus(w io.Writer) *prometheusWriter {
	return &prometheusWriter{to: w, policies: make(map[string]int)}
}

// Begin writes nothing.
func (p *prometheusWriter) Begin(run Run) error {
	p.rules, p.started = newRulebook(run.Rules, 0), run.Started
	var lists []string
	for _, l := range run.Lists {
		lists = append(lists, l.Path)
	}
	p.list = strings.Join(lists, " ")
	for _, r := range run.Rules {
		p.order = append(p.order, r.ID)
	}
	return nil
}

// Domain counts.
func (p *prometheusWriter) Domain(r Result) error {
	p.rules.note(r, 0)
	if r.DMARC != nil {
		p.policies[dmarcPolicy(r.DMARC)]++
	}
	return nil
}

// dmarcPolicies lists what dmarcPolicy may say.
func dmarcPolicies() []string {
	return []string{"reject", "quarantine", "none", "unusable", "absent", "unknown"}
}

// dmarcPolicy is what receivers apply to a domain, or why nothing.
func dmarcPolicy(d *DMARC) string {
	switch {
	case d.State == string(facts.Absent):
		return "absent"
	case d.State != string(facts.Present):
		return "unknown"
	case d.Effective != nil && (d.Effective.This == "reject" || d.Effective.This == "quarantine" || d.Effective.This == "none"):
		return d.Effective.This
	}
	return "unusable"
}

// End writes everything.
func (p *prometheusWriter) End(s Summary) error {
	p.metric("mailposture_domains", "Domains by how far their scan got.")
	p.sample(s.Domains.Complete, "status", string(Complete))
	p.sample(s.Domains.Incomplete, "status", string(Incomplete))
	p.sample(s.Domains.Rejected, "status", string(Rejected))
	p.metric("mailposture_findings", "Findings by severity.")
	for _, severity := range policy.Severities() {
		p.sample(s.Findings.Of(severity), "severity", string(severity))
	}
	p.ruleDomains(s.Rules)
	p.metric("mailposture_dmarc_policy_domains", "Domains by the DMARC policy that receivers apply.")
	for _, words := range dmarcPolicies() {
		p.sample(p.policies[words], "policy", words)
	}
	p.metric("mailposture_parts", "Parts of all domains that were asked for.")
	p.sample(s.Coverage.Known, "state", "known")
	p.sample(s.Coverage.Parts-s.Coverage.Known, "state", "unknown")
	p.metric("mailposture_scan_started_timestamp_seconds", "When the run began.")
	p.sample(int(p.started.Unix()))
	p.metric("mailposture_scan_completed_timestamp_seconds", "When the run ended.")
	p.sample(int(s.Finished.Unix()))
	p.metric("mailposture_scan_success", "Whether every domain was wholly judged.")
	success := 1
	if s.Domains.Incomplete > 0 {
		success = 0
	}
	p.sample(success)
	_, err := p.to.Write(p.page.Bytes())
	return err
}

// ruleDomains counts for every rule that was run, so that one that finds
// nothing any more is 0 and not gone, then for those of other versions.
func (p *prometheusWriter) ruleDomains(counts []RuleCount) {
	domains := make(map[string]int, len(counts))
	order := p.order
	for _, c := range counts {
		domains[c.Rule] = c.Domains
		order = append(order, c.Rule)
	}
	p.metric("mailposture_rule_domains", "Domains that a rule found something in.")
	done := make(map[string]bool, len(order))
	for _, id := range order {
		if key := printable(id); !done[key] {
			done[key] = true
			rule := p.rules.of(Finding{Rule: id})
			p.sample(domains[id], "rule", id, "name", rule.Name, "severity", string(rule.Severity))
		}
	}
}

// metric begins a gauge. Both texts are ours.
func (p *prometheusWriter) metric(name, help string) {
	p.page.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " gauge\n")
	p.name = name
}

// sample writes one series of the gauge; labels are names and values in turn.
func (p *prometheusWriter) sample(value int, labels ...string) {
	p.page.WriteString(p.name + `{list="` + prometheusLabel(p.list) + `"`)
	for i := 0; i < len(labels); i += 2 {
		p.page.WriteString("," + labels[i] + `="` + prometheusLabel(labels[i+1]) + `"`)
	}
	p.page.WriteString("} " + strconv.Itoa(value) + "\n")
}

// prometheusLabel is s as the value of a label.
func prometheusLabel(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(printable(s))
}
