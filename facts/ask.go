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
	used    []Observation
	missing []Question
}

func newAsker(answers Answers, opt Options) *asker {
	total := opt.questions()
	return &asker{
		answers: answers, memo: opt.Memo, left: total, total: total,
		used: make([]Observation, 0, 24), // what a typical domain takes
	}
}

// seen finds a question that was asked before. The budget keeps the lists so
// short that to walk them is cheaper than a map.
func (a *asker) seen(q Question) (Observation, bool) {
	for i := range a.used {
		if a.used[i].Question == q {
			return a.used[i], true
		}
	}
	return notAsked(q), slices.Contains(a.missing, q)
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
	if o, ok := a.seen(q); ok {
		return o
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
		a.used = append(a.used, o)
		return o
	}
	a.missing = append(a.missing, q)
	return notAsked(q)
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
	return unknown(fmt.Sprintf("%s: %s", o.Question, record.Text(o.Cause)))
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

// selectTexts splits records into those that pick selects and the others.
func selectTexts(records []Record, pick func(string) bool) (picked, others []Record) {
	for _, r := range records {
		if pick(r.Octets) {
			picked = append(picked, r)
		} else {
			others = append(others, r)
		}
	}
	return picked, others
}
