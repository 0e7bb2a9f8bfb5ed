package facts

import "github.com/mailposture/mailposture/record"

// Passes reports whether SPF can pass for any address at all: Present if a
// term that is known authorises one, Unknown if only one that is not known may.
func (s *SPF) Passes() Standing {
	if s.State != Present {
		return s.Standing
	}
	if s.Tree == nil {
		return Standing{State: Absent} // several records: permerror for all
	}
	return s.Tree.passes(make(map[*SPFNode]Standing))
}

// passes sums up a record's terms. done has the records that were looked at:
// many terms may lead to one.
func (n *SPFNode) passes(done map[*SPFNode]Standing) Standing {
	if known, ok := done[n]; ok {
		return known
	}
	done[n] = Standing{State: Absent}
	sum := Standing{State: Absent}
	for _, t := range n.Terms {
		one := t.passes(done)
		if one.State == Present || one.State == Unknown && sum.State == Absent {
			sum = one
		}
		if sum.State == Present {
			break
		}
	}
	done[n] = sum
	return sum
}

// passes reports whether the term can match with a pass.
func (t *SPFTerm) passes(done map[*SPFNode]Standing) Standing {
	switch {
	case t.Dead || t.Bad || t.Loop:
		return Standing{State: Absent}
	case t.Mechanism == record.ModRedirect:
	case t.Modifier || t.Qualifier != record.QualifierPass:
		return Standing{State: Absent} // an include that matches gives its own qualifier; RFC 7208, section 5.2
	}
	switch t.Mechanism {
	case record.MechAll, record.MechIP4, record.MechIP6, record.MechPTR:
		return Standing{State: Present}
	case record.MechInclude, record.ModRedirect:
		if t.State == Present && t.target != nil {
			return t.target.passes(done)
		}
	}
	if t.State == Unseen {
		return Standing{State: Present} // the name comes from the message: it may
	}
	return t.Standing
}
