package policy

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// spfText is an SPF record of terms.
func spfText(terms []string) string { return strings.Join(append([]string{"v=spf1"}, terms...), " ") }

// editSPF proposes for each record of the domain's own what edit makes of its
// terms; edit drops a term by making it "".
func editSPF(f *facts.Facts, edit func(n *facts.SPFNode, terms []string)) []facts.Change {
	var changes []facts.Change
	f.SPF.Each(func(n *facts.SPFNode, _ []*facts.SPFTerm) {
		if n.Count != 1 || len(n.Record.Octets) > maxMended || !under(n.Name, string(f.Domain)) {
			return
		}
		terms := make([]string, len(n.Terms))
		for i, t := range n.Terms {
			terms[i] = t.Text
		}
		was := slices.Clone(terms)
		edit(n, terms)
		if slices.Equal(was, terms) {
			return // white space alone is no fault
		}
		terms = slices.DeleteFunc(terms, func(text string) bool { return text == "" })
		changes = append(changes, rewrite(f, n.Record, spfText(terms))...)
	})
	return changes
}

// dropSPF proposes to leave out the terms that drop picks, in the domain's own
// records.
func dropSPF(f *facts.Facts, drop func(*facts.SPFNode, *facts.SPFTerm) bool) []facts.Change {
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		for i := range n.Terms {
			if drop(n, &n.Terms[i]) {
				terms[i] = ""
			}
		}
	})
}

// endSPF proposes another end for the record that decides about all others,
// where that is the domain's own.
func endSPF(f *facts.Facts, all string) []facts.Change {
	var changes []facts.Change
	f.SPF.Each(func(n *facts.SPFNode, via []*facts.SPFTerm) {
		if n.Count != 1 || len(n.Record.Octets) > maxMended || !redirected(via) || !under(n.Name, string(f.Domain)) {
			return
		}
		ends := decidingTerm(n)
		var terms []string
		for i := range n.Terms {
			t := &n.Terms[i]
			switch {
			case t == ends:
				terms = append(terms, all)
			case t.Mechanism == record.ModRedirect && ends == nil:
				return // the record that it leads to decides
			default:
				terms = append(terms, t.Text)
			}
		}
		if ends == nil {
			terms = append(terms, all)
		}
		changes = append(changes, rewrite(f, n.Record, spfText(terms))...)
	})
	return changes
}

// firstSPF proposes a record for a domain that has none and whose mail goes
// through servers of its own, as far as its MX records show. It ends in ~all,
// since others may send for it, too.
func firstSPF(f *facts.Facts) []facts.Change {
	if f.MX.Null || f.MX.Implicit || len(f.MX.Hosts) == 0 {
		return nil
	}
	for _, h := range f.MX.Hosts {
		if !under(h.Name, string(f.Domain)) || h.State != facts.Present || h.Provider != "" || len(h.Chain) > 0 {
			return nil
		}
	}
	return publish(string(f.Domain), "v=spf1 mx ~all")
}

// denySPF proposes that a domain without mail says so.
func denySPF(f *facts.Facts) []facts.Change {
	switch {
	case !silent(f):
		return nil
	case f.SPF.State == facts.Absent:
		return publish(string(f.Domain), "v=spf1 -all")
	}
	return endSPF(f, "-all")
}

// mergeSPF proposes one record of several: the terms of all, each once, and the
// strictest end. Where one of them redirects, which is meant is not known.
func mergeSPF(f *facts.Facts) []facts.Change {
	change := facts.Change{Question: facts.Question{Name: string(f.Domain), Kind: facts.KindTXT}}
	var terms []string
	end := record.Qualifier(0)
	for _, r := range f.SPF.Records {
		if len(r.Octets) > maxMended {
			return nil
		}
		change.Old = append(change.Old, published(f, r))
		for _, t := range record.ParseSPF(r.Octets).Terms {
			switch {
			case t.Mechanism == record.ModRedirect:
				return nil
			case t.Mechanism == record.MechAll && !t.Bad:
				if end == 0 || strictness(t.Qualifier) > strictness(end) {
					end = t.Qualifier
				}
			case !slices.ContainsFunc(terms, func(have string) bool { return strings.EqualFold(have, t.Text) }):
				terms = append(terms, t.Text)
			}
		}
	}
	if len(f.SPF.Records) < 2 || slices.Contains(change.Old, "") {
		return nil
	}
	if end != 0 {
		terms = append(terms, end.String()+"all")
	}
	change.New = []string{facts.FormatText(spfText(terms))}
	return []facts.Change{change}
}

// needless reports whether a term of a record costs lookups and matches nobody
// that another does not: it stands there a second time, or its name is gone.
func needless(f *facts.Facts, n *facts.SPFNode, t *facts.SPFTerm) bool {
	if t.Dead || t.Bad || t.Lookups == 0 {
		return false
	}
	if t.State == facts.Absent && t.Mechanism != record.ModRedirect {
		return !likelySlip(f, t)
	}
	for i := range n.Terms {
		before := &n.Terms[i]
		if before == t {
			return false
		}
		if !before.Dead && !before.Bad && strings.EqualFold(before.Text, t.Text) {
			return true
		}
	}
	return false
}

// likelySlip reports whether an include that leads nowhere may be the name of a
// service with a slip in it: then to remove it would lose who was meant.
func likelySlip(f *facts.Facts, t *facts.SPFTerm) bool {
	if t.Mechanism != record.MechInclude || f.Options.Providers == nil {
		return false
	}
	for _, service := range f.Options.Providers.All() {
		for _, name := range service.SPFIncludes {
			name = strings.TrimPrefix(name, ".") // of a suffix, too
			most := max(1, len(name)/8)
			if longer := len(t.Domain) - len(name); -most <= longer && longer <= most && distance(strings.ToLower(t.Domain), name) <= most {
				return true
			}
		}
	}
	return false
}

// thinSPF proposes to leave out what is needless and, where that is not enough
// to keep to the limit, to put the addresses of servers of the domain's own in
// the place of a and mx terms that name them.
func thinSPF(f *facts.Facts) []facts.Change {
	if len(f.SPF.Records) != 1 || len(f.SPF.Records[0].Octets) > maxMended {
		return nil
	}
	spared := 0
	for i := range f.SPF.Tree.Terms {
		if t := &f.SPF.Tree.Terms[i]; needless(f, f.SPF.Tree, t) {
			spared += t.Lookups
		}
	}
	left := f.SPF.Lookups - spared
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		for i := range n.Terms {
			t := &n.Terms[i]
			if needless(f, n, t) {
				terms[i] = ""
				continue
			}
			if addresses := ownAddresses(f, t); left > facts.SPFLookupLimit && n == f.SPF.Tree && addresses != "" {
				terms[i] = addresses
				left -= t.Lookups
			}
		}
	})
}

// ownAddresses are ip4 and ip6 terms that match what an a or mx term matches
// today, where that names servers in the domain; "" where it does not, or where
// not all of them are known.
func ownAddresses(f *facts.Facts, t *facts.SPFTerm) string {
	const most = 6
	name := strings.ToLower(t.Domain)
	if name == "" {
		name = string(f.Domain)
	}
	if t.Dead || t.Bad || t.HasMacro() || t.CIDR4 != 32 || t.CIDR6 != 128 {
		return ""
	}
	hosts := []string{name}
	switch t.Mechanism {
	case record.MechA:
	case record.MechMX:
		hosts = nil
		for _, data := range answered(f, facts.Question{Name: name, Kind: facts.KindMX}).Data {
			_, host, _ := strings.Cut(data, " ")
			hosts = append(hosts, strings.TrimSuffix(host, "."))
		}
	default:
		return ""
	}
	sign := t.Qualifier.String()
	if t.Qualifier == record.QualifierPass {
		sign = "" // as people write it
	}
	var terms []string
	for _, host := range hosts {
		for kind, mechanism := range map[string]string{facts.KindA: "ip4:", facts.KindAAAA: "ip6:"} {
			o := answered(f, facts.Question{Name: host, Kind: kind})
			if !under(host, string(f.Domain)) || o.Status != facts.Found && !o.Absent() || len(o.Chain) > 0 {
				return ""
			}
			for _, address := range o.Data {
				terms = append(terms, sign+mechanism+address)
			}
		}
	}
	slices.Sort(terms)
	if terms = slices.Compact(terms); len(terms) > most {
		return ""
	}
	return strings.Join(terms, " ")
}

// liveSPF proposes to put the terms behind all before it, where they were
// meant to stand.
func liveSPF(f *facts.Facts) []facts.Change {
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		all := decidingTerm(n)
		if all == nil || len(n.Problems) > 0 {
			return // what nobody can read was not meant to stand anywhere
		}
		var before, behind []string
		for i := range n.Terms {
			switch t := &n.Terms[i]; {
			case t == all:
			case t.Mechanism == record.MechAll, strings.EqualFold(t.Text, "v=spf1"): // a second one says nothing
			case t.Dead && !t.Modifier && slices.Contains(terms[:i], t.Text):
			case t.Modifier && i > slices.Index(terms, all.Text):
				behind = append(behind, t.Text)
			default:
				before = append(before, t.Text)
			}
		}
		sorted := append(append(before, all.Text), behind...)
		clear(terms[copy(terms, sorted):])
	})
}

// authoriseRelays proposes the relay addresses that SPF does not pass for, in
// front of the end of the record.
func authoriseRelays(f *facts.Facts) []facts.Change {
	var add []string
	for _, r := range f.SPF.Relay {
		mechanism := "ip4:"
		if r.IP.Is6() {
			mechanism = "ip6:"
		}
		if r.Result != facts.SPFPass {
			add = append(add, mechanism+r.IP.String())
		}
	}
	if f.SPF.Tree == nil {
		return nil
	}
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		if n != f.SPF.Tree {
			return
		}
		for i := range n.Terms {
			if t := &n.Terms[i]; t == decidingTerm(n) || t.Modifier {
				terms[i] = strings.Join(append(slices.Clone(add), terms[i]), " ")
				return
			}
		}
		if last := len(terms) - 1; last >= 0 {
			terms[last] = strings.Join(append([]string{terms[last]}, add...), " ")
		}
	})
}

// authoriseMicrosoft proposes the include of Exchange Online.
func authoriseMicrosoft(f *facts.Facts) []facts.Change {
	const include = "include:spf.protection.outlook.com"
	return editSPF(f, func(n *facts.SPFNode, terms []string) {
		for i := range n.Terms {
			if t := &n.Terms[i]; n == f.SPF.Tree && (t == decidingTerm(n) || t.Mechanism == record.ModRedirect) {
				terms[i] = include + " " + terms[i]
				return
			}
		}
	})
}
