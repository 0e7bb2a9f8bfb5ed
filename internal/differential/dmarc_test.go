package differential

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dmarc"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/scanner/zone"
)

const goMsgauth = "go-msgauth"

// ourDMARC is the record that we find for the author's domain, and what it
// says: none, unusable, or record and its tags.
func ourDMARC(s scene) string {
	f, _ := facts.Build(facts.Domain(senderDomain(s.message)), s, facts.Options{Parts: []facts.Part{facts.PartDMARC}})
	switch d := f.DMARC; {
	case d.State == facts.Unknown:
		return "temperror"
	case d.Parsed == nil:
		return "none"
	case !d.Valid:
		return "unusable"
	default:
		return reading(string(d.Policy), string(d.Parsed.SubdomainPolicy), string(d.Parsed.DKIMAlignment), string(d.Parsed.SPFAlignment), uris(d.Parsed.RUA), uris(d.Parsed.RUF))
	}
}

func reading(p, sp, adkim, aspf string, rua, ruf []string) string {
	return fmt.Sprintf("record p=%s sp=%s adkim=%s aspf=%s rua=%q ruf=%q", p, sp, adkim, aspf, rua, ruf)
}

func uris(all []record.ReportURI) []string {
	var texts []string
	for _, u := range all {
		texts = append(texts, u.Text)
	}
	return texts
}

// theirDMARC is the same of go-msgauth.
func theirDMARC(s scene) string {
	rec, err := dmarc.LookupWithOptions(senderDomain(s.message), &dmarc.LookupOptions{
		LookupTXT: func(name string) ([]string, error) { return s.txt[name], nil },
	})
	switch {
	case errors.Is(err, dmarc.ErrNoPolicy):
		return "none"
	case err != nil:
		return "unusable"
	}
	return reading(string(rec.Policy), string(rec.SubdomainPolicy), string(rec.DKIMAlignment), string(rec.SPFAlignment), rec.ReportURIAggregate, rec.ReportURIFailure)
}

// TestDMARC holds the reading and discovery of policies against go-msgauth,
// which follows RFC 7489.
func TestDMARC(t *testing.T) {
	scenes := append(generatedDMARC(1, 4000), realDMARC(t)...)
	found := compare(goMsgauth, ";", scenes, ourDMARC, theirDMARC)
	triage(readClasses(t), goMsgauth, found).report(t, goMsgauth, len(scenes))
}

// The control: planted slips are differences of no class.
func TestDMARCControl(t *testing.T) {
	scenes := generatedDMARC(2, 1500)
	classes := readClasses(t)
	for name, replace := range map[string][2]string{
		"quarantine is reject": {"p=quarantine", "p=reject"},
		"strict is relaxed":    {"adkim=s", "adkim=r"},
		"a report is lost":     {`rua=["mailto:d@example.com"`, `rua=[`},
		"everything is usable": {"unusable", "record p=none"},
	} {
		planted := func(s scene) string { return strings.Replace(ourDMARC(s), replace[0], replace[1], 1) }
		if v := triage(classes, goMsgauth, compare(goMsgauth, ";", scenes, planted, theirDMARC)); len(v.untriaged) == 0 {
			t.Errorf("%s: nothing noticed it", name)
		}
	}
}

// realDMARC are the universities' records, and those of the ministry's zones.
func realDMARC(t *testing.T) []scene {
	t.Helper()
	folder := filepath.Join("..", "..", "testdata", "real")
	universities, err := realdata.Universities(folder)
	if err != nil {
		t.Fatal(err)
	}
	var scenes []scene
	for _, u := range universities {
		scenes = append(scenes, author(string(u.Domain), texts(u)))
	}
	files, err := realdata.MinistryZones(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		z, err := zone.Parse(file.Name, strings.NewReader(file.Text), "")
		if err != nil {
			t.Fatal(err)
		}
		set, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, domain := range z.MailDomains() {
			scenes = append(scenes, author(string(domain), policies(t, set, string(domain))))
		}
	}
	return scenes
}

// author is a scene of a message from a domain.
func author(domain string, txt map[string][]string) scene {
	return scene{label: domain, txt: txt, message: facts.SPFMessage{From: "someone@" + domain}}
}

// policies are the TXT records at the _dmarc names of a domain and those above.
func policies(t *testing.T, set *zone.Set, domain string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for name := domain; name != ""; _, name, _ = strings.Cut(name, ".") {
		obs, err := set.Lookup(context.Background(), []facts.Question{{Name: "_dmarc." + name, Kind: facts.KindTXT}})
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range obs[0].Data {
			octets, _, err := record.ParseTXT(data)
			if err != nil {
				t.Fatal(err)
			}
			all["_dmarc."+name] = append(all["_dmarc."+name], octets)
		}
	}
	return all
}
