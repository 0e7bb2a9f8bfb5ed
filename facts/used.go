package facts

// answer finds an observation that Build used.
func (f *Facts) answer(q Question) (Observation, bool) {
	for i := range f.Used {
		if f.Used[i].Question == q {
			return f.Used[i], true
		}
	}
	return Observation{Question: q}, false
}

// Chain is the aliases that led to an answer, whether or not there was one.
func (f *Facts) Chain(q Question) []string {
	o, _ := f.answer(q)
	return o.Chain
}
