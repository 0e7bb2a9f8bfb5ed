package policy

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// dropHosts proposes the MX records without the hosts that drop picks, as long
// as one stays that mail can reach.
func dropHosts(f *facts.Facts, drop func(facts.Host) bool) []facts.Change {
	change := facts.Change{Question: mxQuestion(f)}
	usable := false
	for _, h := range f.MX.Hosts {
		if !drop(h) {
			usable = usable || h.Name != "" && h.State == facts.Present
		}
	}
	if !usable || f.MX.Implicit {
		return nil
	}
	for _, data := range answered(f, change.Question).Data {
		if i := slices.IndexFunc(f.MX.Hosts, func(h facts.Host) bool { return h.Name == mxTarget(data) }); i >= 0 && drop(f.MX.Hosts[i]) {
			change.Old = append(change.Old, data)
		}
	}
	return oneOrNone(change)
}

// renameHosts proposes MX records with other hosts: rename returns "" for one
// that stays.
func renameHosts(f *facts.Facts, rename func(facts.Host) string) []facts.Change {
	change := facts.Change{Question: mxQuestion(f)}
	there := answered(f, change.Question).Data
	for _, data := range there {
		preference, _, _ := strings.Cut(data, " ")
		i := slices.IndexFunc(f.MX.Hosts, func(h facts.Host) bool { return h.Name == mxTarget(data) })
		if i < 0 || rename(f.MX.Hosts[i]) == "" {
			continue
		}
		change.Old = append(change.Old, data)
		if come := preference + " " + rename(f.MX.Hosts[i]) + "."; !slices.Contains(there, come) && !slices.Contains(change.New, come) {
			change.New = append(change.New, come)
		}
	}
	return oneOrNone(change)
}

// oneOrNone is a change, unless it changes nothing.
func oneOrNone(c facts.Change) []facts.Change {
	if len(c.Old) == 0 {
		return nil
	}
	return []facts.Change{c}
}

// mxTarget is the host of "10 mx.example.com.".
func mxTarget(data string) string {
	_, host, _ := strings.Cut(data, " ")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// deadHost reports whether nobody can deliver to a host.
func deadHost(h facts.Host) bool { return h.Name != "" && h.State == facts.Absent }

// nullHost reports whether an MX record is the null MX.
func nullHost(h facts.Host) bool { return h.Name == "" }

// dropNullMX proposes to remove a null MX that stands beside hosts.
func dropNullMX(f *facts.Facts) []facts.Change { return dropHosts(f, nullHost) }

// dropDeadHosts proposes to remove MX hosts that have no address.
func dropDeadHosts(f *facts.Facts) []facts.Change { return dropHosts(f, deadHost) }

// dropPrivateHosts proposes to remove MX hosts that nobody outside can reach.
func dropPrivateHosts(f *facts.Facts) []facts.Change {
	return dropHosts(f, func(h facts.Host) bool {
		return h.State == facts.Present && len(h.Addresses) > 0 && !slices.ContainsFunc(h.Addresses, reachable)
	})
}

// nameAliasEnds proposes the hosts at the end of aliases in their place.
func nameAliasEnds(f *facts.Facts) []facts.Change {
	return renameHosts(f, func(h facts.Host) string {
		if len(h.Chain) == 0 || h.State != facts.Present {
			return ""
		}
		return h.Chain[len(h.Chain)-1]
	})
}

// dropMicrosoft proposes to let mail in by the gateway alone.
func dropMicrosoft(f *facts.Facts) []facts.Change {
	return dropHosts(f, func(h facts.Host) bool { return facts.IsMicrosoft365(h.Provider) })
}

// renameEO proposes today's name of a tenant's host in the place of an old one.
func renameEO(f *facts.Facts) []facts.Change {
	return renameHosts(f, func(h facts.Host) string {
		if !under(h.Name, "mail.eo.outlook.com") {
			return ""
		}
		return f.M365.EOPHost
	})
}

// editKeys proposes what edit makes of the key records that are the domain's
// own: published under its name, not by an alias, and not a provider's.
func editKeys(f *facts.Facts, edit func(k *facts.Key) string) []facts.Change {
	var changes []facts.Change
	for i := range f.DKIM.Keys {
		k := &f.DKIM.Keys[i]
		if k.Parsed == nil || len(k.Record.Octets) > maxMended || len(k.Chain) > 0 || k.Provider != "" {
			continue
		}
		if octets := edit(k); octets != "" {
			changes = append(changes, rewrite(f, k.Record, octets)...)
		}
	}
	return changes
}

// keyWithout is a key record without one of its tags.
func keyWithout(k *facts.Key, name string) string {
	var tags []string
	for _, t := range k.Parsed.Tags {
		if t.Name != name {
			tags = append(tags, t.Name+"="+t.Value)
		}
	}
	return strings.Join(tags, "; ")
}

// endTesting proposes key records without t=y. It harms nothing: a signature
// that fails counts as none either way. RFC 6376, section 6.1.
func endTesting(f *facts.Facts) []facts.Change {
	return editKeys(f, func(k *facts.Key) string {
		if k.State != facts.KeyPresent || !k.Parsed.Testing || k.Parsed.Strict {
			return ""
		}
		return keyWithout(k, "t")
	})
}

// allowSHA256 proposes key records that allow the hash that verifiers accept.
func allowSHA256(f *facts.Facts) []facts.Change {
	return editKeys(f, func(k *facts.Key) string {
		if k.State != facts.KeyPresent || k.Parsed.SHA256() {
			return ""
		}
		return keyWithout(k, "h")
	})
}

// spellKey proposes key records without what forms and copies put into them:
// quotation marks and backslashes, which no tag of a key can hold.
func spellKey(f *facts.Facts) []facts.Change {
	tidy := strings.NewReplacer(`"`, "", `\`, "", "'", "")
	return editKeys(f, func(k *facts.Key) string {
		if k.State != facts.KeyMalformed {
			return ""
		}
		octets := tidy.Replace(k.Record.Octets)
		parsed := record.ParseDKIMKey(octets)
		if !parsed.Usable() {
			return ""
		}
		return octets
	})
}

// keepKey proposes one record for a selector where only one of several is a key
// that a verifier can use.
func keepKey(f *facts.Facts) []facts.Change {
	var changes []facts.Change
	for _, k := range f.DKIM.Keys {
		if k.State != facts.KeySeveral || len(k.Chain) > 0 || k.Provider != "" {
			continue
		}
		change := facts.Change{Question: k.Record.Question}
		usable := 0
		for _, data := range answered(f, change.Question).Data {
			octets, _, err := record.ParseTXT(data)
			parsed := record.ParseDKIMKey(octets)
			switch {
			case err == nil && record.IsDKIMKey(octets) && parsed.Usable():
				usable++
			case err == nil && record.IsDKIMKey(octets):
				return nil // a revoked key beside a good one: which was meant is not known
			default:
				change.Old = append(change.Old, data)
			}
		}
		if usable == 1 {
			changes = append(changes, oneOrNone(change)...)
		}
	}
	return changes
}
