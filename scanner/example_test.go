package scanner_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/scanner"
	"github.com/mailposture/mailposture/scanner/zone"
)

// judge prints what the rules find in one domain. The README shows it.
func judge(ctx context.Context, resolver scanner.Resolver, domain facts.Domain) error {
	cfg := scanner.Config{Resolver: resolver, Options: facts.DefaultOptions()}
	_, found, err := scanner.Scan(ctx, domain, cfg)
	if err != nil {
		return err
	}
	for _, verdict := range policy.Evaluate(found, policy.Rules()) {
		for _, finding := range verdict.Findings {
			fmt.Println(verdict.Rule.ID, verdict.Rule.Severity, finding.Message)
		}
	}
	return nil
}

// Here a zone answers; scanner.NewDNS makes a resolver that asks real servers.
func Example() {
	z, err := zone.Parse("example.zone", strings.NewReader(`example.com. MX 10 mx.example.com.
mx.example.com. A 192.0.2.1
example.com. TXT "v=spf1 mx +all"
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"`), ".")
	if err != nil {
		fmt.Println(err)
		return
	}
	world, err := zone.NewSet([]*zone.Zone{z}, zone.NXDomain, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := judge(context.Background(), world, "example.com"); err != nil {
		fmt.Println(err)
	}
	// Output:
	// DMARC020 info p=reject applies, and no key seen under 0 selectors, as nothing exists below _domainkey: is all mail signed, so that forwarded copies are not refused?
	// SPF010 critical every address in the world passes SPF, by "+all"
}
