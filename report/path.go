package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// Mailbox is who holds the mailboxes, and on what that rests.
type Mailbox struct {
	Host       string   `json:"host,omitempty"`
	Confidence string   `json:"confidence,omitempty"`
	Declared   bool     `json:"declared,omitempty"`
	Signals    []Weight `json:"signals"`
	Against    []Weight `json:"against,omitempty"`
}

// Weight is a trace of who holds the mailboxes.
type Weight struct {
	Signal    string `json:"signal"`
	Strength  string `json:"strength"`
	Weight    int    `json:"weight"` // in sum: 1 possible, 3 likely, 5 very likely
	Value     string `json:"value,omitempty"`
	RefutedBy string `json:"refuted_by,omitempty"` // how it can be there without the mailboxes
}

// Setting is what an administrator says of one setting of the tenant.
type Setting struct {
	Setting string `json:"setting"` // "enhanced-filtering", ...
	State   string `json:"state,omitempty"`
	Source  string `json:"source,omitempty"` // "declared" or "export"
	Detail  string `json:"detail,omitempty"`
}

func newMailbox(f *facts.Facts) *Mailbox {
	m := &f.Mailbox
	if m.Host == "" {
		return nil
	}
	return &Mailbox{
		Host: m.Host, Confidence: string(m.Confidence), Declared: slices.Contains(m.Evidence, "declared"),
		Signals: weights(m.Signals), Against: weights(m.Against),
	}
}

func weights(signals []facts.Signal) []Weight {
	list := make([]Weight, 0, len(signals))
	for _, s := range signals {
		list = append(list, Weight{
			Signal: s.Name, Strength: s.Strength, Weight: s.Weight, Value: record.Printable(s.Value), RefutedBy: s.Refuted,
		})
	}
	return list
}

// newSettings lists what is known of the tenant.
func newSettings(t *facts.TenantFacts) []Setting {
	var list []Setting
	for _, s := range []struct {
		name string
		facts.Setting
	}{
		{"accepted-domain", t.Accepted}, {"enhanced-filtering", t.EnhancedFiltering}, {"inbound-lock", t.Locked},
		{"reject-direct-send", t.RejectDirectSend}, {"arc-sealers", t.Sealers}, {"dkim-signing", t.Signing},
	} {
		if s.State != "" || s.Detail != "" {
			list = append(list, Setting{s.name, string(s.State), s.Source, record.Printable(s.Detail)})
		}
	}
	return list
}

func (e *encoder) mailbox(m *Mailbox) {
	e.raw("{").someText("host", m.Host).someText("confidence", m.Confidence).someFlag("declared", m.Declared)
	list(e, "signals", m.Signals, (*encoder).weight)
	if len(m.Against) > 0 {
		list(e, "against", m.Against, (*encoder).weight)
	}
	e.raw("}")
}

func (e *encoder) weight(w *Weight) {
	e.raw("{").text("signal", w.Signal).text("strength", w.Strength).number("weight", w.Weight)
	e.someText("value", w.Value).someText("refuted_by", w.RefutedBy).raw("}")
}

func (e *encoder) setting(s *Setting) {
	e.raw("{").text("setting", s.Setting).someText("state", s.State).someText("source", s.Source).someText("detail", s.Detail).raw("}")
}

// pathLines is the way of a message to the mailbox: who stands where, who checks
// what, and what is not protected. It is empty where nobody on it is known.
func pathLines(r Result) []string {
	if r.MX == nil || r.MX.Null || len(r.MX.Hosts) == 0 || r.MX.Gateway == "" && r.Mailbox == nil {
		return nil
	}
	lines := []string{"senders -> " + strings.Join(pathStations(r), " -> ")}
	lines = append(lines, checkLines(r)...)
	lines = append(lines, openLines(r)...)
	return append(lines, reasonLines(r.Mailbox)...)
}

// pathStations is who a message comes through.
func pathStations(r Result) []string {
	first := r.MX.Gateway
	if first == "" {
		first = r.MX.Hosts[0].Provider
	}
	if first == "" {
		first = r.MX.Hosts[0].Host
	}
	switch {
	case r.Mailbox == nil:
		return []string{first, "mailboxes not known"}
	case first == r.Mailbox.Host:
		return []string{first}
	}
	return []string{first, r.Mailbox.Host + " (" + sureness(r.Mailbox) + ")"}
}

func sureness(m *Mailbox) string {
	if m.Declared {
		return "declared"
	}
	return m.Confidence + " confidence"
}

// checkLines says who sees which address, and so can check what.
func checkLines(r Result) []string {
	stations := pathStations(r)
	first := stations[0]
	if len(stations) == 1 {
		return []string{first + " sees the sender's own address: SPF, DKIM and DMARC are checked there"}
	}
	lines := []string{first + " sees the sender's own address: whether it checks SPF, DKIM and DMARC is its own setting"}
	if r.Mailbox == nil || !atMicrosoft(r.Mailbox) {
		return append(lines, "what stands behind sees the address of "+first+" instead, unless it knows to look past it")
	}
	host := r.Mailbox.Host
	switch s := r.setting("enhanced-filtering"); facts.Switch(s.State) {
	case facts.On:
		return append(lines, host+" looks past "+first+": Enhanced Filtering is on ("+s.Source+")")
	case facts.Off:
		return append(lines, host+" sees the address of "+first+", as Enhanced Filtering is off ("+s.Source+"): SPF fails there, and DMARC policies of senders are not honoured")
	}
	return append(lines, host+" sees the address of "+first+", unless Enhanced Filtering is on: verify with Get-InboundConnector")
}

// openLines says what is not protected, as far as is known.
func openLines(r Result) []string {
	var lines []string
	gateway := r.MX.Gateway
	if r.Mailbox != nil && atMicrosoft(r.Mailbox) && r.eopExists() {
		if gateway != "" {
			lines = append(lines, openLine(r, "inbound-lock", r.M365.EOPHost+" takes mail round "+gateway, "mail round "+gateway+" is refused", "Get-InboundConnector"))
		}
		lines = append(lines, openLine(r, "reject-direct-send", "anybody can write to the users as this domain (Direct Send)", "Direct Send is refused", "Get-OrganizationConfig"))
	}
	if d := r.DMARC; d != nil && (d.State == string(facts.Absent) || d.Effective != nil && d.Effective.This == "none") {
		lines = append(lines, "open: receivers do not refuse mail that forges this domain (no DMARC policy that asks them to)")
	}
	return lines
}

// openLine is one thing that only the tenant's settings close.
func openLine(r Result, setting, open, closed, command string) string {
	switch s := r.setting(setting); facts.Switch(s.State) {
	case facts.On:
		return "closed: " + closed + " (" + s.Source + ")"
	case facts.Off:
		return "open: " + open + " (" + s.Source + ")"
	}
	return "open, unless the tenant is set otherwise: " + open + "; verify with " + command
}

// reasonLines is why the mailboxes are taken to be where they are, and what would
// refute it.
func reasonLines(m *Mailbox) []string {
	if m == nil || m.Declared || len(m.Signals) == 1 && m.Signals[0].Strength == "proof" {
		return nil
	}
	var lines []string
	for _, s := range m.Signals {
		lines = append(lines, fmt.Sprintf("sign: %s (%s, %d), unless it is %s", s.Signal, s.Strength, s.Weight, s.RefutedBy))
	}
	for _, s := range m.Against {
		lines = append(lines, fmt.Sprintf("against it: %s %s", s.Signal, s.Value))
	}
	return lines
}

func atMicrosoft(m *Mailbox) bool { return facts.IsMicrosoft365(m.Host) }

// setting finds what is known of one setting.
func (r Result) setting(name string) Setting {
	if r.M365 == nil {
		return Setting{}
	}
	for _, s := range r.M365.Settings {
		if s.Setting == name {
			return s
		}
	}
	return Setting{}
}

// eopExists reports whether the tenant's own host was seen.
func (r Result) eopExists() bool {
	return r.M365 != nil && slices.ContainsFunc(r.M365.Signals, func(s Signal) bool { return s.Signal == "eop-host" })
}
