package scanner

import (
	"fmt"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/scanner/zone"
)

// course is one domain's way from its first question to its last answer, whoever
// asks them. The same answers lead the same way, in any order.
type course struct {
	domain facts.Domain
	cfg    *Config
	kept   *Cache // nil: nothing is kept
	build  build
	taken  time.Time
	known  answers
	facts  *facts.Facts // of the last step
	rounds int
	spend  spending
}

func newCourse(domain facts.Domain, cfg *Config, build build) course {
	c := course{domain: domain, cfg: cfg, build: build, taken: cfg.now().UTC()}
	c.kept, _ = cfg.Resolver.(*Cache)
	c.known.all = make([]facts.Observation, 0, 8) // most domains need no more
	return c
}

// step works out what the answers so far mean, and returns what to ask next:
// nothing, when the facts are final. What may not be asked any more has failed
// before.
func (c *course) step() []facts.Question {
	for ; ; c.rounds++ {
		f, missing := c.build(c.domain, c, c.cfg.Options)
		c.facts = f
		if len(missing) == 0 || c.rounds > 2*maxRounds {
			return nil
		}
		cause := c.spend.over(c.cfg.Options)
		if c.rounds > maxRounds {
			cause = "too many rounds of questions"
		}
		if cause == "" {
			c.rounds++
			return missing[:min(len(missing), c.spend.affords(c.cfg.Options))]
		}
		for _, q := range missing {
			c.known.add(facts.Observation{Question: q, Status: facts.Failed, Cause: cause})
		}
	}
}

// take notes the answer to a question, and what it took.
func (c *course) take(o facts.Observation) {
	c.known.add(o)
	c.spend.add(o)
}

// Get returns the answer to a question, if it is known. It implements
// facts.Answers for Build. What other domains asked for is found where that is
// kept, so that one Build walks every include that any of them has fetched.
func (c *course) Get(q facts.Question) (facts.Observation, bool) {
	o, ok := c.known.Get(q)
	if ok || c.kept == nil || c.rounds == 0 || !c.shares(q) || c.spend.over(c.cfg.Options) != "" {
		return o, ok
	}
	if o, ok = c.kept.known(q); ok {
		c.take(o)
	}
	return o, ok
}

// shares reports whether other domains may ask a question, too.
func (c *course) shares(q facts.Question) bool { return !zone.Within(q.Name, string(c.domain)) }

// late is what becomes of a question when the domain's time is spent.
func (c *course) late(q facts.Question) facts.Observation {
	return facts.Observation{Question: q, Status: facts.Failed, Cause: fmt.Sprintf("time budget of %s spent", c.cfg.timeout())}
}

// snapshot is what the facts rest on.
func (c *course) snapshot() *facts.Snapshot {
	return facts.NewSnapshot(c.domain, c.taken, c.facts.Used)
}

// spending is what the answers for one domain have taken. Answers of the cache
// count as if they had been asked for, so that a domain's result does not
// depend on its neighbours; only how often a question was repeated may differ.
type spending struct{ packets int }

// worstCase is how many packets a question may take by default: four tries, each
// over UDP and then over TCP. More Retries, more than four resolvers, or one that
// refuses EDNS, may make it more: that is not the domain's doing.
const worstCase = 2 * (1 + DefaultRetries)

// affords is how many questions may be asked at once, so that even in the worst
// case they keep to the budget; but one always.
func (s *spending) affords(opt facts.Options) int {
	return max(1, (opt.MostPackets()-s.packets)/worstCase)
}

// add counts an answer.
func (s *spending) add(o facts.Observation) {
	s.packets++
	if o.Via != nil {
		s.packets += max(o.Via.Tries-1, 0)
	}
}

// over says that everything is spent, as a cause, or "".
func (s *spending) over(opt facts.Options) string {
	if s.packets < opt.MostPackets() {
		return ""
	}
	return fmt.Sprintf("not asked, the domain's budget of %d packets is spent", opt.MostPackets())
}

// answers is what is known so far. It implements facts.Answers. The zero value
// knows nothing.
type answers struct {
	all   []facts.Observation
	index map[facts.Question]int // of all; nil while they are few
}

// fewAnswers are found faster by looking at each than in a map.
const fewAnswers = 12

// Get returns the observation of a question, and whether there is one.
func (a *answers) Get(q facts.Question) (facts.Observation, bool) {
	if a.index != nil {
		i, ok := a.index[q]
		if !ok {
			return facts.Observation{}, false
		}
		return a.all[i], true
	}
	for i := range a.all {
		if a.all[i].Question == q {
			return a.all[i], true
		}
	}
	return facts.Observation{}, false
}

// add notes the answer to a question that had none.
func (a *answers) add(o facts.Observation) {
	a.all = append(a.all, o)
	switch {
	case a.index != nil:
		a.index[o.Question] = len(a.all) - 1
	case len(a.all) > fewAnswers:
		a.index = make(map[facts.Question]int, 4*fewAnswers)
		for i := range a.all {
			a.index[a.all[i].Question] = i
		}
	}
}
