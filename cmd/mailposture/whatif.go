package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// plannedKinds are the record types that --what-if takes: those that are asked for.
func plannedKinds() []string {
	return []string{facts.KindA, facts.KindAAAA, facts.KindCNAME, facts.KindMX, facts.KindTXT}
}

const whatIfHint = `give "NAME TYPE DATA", such as "_dmarc.example.com TXT v=DMARC1; p=reject", or "NAME TYPE" for no such record`

// overlay is what --what-if plans. A record takes the place of those of its name
// and type; a TXT record of those of its sort (SPF, DMARC, DKIM), so that the
// other texts at the name stay.
func (f *judgeFlags) overlay() (facts.Overlay, error) {
	var changes []facts.Change
	for _, text := range f.whatIf {
		one, err := parsePlan(text)
		if err != nil {
			return facts.Overlay{}, err
		}
		i := slices.IndexFunc(changes, func(c facts.Change) bool { return c.Question == one.Question })
		if i < 0 {
			changes = append(changes, one)
			continue
		}
		changes[i].New = append(changes[i].New, one.New...)
		if one.Scope == facts.ScopeWhole {
			changes[i].Scope = facts.ScopeWhole
		}
	}
	return facts.NewOverlay(changes...), nil
}

// parsePlan reads one --what-if.
func parsePlan(text string) (facts.Change, error) {
	bad := func(format string, args ...any) (facts.Change, error) {
		return facts.Change{}, usage(whatIfHint, "--what-if %q: %s", text, fmt.Sprintf(format, args...))
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		return bad("a record is printable ASCII, with \\DDD for the rest")
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	kind, data, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kind, data = strings.ToUpper(kind), strings.TrimSpace(data)
	if kind == "IN" { // as dig prints it
		kind, data, _ = strings.Cut(data, " ")
		kind, data = strings.ToUpper(kind), strings.TrimSpace(data)
	}
	name, err := zone.Canonical(name)
	switch {
	case err != nil:
		return bad("%s", err)
	case !strings.Contains(name, "."):
		return bad("the name has one label only")
	case !slices.Contains(plannedKinds(), kind):
		return bad("the type is not one of %s", strings.Join(plannedKinds(), ", "))
	}
	change := facts.Change{Question: facts.Question{Name: name, Kind: kind}, Scope: facts.ScopeKin}
	if data == "" {
		change.Scope = facts.ScopeWhole
		return change, nil
	}
	change.New, err = planned(change.Question, data)
	if err != nil {
		return bad("%s", err)
	}
	return change, nil
}

// planned is the data of a record as an answer would hold it.
func planned(q facts.Question, data string) ([]string, error) {
	if q.Kind == facts.KindTXT && !strings.HasPrefix(data, `"`) {
		return []string{facts.FormatText(data)}, nil // as people write it
	}
	z, err := zone.Parse("the record", strings.NewReader(q.Name+". 0 IN "+q.Kind+" "+data+"\n"), ".")
	if err != nil {
		return nil, err
	}
	set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		return nil, err
	}
	answers, err := set.Lookup(context.Background(), []facts.Question{q})
	if err != nil || answers[0].Status != facts.Found {
		return nil, fmt.Errorf("%q is no data of a %s record", data, q.Kind)
	}
	return answers[0].Data, nil
}

// planning tells on stderr that what comes is no report of what is published.
func (s *session) planning() {
	if !s.flags.quiet && len(s.flags.whatIf) > 0 {
		fmt.Fprintf(s.io.err, "mailposture: judged as if this were published: %s\n", strings.Join(s.flags.whatIf, "; "))
	}
}
