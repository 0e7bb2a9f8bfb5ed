// Package realdata reads the records of real domains in testdata/real.
//
// What a file does not hold was not asked: it stays out of the snapshots, and
// so unknown.
package realdata

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
)

// eachLine decodes a gzipped JSONL file.
func eachLine[T any](path string, visit func(T) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 16<<20)
	for number := 1; lines.Scan(); number++ {
		var value T
		if err := json.Unmarshal(lines.Bytes(), &value); err != nil {
			return fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if err := visit(value); err != nil {
			return err
		}
	}
	return lines.Err()
}

// town is a line of town-domains.jsonl.gz.
type town struct {
	Domain       string            `json:"domain"`
	MX           []string          `json:"mx"`
	SPF          string            `json:"spf"`
	DKIM         map[string]string `json:"dkim_cname"`
	Autodiscover struct {
		CNAME string `json:"autodiscover_cname"`
	} `json:"autodiscover"`
	Taken int64 `json:"ts"`
}

// TownParts are what the town data can tell of; see testdata/real/README.md.
func TownParts() []facts.Part { return []facts.Part{facts.PartMX, facts.PartSPF, facts.PartM365} }

// Towns reads the town domains from the folder, each with the includes that are
// known.
func Towns(folder string) ([]*facts.Snapshot, error) {
	includes, err := spfIncludes(folder)
	if err != nil {
		return nil, err
	}
	var snapshots []*facts.Snapshot
	err = eachLine(filepath.Join(folder, "town-domains.jsonl.gz"), func(t town) error {
		domain, err := facts.ParseDomain(t.Domain)
		if err != nil {
			return err
		}
		known := t.observations(string(domain))
		addIncludes(known, includes, t.SPF)
		snapshots = append(snapshots, snapshotOf(domain, time.Unix(t.Taken, 0), known))
		return nil
	})
	return snapshots, err
}

// known is a domain's observations by question.
type known map[facts.Question]facts.Observation

func (k known) add(name, kind string, data ...string) {
	q := facts.Question{Name: strings.ToLower(name), Kind: kind}
	o := facts.Observation{Question: q, Status: facts.Found, Data: data}
	if len(data) == 0 {
		o.Status = facts.NoData
	}
	slices.Sort(o.Data)
	o.Data = slices.Compact(o.Data)
	k[q] = o
}

func snapshotOf(domain facts.Domain, taken time.Time, k known) *facts.Snapshot {
	var observations []facts.Observation
	for _, o := range k {
		observations = append(observations, o)
	}
	return facts.NewSnapshot(domain, taken.UTC(), observations)
}

// observations are what the line says of the domain itself.
func (t town) observations(domain string) known {
	k := known{}
	var hosts []string
	for _, host := range t.MX {
		preference := "10 " // the preferences were not kept
		if host == "" {
			preference = "0 " // but a null MX has this one; RFC 7505, section 3
		}
		hosts = append(hosts, preference+absolute(host))
	}
	k.add(domain, facts.KindMX, hosts...)
	if t.SPF == "" {
		k.add(domain, facts.KindTXT)
	} else {
		k.add(domain, facts.KindTXT, quoteTXT(t.SPF))
	}
	if t.Autodiscover.CNAME != "" {
		k.add("autodiscover."+domain, facts.KindCNAME, absolute(t.Autodiscover.CNAME))
	}
	for label, target := range t.DKIM {
		q := facts.Question{Name: label + "." + domain, Kind: facts.KindTXT}
		k[q] = facts.Observation{
			Question: q, Status: facts.Failed, Chain: []string{strings.ToLower(strings.TrimSuffix(target, "."))},
			Cause: "the alias was not followed",
		}
	}
	if len(t.DKIM) > 0 {
		k.add("_domainkey."+domain, facts.KindTXT) // there are names below it, so it exists
	}
	return k
}

// spfIncludes are the records of the include targets, by name.
func spfIncludes(folder string) (map[string]string, error) {
	type include struct{ Name, SPF string }
	records := make(map[string]string, 6000)
	err := eachLine(filepath.Join(folder, "spf-includes.jsonl.gz"), func(i include) error {
		records[strings.ToLower(strings.TrimSuffix(i.Name, "."))] = i.SPF
		return nil
	})
	return records, err
}

// addIncludes adds the records that a record leads to, where they are known.
func addIncludes(k known, includes map[string]string, octets string) {
	for _, t := range record.ParseSPF(octets).Terms {
		target := strings.ToLower(strings.TrimSuffix(t.Domain, "."))
		if t.Mechanism != record.MechInclude && t.Mechanism != record.ModRedirect {
			continue
		}
		_, have := k[facts.Question{Name: target, Kind: facts.KindTXT}]
		if text, ok := includes[target]; ok && !have {
			k.add(target, facts.KindTXT, quoteTXT(text))
			addIncludes(k, includes, text)
		}
	}
}

// UniversityParts is what the university data can tell of.
func UniversityParts() []facts.Part { return []facts.Part{facts.PartDMARC} }

// Universities reads the answers at the universities' _dmarc names.
func Universities(folder string) ([]*facts.Snapshot, error) {
	type answer struct{ Name, Record string }
	var snapshots []*facts.Snapshot
	err := eachLine(filepath.Join(folder, "university-dmarc-2018.jsonl.gz"), func(a answer) error {
		domain, err := facts.ParseDomain(strings.TrimPrefix(a.Name, "_dmarc."))
		if err != nil {
			return err
		}
		k := known{}
		k.add("_dmarc."+string(domain), facts.KindTXT, quoteTXT(a.Record))
		k.add(string(domain), facts.KindTXT, quoteTXT("(not kept)")) // a name below it exists, so it does
		snapshots = append(snapshots, snapshotOf(domain, time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC), k))
		return nil
	})
	return snapshots, err
}

// ZoneFile is one zone in RFC 1035 form.
type ZoneFile struct{ Name, Text string }

// MinistryZones reads the ministry's zones, of the record types that say
// something about mail.
func MinistryZones(folder string) ([]ZoneFile, error) {
	type source struct {
		Zone string
		RR   map[string][][]any
	}
	var zones []ZoneFile
	err := eachLine(filepath.Join(folder, "moj-zones.jsonl.gz"), func(s source) error {
		var b strings.Builder
		fmt.Fprintf(&b, "%s 3600 SOA ns.invalid. hostmaster.invalid. 1 7200 3600 1209600 3600\n", absolute(s.Zone))
		owners := make([]string, 0, len(s.RR))
		for owner := range s.RR {
			owners = append(owners, owner)
		}
		slices.Sort(owners)
		for _, owner := range owners {
			for _, rr := range s.RR[owner] {
				if line, ok := zoneLine(rr); ok {
					fmt.Fprintf(&b, "%s 3600 %s\n", absolute(owner), line)
				}
			}
		}
		zones = append(zones, ZoneFile{s.Zone, b.String()})
		return nil
	})
	return zones, err
}

// zoneLine is a record's type and data, or false for a type that says nothing
// about mail.
func zoneLine(rr []any) (string, bool) {
	kind, _ := rr[0].(string)
	switch kind {
	case "A", "AAAA":
		return fmt.Sprintf("%s %s", kind, rr[1]), true
	case "CNAME", "NS", "PTR":
		return fmt.Sprintf("%s %s", kind, absolute(fmt.Sprint(rr[1]))), true
	case "MX":
		return fmt.Sprintf("MX %s %s", strconv.FormatFloat(rr[1].(float64), 'f', 0, 64), absolute(fmt.Sprint(rr[2]))), true
	case "TXT":
		var parts []string
		for _, part := range rr[1].([]any) {
			parts = append(parts, quoteTXT(fmt.Sprint(part)))
		}
		return "TXT " + strings.Join(parts, " "), true
	}
	return "", false
}

// absolute is a name with its final dot; the empty one is the root.
func absolute(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) + "." }

// quoteTXT is text as character-strings of at most 255 octets.
func quoteTXT(text string) string {
	var ends []int
	for at := 255; at < len(text); at += 255 {
		ends = append(ends, at)
	}
	return record.FormatTXT(text, append(ends, len(text)))
}
