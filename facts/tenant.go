package facts

import (
	"fmt"
	"slices"
	"strings"
)

// Tenant is what an administrator's export says of a Microsoft 365 organization.
// All of it is outside text.
type Tenant struct {
	// Accepted are its accepted domains (Get-AcceptedDomain). The rest is said
	// of these domains, and of no other.
	Accepted []AcceptedDomain `json:"accepted"`
	// Connectors are its inbound connectors (Get-InboundConnector); nil when they
	// were not exported.
	Connectors *[]InboundConnector `json:"connectors,omitempty"`
	// RejectDirectSend is "" when Get-OrganizationConfig was not exported, or
	// came from before there was such a setting.
	RejectDirectSend Switch `json:"reject_direct_send,omitempty"`
	// Sealers are the trusted ARC sealers (Get-ArcConfig); nil when they were
	// not exported.
	Sealers *[]string `json:"arc_sealers,omitempty"`
	// Signing is how its domains are signed (Get-DkimSigningConfig); nil when that
	// was not exported.
	Signing *[]DKIMSigning `json:"dkim,omitempty"`
}

// AcceptedDomain is a domain that a tenant takes mail for.
type AcceptedDomain struct {
	Domain     string `json:"domain"` // lower case, without a final dot
	Type       string `json:"type"`   // "Authoritative", "InternalRelay", "ExternalRelay" or ""
	Subdomains bool   `json:"subdomains,omitempty"`
}

// InboundConnector is what a tenant knows of those who hand it mail.
type InboundConnector struct {
	Name    string   `json:"name"`
	Enabled bool     `json:"enabled"`
	Type    string   `json:"type"`              // "Partner" or "OnPremises"
	Senders []string `json:"senders,omitempty"` // domains, "*" for all
	IPs     []string `json:"ips,omitempty"`

	RestrictToIPs         bool   `json:"restrict_to_ips,omitempty"`         // RestrictDomainsToIPAddresses
	RestrictToCertificate bool   `json:"restrict_to_certificate,omitempty"` // RestrictDomainsToCertificate
	Certificate           string `json:"certificate,omitempty"`             // TlsSenderCertificateName

	SkipLastIP bool     `json:"skip_last_ip,omitempty"` // EFSkipLastIP
	SkipIPs    []string `json:"skip_ips,omitempty"`     // EFSkipIPs: without effect beside SkipLastIP
	Users      []string `json:"users,omitempty"`        // EFUsers: empty is all
	TestMode   bool     `json:"test_mode,omitempty"`    // EFTestMode
}

// DKIMSigning is whether Exchange Online signs for a domain, and what it wants
// in DNS.
type DKIMSigning struct {
	Domain    string    `json:"domain"`
	Enabled   bool      `json:"enabled"`
	Selectors [2]string `json:"selectors"` // Selector1CNAME and Selector2CNAME
}

// TenantFacts is what is known of a domain's tenant. A Setting without a state is
// one that has to be verified there.
type TenantFacts struct {
	Accepted          Setting // the tenant takes mail for the domain
	EnhancedFiltering Setting // for the connector of the gateway
	Locked            Setting // mail is taken from a connector only
	RejectDirectSend  Setting
	Sealers           Setting // an ARC sealer is trusted
	Signing           Setting // Exchange Online signs for the domain
	SigningCNAMEs     [2]string
}

// Setting is one thing that only an administrator can see.
type Setting struct {
	State  Switch
	Source string // "declared" or "export"; "" where State is ""
	Detail string // outside text for people: which connector, ...
}

func exported(on bool, detail string) Setting {
	s := Setting{State: Off, Source: "export", Detail: detail}
	if on {
		s.State = On
	}
	return s
}

// tenant collects what was declared and exported for the domain. What is declared
// of one domain is the later word.
func (b *builder) tenant() {
	t, d := &b.facts.Tenant, b.opt.Declared
	if d.Tenant != nil {
		t.read(*d.Tenant, b.domain)
	}
	for _, pattern := range d.AcceptedDomains {
		if pattern == b.domain || covers(pattern, b.domain) {
			t.Accepted = Setting{State: On, Source: "declared"}
		}
	}
	if state, ok := find(d.EnhancedFiltering, b.domain); ok {
		t.EnhancedFiltering = Setting{State: state, Source: "declared"}
	}
}

// read takes over what an export says of a domain. Of a domain that the tenant
// does not accept, it says that alone.
func (t *TenantFacts) read(export Tenant, domain string) {
	i := slices.IndexFunc(export.Accepted, func(a AcceptedDomain) bool { return a.covers(domain) })
	if i < 0 {
		t.Accepted = exported(false, "it is not among "+plural(len(export.Accepted), "accepted domain"))
		return
	}
	t.Accepted = exported(true, export.Accepted[i].Type)
	if export.Connectors != nil {
		t.EnhancedFiltering = filtering(*export.Connectors)
		t.Locked = locked(*export.Connectors)
	}
	if export.RejectDirectSend != "" {
		t.RejectDirectSend = exported(export.RejectDirectSend == On, "RejectDirectSend")
	}
	if export.Sealers != nil {
		t.Sealers = exported(len(*export.Sealers) > 0, strings.Join(*export.Sealers, ", "))
	}
	if export.Signing == nil {
		return
	}
	t.Signing = exported(false, "the domain is not among those that are signed for")
	for _, s := range *export.Signing {
		if s.Domain == domain {
			t.Signing, t.SigningCNAMEs = exported(s.Enabled, ""), s.Selectors
		}
	}
}

func (a AcceptedDomain) covers(domain string) bool {
	return a.Domain == domain || a.Subdomains && strings.HasSuffix(domain, "."+a.Domain)
}

// filtering reads whether Enhanced Filtering is on for all, by the connectors that
// take mail from any sender. Where some of those have it and others do not, the
// export does not tell which is the gateway's.
func filtering(connectors []InboundConnector) Setting {
	var on, off []string
	for _, c := range connectors {
		switch why := c.unfiltered(); {
		case !c.Enabled || !c.forAll():
		case why == "":
			on = append(on, c.Name)
		default:
			off = append(off, c.Name+": "+why)
		}
	}
	switch {
	case len(on) == 0 && len(off) == 0:
		return exported(false, "no enabled inbound connector takes mail from all senders")
	case len(on) == 0:
		return exported(false, strings.Join(off, "; "))
	case len(off) == 0:
		return exported(true, strings.Join(on, ", "))
	}
	return Setting{Detail: fmt.Sprintf("on for %s, but not for %s", strings.Join(on, ", "), strings.Join(off, "; "))}
}

// unfiltered says why Enhanced Filtering does not work for all mail of a
// connector; "" where it does. Microsoft Learn, "Enhanced filtering for connectors".
func (c InboundConnector) unfiltered() string {
	switch {
	case !c.SkipLastIP && len(c.SkipIPs) == 0:
		return "EFSkipLastIP is off and EFSkipIPs is empty"
	case c.TestMode:
		return "EFTestMode is on"
	case len(c.Users) > 0:
		return "EFUsers limits it to " + plural(len(c.Users), "mailbox")
	}
	return ""
}

// forAll reports whether a connector takes mail from any sender: "*", in an
// export also "smtp:*;1".
func (c InboundConnector) forAll() bool {
	return slices.ContainsFunc(c.Senders, func(s string) bool {
		name := strings.TrimPrefix(strings.ToLower(s), "smtp:")
		name, _, _ = strings.Cut(name, ";")
		return name == "*"
	})
}

// locked reads whether mail from any sender is refused unless it comes from the
// gateway: by its certificate or its addresses. Microsoft Learn, "Manage mail flow
// using a third-party cloud service", scenario 1.
func locked(connectors []InboundConnector) Setting {
	for _, c := range connectors {
		byCertificate := c.RestrictToCertificate && c.Certificate != ""
		byIPs := c.RestrictToIPs && len(c.IPs) > 0
		if c.Enabled && strings.EqualFold(c.Type, "Partner") && c.forAll() && (byCertificate || byIPs) {
			return exported(true, c.Name)
		}
	}
	return exported(false, "no enabled Partner connector for all senders restricts them to a certificate or addresses")
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "x"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
