package policy_test

import (
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// told is answers that a test made up; what it does not hold does not exist.
type told struct {
	known known
}

func (w told) Get(q facts.Question) (facts.Observation, bool) {
	if o, ok := w.known[q]; ok {
		return o, true
	}
	return facts.Observation{Question: q, Status: facts.NXDomain}, true
}

// with is the answers with changes made by hand.
func (w told) with(t *testing.T, repairs []policy.Repair) told {
	t.Helper()
	fresh := told{make(known)}
	for q, o := range w.known {
		fresh.known[q] = o
	}
	for _, r := range repairs {
		o, ok := fresh.known[r.Question]
		if !ok {
			o = facts.Observation{Question: r.Question, Status: facts.NXDomain}
		}
		if len(o.Chain) > 0 {
			t.Fatalf("%s is an alias, and is to be changed", r.Question)
		}
		fresh.known[r.Question] = edited(o, r.Old, r.New)
	}
	return fresh
}

// FuzzMend holds repairs of any records to their promise: made by hand, their
// rules pass, and nothing severe is new.
func FuzzMend(f *testing.F) {
	for _, r := range []struct{ spf, second, dmarc, key string }{
		{"v=spf1 mx ?all", "", "v=DMARC1; p=none", "v=DKIM1; t=y; p=" + exampleKey},
		{" v=spf1 ip4:192.0.2.1 -all", "", "v=dmarc1; p=rejct; rua=a@example.com", "p=\\" + exampleKey},
		{"v=spf1 ipv4:192.0.2.1 include: _spf.example.com +all", "v=spf1 a -all", "v=DMARC1 p=reject rua=mailto://a@example.com", ""},
		{"v=spf1 a a:gone.example.com a:gone2.example.com mx:gone3.example.com include:example.com redirect=example.com -all ip4:192.0.2.1 ~all", "", "v=DMARC1; p=reject; np=none; pct=1; foo=bar; \xe2\x80\x9d", ""},
	} {
		f.Add(r.spf, r.second, r.dmarc, r.key, uint8(0))
		f.Add(r.spf, r.second, r.dmarc, r.key, uint8(7))
	}
	opt := facts.DefaultOptions()
	opt.Selectors = []string{"s1"}
	rules := policy.Rules()
	f.Fuzz(func(t *testing.T, spf, second, dmarc, key string, mail uint8) {
		w := told{make(known)}
		add := func(name, kind string, data ...string) {
			q := facts.Question{Name: name, Kind: kind}
			w.known[q] = edited(facts.Observation{Question: q}, nil, data)
		}
		texts := []string{facts.FormatText(spf)}
		if second != "" && second != spf {
			texts = append(texts, facts.FormatText(second))
		}
		add("example.com", facts.KindTXT, texts...)
		add("_dmarc.example.com", facts.KindTXT, facts.FormatText(dmarc))
		add("_domainkey.example.com", facts.KindTXT)
		if key != "" {
			add("s1._domainkey.example.com", facts.KindTXT, facts.FormatText(key))
		}
		add("example.com", facts.KindA, "192.0.2.80")
		add("mx.example.com", facts.KindA, "192.0.2.25")
		add("example.com", facts.KindMX)
		switch mail % 4 {
		case 1:
			add("example.com", facts.KindMX, "10 mx.example.com.")
		case 2:
			add("example.com", facts.KindMX, "0 .")
		case 3:
			add("example.com", facts.KindMX, "0 .", "10 mx.example.com.", "20 gone.example.com.")
		}
		found, _ := facts.Build("example.com", w, opt)
		before := policy.Evaluate(found, rules)
		repairs := policy.Mend(found, before)
		if len(repairs) == 0 {
			return
		}
		mended, _ := facts.Build("example.com", w.with(t, repairs), opt)
		for _, fault := range repairFaults(before, policy.Evaluate(mended, rules), repairs) {
			t.Errorf("%s: %+v", fault, repairs)
		}
	})
}

const exampleKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
