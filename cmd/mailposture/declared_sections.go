package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// declaredSections lists what declared can hold.
func declaredSections() []string {
	return []string{"roles", "relays", "senders", "gateway", "mailboxes", "selectors", "accepted-domains", "enhanced-filtering"}
}

// section reads one section other than roles into what is declared.
func (f declaredFile) section(to *facts.Declared, name string, value any) error {
	var err error
	switch name {
	case "relays":
		to.Relays, err = byDomain(f, name, value, each(relayAddress))
	case "senders":
		to.Senders, err = byDomain(f, name, value, f.senders)
	case "gateway":
		to.Gateways, err = byDomain(f, name, value, func(v any) (string, error) { return f.providerID(v, facts.NoGateway) })
	case "mailboxes":
		to.Mailboxes, err = byDomain(f, name, value, func(v any) (string, error) { return f.providerID(v, "") })
	case "selectors":
		to.Selectors, err = byDomain(f, name, value, each(selectorName))
	case "enhanced-filtering":
		to.EnhancedFiltering, err = byDomain(f, name, value, func(v any) (facts.Switch, error) { return facts.ParseSwitch(fmt.Sprint(v)) })
	case "accepted-domains":
		to.AcceptedDomains, err = each(facts.ParsePattern)(value)
		if err != nil {
			err = f.wrong(err.Error(), declaredKey, name)
		}
	default:
		err = f.wrong("unknown setting "+name, declaredKey, name)
	}
	return err
}

// byDomain reads a mapping of domains and patterns to values of one kind.
func byDomain[T any](f declaredFile, section string, value any, parse func(any) (T, error)) ([]facts.For[T], error) {
	domains, ok := value.(map[string]any)
	if !ok {
		return nil, f.wrong(section+" is a mapping of domains to values", declaredKey, section)
	}
	var all []facts.For[T]
	for _, text := range settingNames(domains) {
		pattern, err := facts.ParsePattern(text)
		if err == nil && slices.ContainsFunc(all, func(other facts.For[T]) bool { return other.Domains == pattern }) {
			err = fmt.Errorf("%s is declared twice", pattern)
		}
		one := facts.For[T]{Domains: pattern}
		if err == nil {
			one.Value, err = parse(domains[text])
		}
		if err != nil {
			return nil, f.wrong(err.Error(), declaredKey, section, text)
		}
		all = append(all, one)
	}
	return all, nil
}

// each reads a plain value, or a list of them, item by item.
func each[T any](parse func(string) (T, error)) func(any) ([]T, error) {
	return func(value any) ([]T, error) {
		texts, ok := plainList(value)
		if !ok || len(texts) == 0 {
			return nil, fmt.Errorf("it takes a value, or a list of them")
		}
		var all []T
		for _, text := range texts {
			one, err := parse(text)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	}
}

func relayAddress(text string) (netip.Addr, error) {
	ip, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || ip.Zone() != "" {
		return ip, fmt.Errorf("%q is not an IP address", text)
	}
	return ip.Unmap(), nil
}

func selectorName(text string) (string, error) {
	if _, err := facts.ParseDomain(text + "._domainkey.example.com"); err != nil {
		return "", fmt.Errorf("%q is not a selector: give the name before ._domainkey", text)
	}
	return strings.ToLower(text), nil
}

// providerID reads the ID of a provider, or the one word that stands for none.
func (f declaredFile) providerID(value any, none string) (string, error) {
	id, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("it takes the ID of one provider")
	}
	if p, ok := f.providers.ByID(strings.ToLower(id)); ok {
		return p.ID, nil
	}
	if none != "" && strings.EqualFold(id, none) {
		return none, nil
	}
	return "", fmt.Errorf("no provider is called %q: mailposture providers lists them", id)
}

// senders reads a list of what sends. An item is plain, or has selectors too.
func (f declaredFile) senders(value any) ([]facts.Sender, error) {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	var all []facts.Sender
	for _, item := range items {
		s, err := f.sender(item)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (f declaredFile) sender(item any) (facts.Sender, error) {
	var s facts.Sender
	fields, isMapping := item.(map[string]any)
	if !isMapping {
		fields = map[string]any{"sender": item}
	}
	for _, name := range settingNames(fields) {
		var err error
		switch name {
		case "sender":
			s.Name, err = f.senderName(fields[name])
		case "selectors":
			s.Selectors, err = each(selectorName)(fields[name])
		default:
			err = fmt.Errorf("unknown setting %s: a sender has sender and selectors", name)
		}
		if err != nil {
			return s, err
		}
	}
	if s.Name == "" {
		return s, fmt.Errorf("a sender is an address, a provider's ID, or the name that SPF includes for it")
	}
	return s, nil
}

// senderName reads an address, the name of an SPF record, or a provider's ID.
func (f declaredFile) senderName(value any) (string, error) {
	text, ok := value.(string)
	switch ip, err := netip.ParseAddr(text); {
	case !ok:
		return "", fmt.Errorf("a sender is an address, a provider's ID, or the name that SPF includes for it")
	case err == nil && ip.Zone() == "":
		return ip.Unmap().String(), nil
	case strings.Contains(text, "."):
		name, err := facts.ParseDomain(text)
		return string(name), err
	}
	return f.providerID(text, "")
}
