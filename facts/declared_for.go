package facts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/record"
)

// For is something that is declared of the domains of a pattern.
type For[T any] struct {
	// Domains is a domain, "*." and a domain for every name below it, or "*"
	// for all. Of several that match, the domain itself wins, then the longest.
	Domains string `json:"domains"`
	Value   T      `json:"value"`
}

// NoGateway declares that what receives first is no gateway.
const NoGateway = "none"

// Switch says how a setting stands. The zero value means that it is not known.
type Switch string

// The values of a Switch.
const (
	On  Switch = "on"
	Off Switch = "off"
)

// ParseSwitch reads a switch as people write it.
func ParseSwitch(text string) (Switch, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "on", "true", "yes":
		return On, nil
	case "off", "false", "no":
		return Off, nil
	}
	return "", fmt.Errorf("%q is neither on nor off", record.Text(text))
}

// ParsePattern reads a domain, "*." and a domain, or "*" as people write it.
func ParsePattern(text string) (string, error) {
	if text == "*" {
		return text, nil
	}
	below, wildcard := strings.CutPrefix(text, "*.")
	domain, err := ParseDomain(below)
	if err != nil {
		return "", err
	}
	if wildcard {
		return "*." + string(domain), nil
	}
	return string(domain), nil
}

// find is what is declared of a domain.
func find[T any](list []For[T], domain string) (T, bool) {
	best := -1
	for i := range list {
		pattern := list[i].Domains
		if pattern == domain {
			return list[i].Value, true
		}
		if covers(pattern, domain) && (best < 0 || len(pattern) > len(list[best].Domains)) {
			best = i
		}
	}
	if best < 0 {
		var none T
		return none, false
	}
	return list[best].Value, true
}

// covers reports whether a pattern with an asterisk matches.
func covers(pattern, domain string) bool {
	above, wildcard := strings.CutPrefix(pattern, "*")
	return wildcard && len(domain) > len(above) && strings.HasSuffix(domain, above)
}

// declaredFor adds what is declared of a domain to what is asked about it.
func (o Options) declaredFor(domain Domain) Options {
	if relays, ok := find(o.Declared.Relays, string(domain)); ok {
		o.RelayIPs = slices.Clip(o.RelayIPs)
		for _, ip := range relays {
			if !slices.Contains(o.RelayIPs, ip) {
				o.RelayIPs = append(o.RelayIPs, ip)
			}
		}
	}
	if selectors, ok := find(o.Declared.Selectors, string(domain)); ok {
		o.Selectors = append(slices.Clip(o.Selectors), selectors...)
	}
	if senders, ok := find(o.Declared.Senders, string(domain)); ok {
		o.Selectors = slices.Clip(o.Selectors)
		for _, s := range senders {
			o.Selectors = append(o.Selectors, s.Selectors...)
		}
	}
	return o
}

// gatewayDeclared reports whether somebody says that a gateway receives first.
func (b *builder) gatewayDeclared() bool {
	id, ok := find(b.opt.Declared.Gateways, b.domain)
	return ok && id != NoGateway
}

// declaredGateway is the declared gateway, or the one that was seen.
func (b *builder) declaredGateway(seen string) string {
	id, ok := find(b.opt.Declared.Gateways, b.domain)
	switch {
	case !ok || b.facts.MX.Null || b.facts.MX.Implicit:
		return seen
	case id == NoGateway:
		id = ""
	}
	b.facts.MX.Declared = true
	return id
}
