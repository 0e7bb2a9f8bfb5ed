package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/scanner/zone"
)

// sample prints domains to check by hand, chosen by a seed: so many of each
// source, with the file that holds them.
func sample(from string, seed uint64, out io.Writer) error {
	chance := rand.New(rand.NewPCG(seed, 0))
	towns, err := realdata.Towns(from)
	if err != nil {
		return err
	}
	ministry, err := ministryDomains(from)
	if err != nil {
		return err
	}
	universities, err := realdata.Universities(from)
	if err != nil {
		return err
	}
	for _, source := range []struct {
		name  string
		count int
		all   []facts.Domain
	}{
		{"town", 10, domainsOf(towns)}, {"ministry", 6, ministry}, {"university", 4, domainsOf(universities)},
	} {
		for _, i := range chance.Perm(len(source.all))[:source.count] {
			if _, err := fmt.Fprintf(out, "%s\t%s\n", source.name, source.all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func domainsOf(snapshots []*facts.Snapshot) []facts.Domain {
	var all []facts.Domain
	for _, s := range snapshots {
		all = append(all, s.Domain)
	}
	return all
}

// ministryDomains are the mail domains of all zones, in the order of the file.
func ministryDomains(from string) ([]facts.Domain, error) {
	files, err := realdata.MinistryZones(from)
	if err != nil {
		return nil, err
	}
	var all []facts.Domain
	for _, file := range files {
		z, err := zone.Parse(file.Name+".zone", strings.NewReader(file.Text), "")
		if err != nil {
			return nil, err
		}
		all = append(all, z.MailDomains()...)
	}
	return all, nil
}
