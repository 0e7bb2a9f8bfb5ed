package report

import (
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// Parked is the one verdict on a domain that nothing shows to send or take mail.
type Parked struct {
	Protected bool           `json:"protected"` // it says all three things: nobody can send as it
	Records   []ParkedRecord `json:"records"`   // the three that say so
}

// ParkedRecord is a record that a domain without mail should have.
type ParkedRecord struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Data      string `json:"data"`      // as a zone file has it
	Published bool   `json:"published"` // this record, or another that says the same
}

// newParked is nil for a domain with mail, for one that does not exist, and
// where one of the three was not looked at or is not known.
func newParked(f *facts.Facts) *Parked {
	if f.Role(facts.Parked).State != facts.Present || f.Exists.State != facts.Present || strings.HasSuffix(string(f.Domain), ".arpa") {
		return nil
	}
	for _, p := range []facts.Part{facts.PartMX, facts.PartSPFWalk, facts.PartSPFPass, facts.PartDMARC} {
		if s := f.Part(p).State; s == "" || s == facts.Unknown {
			return nil
		}
	}
	denies := f.SPF.Valid && f.SPF.All == record.QualifierFail && f.SPF.Passes().State == facts.Absent
	out := &Parked{Records: []ParkedRecord{
		{Name: string(f.Domain), Kind: facts.KindMX, Data: "0 .", Published: f.MX.Null}, // RFC 7505, section 3
		{Name: string(f.Domain), Kind: facts.KindTXT, Data: `"v=spf1 -all"`, Published: denies},
		{
			Name: "_dmarc." + string(f.Domain), Kind: facts.KindTXT, Data: rejecting(f),
			Published: f.DMARC.Effective.This == record.PolicyReject,
		},
	}}
	out.Protected = true
	for _, r := range out.Records {
		out.Protected = out.Protected && r.Published
	}
	return out
}

// rejecting is a record that has everything refused. It keeps what the domain's
// own record says besides: its report addresses above all.
func rejecting(f *facts.Facts) string {
	tags := []string{"v=DMARC1", "p=reject"}
	if f.DMARC.Parsed != nil && f.DMARC.FoundAt == "_dmarc."+string(f.Domain) {
		for _, t := range f.DMARC.Parsed.Tags {
			switch strings.ToLower(t.Name) {
			case "rua", "ruf", "fo", "psd":
				tags = append(tags, strings.ToLower(t.Name)+"="+t.Value)
			}
		}
	}
	return record.Printable(facts.FormatText(strings.Join(tags, "; ")))
}

// parkedWords is the verdict as a line.
func parkedWords(p *Parked) string {
	if p.Protected {
		return "it has no mail and says so: there is nothing to do"
	}
	return "nothing shows that it sends or takes mail; if it has none, publish these three records in the place of others like them, and nobody can send as it"
}

// zoneLine is a record as a line of a zone file.
func (r ParkedRecord) zoneLine() string { return r.Name + ". " + r.Kind + " " + r.Data }
