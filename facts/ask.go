package facts

import (
	"fmt"
	"slices"

	"github.com/mailposture/mailposture/record"
)

// asker is how Build reads the world: it notes what was read, what is missing,
// and what the budget leaves.
type asker struct {
	answers Answers
	memo    *Memo
	left    int // questions of the whole budget
	total   int
	octets  int // of the records read
	room    int // for them in all; 0: no bound
	used    []Observation
	missing []Question
}

// find is the place of a question in used, or -1. The budget keeps the lists so
// short that to walk them is cheaper than a map.
func (a *asker) find(q Question) int {
	for i := range a.used {
		// The kind first: it is most often the cheaper way to tell two apart.
		if u := &a.used[i]; len(u.Name) == len(q.Name) && u.Kind == q.Kind && u.Name == q.Name {
			return i
		}
	}
	return -1
}

// wanted is a list of what is missing, nil when nothing is, for others to keep.
func (a *asker) wanted() []Question {
	if len(a.missing) == 0 {
		return nil
	}
	return slices.Clone(a.missing)
}

func notAsked(q Question) Observation { return Observation{Question: q, Cause: "not asked"} }

// purse is a part's share of the budget. nil draws on the whole only.
type purse struct {
	name  string
	left  int
	total int
}

// ask reads the answer to a question. Without one the observation is NotAsked,
// and its Cause says why: nobody asked yet, or the budget is spent.
func (a *asker) ask(name, kind string, share *purse) Observation {
	q := Question{Name: name, Kind: kind}
	if i := a.find(q); i >= 0 {
		return a.used[i]
	}
	if slices.Contains(a.missing, q) {
		return notAsked(q)
	}
	if !askable(name) {
		// No server can hold such a name, which is a proof by itself.
		// RFC 1035, section 2.3.4.
		return Observation{Question: q, Status: NXDomain}
	}
	if share != nil && share.left == 0 {
		return share.refuse(q)
	}
	if a.left == 0 {
		return purse{"domain", 0, a.total}.refuse(q)
	}
	a.left--
	if share != nil {
		share.left--
	}
	if o, ok := a.answers.Get(q); ok {
		o.Question = q
		a.weigh(&o)
		a.used = append(a.used, o)
		return o
	}
	a.missing = append(a.missing, q)
	return notAsked(q)
}

// weigh counts an answer's octets. One that finds no room is not kept: what is
// kept does not depend on the order in which answers came.
func (a *asker) weigh(o *Observation) {
	size := 0
	for _, data := range o.Data {
		size += len(data)
	}
	if a.room > 0 && a.octets+size > a.room {
		cause := fmt.Sprintf("not kept, the domain's budget of %d octets is spent", a.room)
		*o = Observation{Question: o.Question, Status: Failed, Cause: cause, Via: o.Via}
		return
	}
	a.octets += size
}

// refuse is the answer to a question that the purse cannot pay for.
func (p purse) refuse(q Question) Observation {
	return Observation{Question: q, Cause: fmt.Sprintf("not asked, the %s budget of %d questions is spent", p.name, p.total)}
}

// standing reads an observation as a state. What is not known has a reason
// that names type, name and cause, and nothing that varies between runs.
func standing(o Observation) Standing {
	switch o.Status {
	case Found:
		return Standing{State: Present}
	case NoData, NXDomain:
		return Standing{State: Absent}
	}
	return unknown(o.Kind + " " + o.Name + ": " + record.Text(o.Cause))
}

// worst is the first unknown standing, good's own included, or else good.
func worst(good Standing, all ...Standing) Standing {
	if good.State == Unknown {
		return good
	}
	for _, s := range all {
		if s.State == Unknown {
			return s
		}
	}
	return good
}

// texts decodes TXT data. A record that cannot be decoded comes from a damaged
// file: it is kept as it stands, so that it is seen.
func texts(o Observation) []Record {
	records := make([]Record, 0, len(o.Data))
	for _, data := range o.Data {
		octets, ends, err := record.ParseTXT(data)
		if err != nil {
			octets, ends = data, []int{len(data)}
		}
		records = append(records, Record{Question: o.Question, Octets: octets, Ends: ends, Source: o.Source})
	}
	return records
}

// selectTexts are the records whose octets pick selects. Those that come first
// and together, most often all or none, are not copied.
func selectTexts(records []Record, pick func(string) bool) []Record {
	n := 0
	for n < len(records) && pick(records[n].Octets) {
		n++
	}
	picked := records[:n:n]
	for i := n + 1; i < len(records); i++ {
		if pick(records[i].Octets) {
			picked = append(picked, records[i])
		}
	}
	if len(picked) == 0 {
		return nil
	}
	return picked
}
