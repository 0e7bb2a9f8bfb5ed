package relay_test

import (
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/relay"
)

// What an administrator says takes the place of what DNS cannot show.
func TestReadTenant(t *testing.T) {
	setting := func(s facts.Switch) facts.Setting { return facts.Setting{State: s, Source: "export"} }
	for _, c := range []struct {
		name            string
		filtering       facts.Switch
		from, to        facts.Switch
		wantEF, wantOwn string
	}{
		{"nothing", "", "", "", "", "no"},
		{"Enhanced Filtering is on", facts.On, "", "", "on", "no"},
		{"it is off", facts.Off, "", "", "off", "no"},
		{"the sender is accepted, too", "", facts.On, facts.On, "", "yes"},
		{"it is not", "", facts.Off, facts.On, "", "no"},
		{"of another tenant nothing is known", "", facts.On, "", "", "no"},
	} {
		from := &facts.Facts{Domain: "sender.example", Tenant: facts.TenantFacts{Accepted: setting(c.from)}}
		to := &facts.Facts{Domain: "example.com", Tenant: facts.TenantFacts{Accepted: setting(c.to), EnhancedFiltering: setting(c.filtering)}}
		r := relay.Read(relay.Domains{From: from, To: to})
		if got, _ := value(t, r, "enhanced-filtering"); got != c.wantEF {
			t.Errorf("%s: Enhanced Filtering %q", c.name, got)
		}
		if got, _ := value(t, r, "accepted-domain"); got != c.wantOwn {
			t.Errorf("%s: accepted %q", c.name, got)
		}
	}
}
