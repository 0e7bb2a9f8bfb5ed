package facts

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Declared is what somebody who knows the domains says of them. It wins over
// what DNS shows. The zero value says nothing.
type Declared struct {
	Roles []DeclaredRoles `json:"roles,omitempty"`

	Relays            []For[[]netip.Addr] `json:"relays,omitempty"`             // addresses that send or relay: SPF must pass for each
	Senders           []For[[]Sender]     `json:"senders,omitempty"`            // services that send: each is in SPF, or signs
	Gateways          []For[string]       `json:"gateways,omitempty"`           // provider ID of what receives first, or "none"
	Mailboxes         []For[string]       `json:"mailboxes,omitempty"`          // provider ID of who holds the mailboxes
	Selectors         []For[[]string]     `json:"selectors,omitempty"`          // DKIM selectors besides those found by evidence
	EnhancedFiltering []For[Switch]       `json:"enhanced_filtering,omitempty"` // for the connector of the gateway
	AcceptedDomains   []string            `json:"accepted_domains,omitempty"`   // patterns of the domains that the tenant accepts
	Tenant            *Tenant             `json:"tenant,omitempty"`             // an administrator's export; nil without one
}

// DeclaredRoles says what domains do with mail.
type DeclaredRoles struct {
	// Domains is a domain, "*." and a domain for every name below it, or "*"
	// for all. Of several that match, the domain itself wins, then the longest.
	Domains string `json:"domains"`
	// Roles is all that they do: sends, receives, both, or parked alone. What
	// is not listed they do not.
	Roles []Role `json:"roles"`
}

// ParseDeclaredRoles reads a pattern and its roles as people write them. The
// error says what is wrong.
func ParseDeclaredRoles(domains string, roles []string) (DeclaredRoles, error) {
	pattern, err := ParsePattern(domains)
	d := DeclaredRoles{Domains: pattern}
	if err != nil {
		return d, err
	}
	for _, text := range roles {
		role := Role(strings.ToLower(strings.TrimSpace(text)))
		if !slices.Contains(Roles(), role) {
			return d, fmt.Errorf("%q is no role: choose sends, receives or parked", text)
		}
		if !slices.Contains(d.Roles, role) {
			d.Roles = append(d.Roles, role)
		}
	}
	switch {
	case len(d.Roles) == 0:
		return d, fmt.Errorf("no role: choose sends, receives or parked")
	case len(d.Roles) > 1 && slices.Contains(d.Roles, Parked):
		return d, fmt.Errorf("a parked domain neither sends nor receives")
	}
	return d, nil
}

// Roles lists the roles, in the order of Facts.Roles.
func Roles() []Role { return []Role{Sends, Receives, Parked} }

// rolesOf finds what is declared of a domain.
func (d Declared) rolesOf(domain string) ([]Role, bool) {
	list := make([]For[[]Role], len(d.Roles))
	for i, r := range d.Roles {
		list[i] = For[[]Role]{r.Domains, r.Roles}
	}
	return find(list, domain)
}

// declaredRoles are the facts of roles that were declared.
func declaredRoles(roles []Role) []RoleFact {
	var all []RoleFact
	for _, role := range Roles() {
		r := RoleFact{Role: role, Confidence: High, Evidence: []string{"declared"}}
		r.State = Absent
		if slices.Contains(roles, role) {
			r.State = Present
		}
		all = append(all, r)
	}
	return all
}
