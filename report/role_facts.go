package report

import (
	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// RoleFact is what is known of one role, and on what it rests.
type RoleFact struct {
	Role string `json:"role"`
	Standing
	Confidence string   `json:"confidence,omitempty"`
	Evidence   []string `json:"evidence,omitempty"` // "mx", "null-mx", "spf-authorises", "declared", ...
}

func newRoleFacts(f *facts.Facts) []RoleFact {
	list := make([]RoleFact, 0, len(f.Roles))
	for i := range f.Roles {
		r := &f.Roles[i]
		if r.State == "" {
			continue // not looked at
		}
		list = append(list, RoleFact{
			Role: string(r.Role), Standing: Standing{State: string(r.State), Reason: record.Printable(r.Reason)},
			Confidence: string(r.Confidence), Evidence: r.Evidence,
		})
	}
	return list
}

func (e *encoder) roleFact(r *RoleFact) {
	e.raw("{").text("role", r.Role).standing(&r.Standing).someText("confidence", r.Confidence).someTexts("evidence", r.Evidence).raw("}")
}
