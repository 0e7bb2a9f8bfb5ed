package policy

import (
	"slices"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// maxMended bounds the records that are read for what may mend them, in octets:
// one that is longer is not of a person's making, and the work is for each of
// many proposals.
const maxMended = 4 << 10

// rewrite is the change of one TXT record into another.
func rewrite(f *facts.Facts, r facts.Record, octets string) []facts.Change {
	old := published(f, r)
	if old == "" || octets == r.Octets {
		return nil
	}
	return []facts.Change{{Question: r.Question, Old: []string{old}, New: []string{facts.FormatText(octets)}}}
}

// publish is the change that adds a TXT record.
func publish(name, octets string) []facts.Change {
	return []facts.Change{{Question: facts.Question{Name: name, Kind: facts.KindTXT}, New: []string{facts.FormatText(octets)}}}
}

// published is a record in the form in which its answer holds it, or "".
func published(f *facts.Facts, r facts.Record) string {
	for _, data := range answered(f, r.Question).Data {
		if octets, _, err := record.ParseTXT(data); err == nil && octets == r.Octets {
			return data
		}
	}
	return ""
}

// answered is the answer to a question that Build used.
func answered(f *facts.Facts, q facts.Question) facts.Observation {
	i := slices.IndexFunc(f.Used, func(o facts.Observation) bool { return o.Question == q })
	if i < 0 {
		return facts.Observation{}
	}
	return f.Used[i]
}

// receives reports whether mail to the domain is known to be taken.
func receives(f *facts.Facts) bool { return f.Role(facts.Receives).State == facts.Present }

// silent reports whether nothing at all speaks for mail of the domain: not even
// a DKIM key that is broken, or an alias to one.
func silent(f *facts.Facts) bool {
	signs := slices.ContainsFunc(f.DKIM.Keys, func(k facts.Key) bool { return k.State != facts.KeyRevoked })
	return !signs && f.Role(facts.Parked).State == facts.Present
}
