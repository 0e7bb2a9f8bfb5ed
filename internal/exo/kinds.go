package exo

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// The commands whose output is read.
const (
	acceptedDomains   = "Get-AcceptedDomain"
	inboundConnectors = "Get-InboundConnector"
	organization      = "Get-OrganizationConfig"
	arcConfig         = "Get-ArcConfig"
	dkimConfig        = "Get-DkimSigningConfig"
)

// kind is what one command prints.
type kind struct {
	command string
	// marks are properties that each of its objects has, and no other's; needs
	// are those without which nothing can be concluded.
	marks, needs []string
	read         func(*facts.Tenant, []object) error
}

func kinds() []kind {
	return []kind{
		{acceptedDomains, []string{"DomainName", "DomainType"}, nil, readAccepted},
		{inboundConnectors, []string{"ConnectorType", "EFSkipLastIP"}, []string{
			"Name", "Enabled", "SenderDomains", "SenderIPAddresses", "RestrictDomainsToIPAddresses", "RestrictDomainsToCertificate",
			"TlsSenderCertificateName", "EFSkipIPs", "EFUsers",
		}, readConnectors},
		{dkimConfig, []string{"Selector1CNAME", "Selector2CNAME"}, []string{"Domain", "Enabled"}, readSigning},
		{arcConfig, []string{"ArcTrustedSealers"}, nil, readSealers},
		{organization, []string{"RejectDirectSend"}, nil, readOrganization},
		{organization, []string{"IsDehydrated", "OAuth2ClientProfileEnabled"}, nil, readOrganization},
	}
}

// kindOf finds the command by the properties of what it printed. That a tenant
// has no connector prints nothing: then the file's name has to say so.
func kindOf(file string, objects []object) (kind, error) {
	all := kinds()
	if len(objects) == 0 {
		i := slices.IndexFunc(all, func(k kind) bool { return k.command == inboundConnectors })
		if strings.Contains(strings.ToLower(file), "connector") {
			return all[i], nil
		}
		return kind{}, errors.New("empty: the command printed nothing; only a file with connector in its name may be")
	}
	for _, k := range all {
		if slices.ContainsFunc(objects, func(o object) bool { return o.lacks(k.marks) != "" }) {
			continue
		}
		for _, o := range objects {
			if missing := o.lacks(k.needs); missing != "" {
				return kind{}, fmt.Errorf("%s without %s: select no properties, only ConvertTo-Json", k.command, missing)
			}
		}
		return k, nil
	}
	return kind{}, fmt.Errorf("not what %s prints", strings.Join([]string{acceptedDomains, inboundConnectors, organization, arcConfig}, ", ")+" or "+dkimConfig)
}

// lacks is the first of the properties that the object has not; "" if it has all.
func (o object) lacks(names []string) string {
	for _, name := range names {
		if _, ok := o[name]; !ok {
			return name
		}
	}
	return ""
}

// collect runs property reads until one fails.
type collect struct {
	object
	err error
}

func (c *collect) text(name string) string   { return keep(c, c.object.text, name) }
func (c *collect) flag(name string) bool     { return keep(c, c.object.flag, name) }
func (c *collect) list(name string) []string { return keep(c, c.object.list, name) }

func keep[T any](c *collect, read func(string) (T, error), name string) T {
	value, err := read(name)
	if c.err == nil {
		c.err = err
	}
	return value
}

// domainTypes are the numbers of the types, which some versions print.
var domainTypes = []string{"Authoritative", "ExternalRelay", "InternalRelay"}

func readAccepted(t *facts.Tenant, objects []object) error {
	for _, o := range objects {
		c := &collect{object: o}
		name, kind := c.text("DomainName"), c.text("DomainType")
		if i := slices.Index([]string{"0", "1", "2"}, kind); i >= 0 {
			kind = domainTypes[i]
		}
		a := facts.AcceptedDomain{Type: kind, Subdomains: c.flag("MatchSubDomains")}
		if below, ok := strings.CutPrefix(name, "*."); ok {
			name, a.Subdomains = below, true
		}
		domain, err := facts.ParseDomain(name)
		switch {
		case c.err != nil:
			return c.err
		case err != nil:
			return fmt.Errorf("DomainName: %w", err)
		case !slices.Contains(domainTypes, kind):
			return fmt.Errorf("DomainType of %s is none that is known", domain)
		}
		a.Domain = string(domain)
		t.Accepted = append(t.Accepted, a)
	}
	return nil
}

// connectorTypes are the numbers of the types, which some versions print.
var connectorTypes = []string{"OnPremises", "Partner"}

func readConnectors(t *facts.Tenant, objects []object) error {
	all := []facts.InboundConnector{}
	for _, o := range objects {
		c := &collect{object: o}
		one := facts.InboundConnector{
			Name: c.text("Name"), Enabled: c.flag("Enabled"), Type: c.text("ConnectorType"),
			Senders: c.list("SenderDomains"), IPs: c.list("SenderIPAddresses"),
			RestrictToIPs: c.flag("RestrictDomainsToIPAddresses"), RestrictToCertificate: c.flag("RestrictDomainsToCertificate"),
			Certificate: c.text("TlsSenderCertificateName"),
			SkipLastIP:  c.flag("EFSkipLastIP"), SkipIPs: c.list("EFSkipIPs"), Users: c.list("EFUsers"), TestMode: c.flag("EFTestMode"),
		}
		if i := slices.Index([]string{"1", "2"}, one.Type); i >= 0 {
			one.Type = connectorTypes[i]
		}
		switch {
		case c.err != nil:
			return c.err
		case !slices.Contains(connectorTypes, one.Type):
			return errors.New("ConnectorType is none that is known")
		}
		all = append(all, one)
	}
	t.Connectors = &all
	return nil
}

func readOrganization(t *facts.Tenant, objects []object) error {
	if len(objects) != 1 {
		return fmt.Errorf("%d organizations, where a tenant is one", len(objects))
	}
	if _, ok := objects[0]["RejectDirectSend"]; !ok {
		return nil // from before there was such a setting
	}
	reject, err := objects[0].flag("RejectDirectSend")
	t.RejectDirectSend = facts.Off
	if reject {
		t.RejectDirectSend = facts.On
	}
	return err
}

func readSealers(t *facts.Tenant, objects []object) error {
	all := []string{}
	for _, o := range objects {
		list, err := o.list("ArcTrustedSealers")
		if err != nil {
			return err
		}
		for _, text := range list { // one text can hold several, by commas
			all = append(all, strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })...)
		}
	}
	t.Sealers = &all
	return nil
}

func readSigning(t *facts.Tenant, objects []object) error {
	all := []facts.DKIMSigning{}
	for _, o := range objects {
		c := &collect{object: o}
		name := c.text("Domain")
		one := facts.DKIMSigning{
			Domain: strings.ToLower(strings.TrimSuffix(name, ".")), Enabled: c.flag("Enabled"),
			Selectors: [2]string{target(c.text("Selector1CNAME")), target(c.text("Selector2CNAME"))},
		}
		switch {
		case c.err != nil:
			return c.err
		case one.Domain == "":
			return errors.New("an object without Domain")
		}
		all = append(all, one)
	}
	t.Signing = &all
	return nil
}

// target is a name in the form of facts: lower case, without a final dot.
func target(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
