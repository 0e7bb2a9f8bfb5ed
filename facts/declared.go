package facts

import (
	"fmt"
	"slices"
	"strings"
)

// Declared is what somebody who knows the domains says of them. It wins over
// what DNS shows. The zero value says nothing.
type Declared struct {
	Roles []DeclaredRoles `json:"roles,omitempty"`
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
	d := DeclaredRoles{Domains: "*"}
	if domains != "*" {
		below, wildcard := strings.CutPrefix(domains, "*.")
		domain, err := ParseDomain(below)
		if err != nil {
			return d, err
		}
		if d.Domains = string(domain); wildcard {
			d.Domains = "*." + d.Domains
		}
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
	var best *DeclaredRoles
	for i := range d.Roles {
		r := &d.Roles[i]
		if r.Domains == domain {
			return r.Roles, true
		}
		if r.covers(domain) && (best == nil || len(r.Domains) > len(best.Domains)) {
			best = r
		}
	}
	if best == nil {
		return nil, false
	}
	return best.Roles, true
}

// covers reports whether a pattern with an asterisk matches.
func (r *DeclaredRoles) covers(domain string) bool {
	above, wildcard := strings.CutPrefix(r.Domains, "*")
	return wildcard && len(domain) > len(above) && strings.HasSuffix(domain, above)
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
