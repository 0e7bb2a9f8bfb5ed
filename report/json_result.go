package report

// What encoding/json would make of a Result, written out by hand: a scan of a
// long list writes millions of them, and reflection took longer than judging.
// A test holds every field against encoding/json. Fields stand in the order of
// the structs. An array that is nil is [], as readers were promised.

// result adds one Result.
func (e *encoder) result(r *Result) *encoder {
	e.raw("{").text("schema", r.Schema).text("by", r.By).text("domain", r.Domain)
	if r.Input != nil {
		e.key("input").input(r.Input)
	}
	e.key("time").time(r.Time).text("status", string(r.Status)).someText("reason", r.Reason).texts("roles", r.Roles)
	if r.Parked != nil {
		e.key("parked").raw("{").flag("protected", r.Parked.Protected)
		list(e, "records", r.Parked.Records, (*encoder).parkedRecord)
		e.raw("}")
	}
	if len(r.RoleFacts) > 0 {
		list(e, "role_facts", r.RoleFacts, (*encoder).roleFact)
	}
	if r.MX != nil {
		e.key("mx").mx(r.MX)
	}
	if r.SPF != nil {
		e.key("spf").spf(r.SPF)
	}
	if r.DMARC != nil {
		e.key("dmarc").dmarc(r.DMARC)
	}
	if r.DKIM != nil {
		e.key("dkim").dkim(r.DKIM)
	}
	if r.M365 != nil {
		e.key("m365").m365(r.M365)
	}
	if r.Mailbox != nil {
		e.key("mailbox").mailbox(r.Mailbox)
	}
	list(e, "findings", r.Findings, (*encoder).finding)
	list(e, "repairs", r.Repairs, (*encoder).repair)
	list(e, "unknown", r.Unknown, (*encoder).unknownRule)
	e.texts("not_applicable", r.NotApplicable).texts("not_run", r.NotRun)
	if len(r.Checklists) > 0 {
		list(e, "checklists", r.Checklists, (*encoder).checklist)
	}
	return e.key("counts").counts(&r.Counts).raw("}")
}

func (e *encoder) input(i *Input) *encoder {
	return e.raw("{").someText("list", i.List).someNumber("line", i.Line).text("text", i.Text).raw("}")
}

// standing adds the fields of a Standing that is embedded.
func (e *encoder) standing(s *Standing) *encoder {
	return e.text("state", s.State).someText("reason", s.Reason)
}

func (e *encoder) mx(m *MX) *encoder {
	e.raw("{").standing(&m.Standing).flag("null", m.Null)
	list(e, "hosts", m.Hosts, (*encoder).host)
	e.someText("gateway", m.Gateway).someText("mailbox_host", m.MailboxHost)
	return e.someText("mailbox_confidence", m.MailboxConfidence).someTexts("mailbox_evidence", m.MailboxEvidence).raw("}")
}

func (e *encoder) host(h *Host) {
	e.raw("{").text("host", h.Host).number("preference", h.Preference).someText("provider", h.Provider)
	e.someText("state", h.State).someText("reason", h.Reason).someTexts("addresses", h.Addresses).raw("}")
}

func (e *encoder) spf(s *SPF) *encoder {
	e.raw("{").standing(&s.Standing).someText("record", s.Record).someTexts("records", s.Records).flag("valid", s.Valid)
	e.number("lookups", s.Lookups).number("void_lookups", s.VoidLookups).flag("lookups_complete", s.LookupsComplete).text("all", s.All)
	e.someNumber("strings", s.Strings).someNumber("answer_octets", s.AnswerOctets)
	if s.Authorised != nil {
		e.key("authorised").reach(s.Authorised)
	}
	if s.Tree != nil {
		e.key("tree").spfNode(s.Tree)
	}
	if len(s.Relay) > 0 {
		list(e, "relay", s.Relay, (*encoder).relayCheck)
	}
	return e.raw("}")
}

func (e *encoder) spfNode(n *SPFNode) *encoder {
	e.raw("{").text("name", n.Name).standing(&n.Standing).someText("record", n.Record)
	if len(n.Terms) > 0 {
		list(e, "terms", n.Terms, (*encoder).spfTerm)
	}
	return e.raw("}")
}

func (e *encoder) spfTerm(t *SPFTerm) {
	e.raw("{").text("term", t.Term).someNumber("lookups", t.Lookups).someNumber("void_lookups", t.Voids)
	e.someText("provider", t.Provider).someText("state", t.State).someText("reason", t.Reason)
	e.someFlag("dead", t.Dead).someFlag("loop", t.Loop)
	if t.Child != nil {
		e.key("child").spfNode(t.Child)
	}
	e.raw("}")
}

func (e *encoder) relayCheck(c *RelayCheck) {
	e.raw("{").text("ip", c.IP).text("result", c.Result).someText("reason", c.Reason).someText("second_opinion", c.SecondOpinion).raw("}")
}

func (e *encoder) dmarc(d *DMARC) *encoder {
	e.raw("{").standing(&d.Standing).someText("record", d.Record).someTexts("records", d.Records).flag("valid", d.Valid)
	e.someText("found_at", d.FoundAt).someText("organizational_domain", d.OrganizationalDomain)
	list(e, "path", d.Path, (*encoder).step)
	e.someText("policy", d.Policy)
	if d.Effective != nil {
		e.key("effective").effective(d.Effective)
	}
	e.texts("rua", d.RUA).texts("ruf", d.RUF)
	e.someText("adkim", d.ADKIM).someText("aspf", d.ASPF).flag("testing", d.Testing)
	if d.RFC7489 != nil {
		e.key("rfc7489").oldDMARC(d.RFC7489)
	}
	return e.raw("}")
}

func (e *encoder) step(s *Step) {
	e.raw("{").text("name", s.Name).standing(&s.Standing).raw("}")
}

func (e *encoder) effective(f *Effective) *encoder {
	e.raw("{").text("this", f.This).text("tag", f.Tag).key("subdomain")
	return e.raw("{").text("existing", f.Subdomain.Existing).text("nonexistent", f.Subdomain.Nonexistent).raw("}}")
}

func (e *encoder) dkim(d *DKIM) *encoder {
	e.raw("{").standing(&d.Standing)
	list(e, "keys", d.Keys, (*encoder).dkimKey)
	return e.number("tried", d.Tried).someFlag("wildcard", d.Wildcard).raw("}")
}

func (e *encoder) dkimKey(k *Key) {
	e.raw("{").text("selector", k.Selector).standing(&k.Standing).someText("type", k.Type).someNumber("bits", k.Bits).someText("digest", k.Digest)
	e.someText("cname", k.CNAME).someText("provider", k.Provider).raw("}")
}

func (e *encoder) m365(m *M365) *encoder {
	e.raw("{").standing(&m.Standing)
	list(e, "signals", m.Signals, (*encoder).signal)
	e.someText("eop_host", m.EOPHost)
	if len(m.Settings) > 0 {
		list(e, "settings", m.Settings, (*encoder).setting)
	}
	return e.raw("}")
}

func (e *encoder) signal(s *Signal) {
	e.raw("{").text("signal", s.Signal).text("strength", s.Strength).raw("}")
}

func (e *encoder) finding(f *Finding) {
	e.raw("{").text("rule", f.Rule).text("name", f.Name).text("severity", string(f.Severity)).text("confidence", string(f.Confidence))
	e.text("family", f.Family).text("key", f.Key).text("fingerprint", f.Fingerprint).text("message", f.Message)
	list(e, "evidence", f.Evidence, (*encoder).evidence)
	e.numbers("repairs", f.Repairs)
	if f.Help != nil {
		e.key("help").raw("{").text("title", f.Help.Title).text("why", f.Help.Why).text("fix", f.Help.Fix).texts("refs", f.Help.Refs).raw("}")
	}
	e.raw("}")
}

func (e *encoder) evidence(v *Evidence) {
	e.raw("{").text("name", v.Name).text("kind", v.Kind).text("text", v.Text)
	e.number("offset", v.Offset).number("length", v.Length).someText("source", v.Source).raw("}")
}

func (e *encoder) repair(r *Repair) {
	e.raw("{").text("name", r.Name).text("kind", r.Kind).text("old", r.Old).text("new", r.New).raw("}")
}

func (e *encoder) parkedRecord(r *ParkedRecord) {
	e.raw("{").text("name", r.Name).text("kind", r.Kind).text("data", r.Data).flag("published", r.Published).raw("}")
}

func (e *encoder) unknownRule(u *UnknownRule) {
	e.raw("{").text("rule", u.Rule).text("reason", u.Reason).raw("}")
}

func (e *encoder) counts(c *Counts) *encoder {
	e.raw("{").number("critical", c.Critical).number("high", c.High).number("medium", c.Medium).number("low", c.Low).number("info", c.Info)
	return e.number("pass", c.Pass).number("not_applicable", c.NotApplicable).number("unknown", c.Unknown).raw("}")
}
