package facts_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// However many services send for a domain, the selectors of whoever may hold its
// mailboxes are tried, both of them, and something of each service.
func TestImpliedSelectorsAreShared(t *testing.T) {
	const key = ` TXT "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="` + "\n"
	const services = "include:send.klaviyo.com include:e2ma.net include:servers.mcsv.net include:send.aweber.com"
	base := "kl._domainkey.example.com." + key // one that is found, so that nothing is guessed
	for _, c := range []struct{ name, zone, want string }{
		{"behind a gateway", "example.com. MX 10 eu-smtp-inbound-1.mimecast.com.\nexample.com. TXT \"v=spf1 " + services + " -all\"\n",
			"selector1 selector2 google kl kl2"},
		{"an include of Microsoft's behind all others", "example.com. MX 10 mx.example.com.\nexample.com. TXT \"v=spf1 " + services + " include:spf.protection.outlook.com -all\"\n",
			"selector1 selector2 kl kl2 e2ma-k1 e2ma-k2 k1 k2"},
		{"few services", "example.com. MX 10 mx.example.com.\nexample.com. TXT \"v=spf1 include:servers.mcsv.net -all\"\n", "k1 k2 k3"},
	} {
		tried := newWorld(t, base+c.zone).build("example.com", facts.DefaultOptions()).DKIM.Tried
		want := strings.Fields(c.want)
		if len(tried) < len(want) || !slices.Equal(tried[:len(want)], want) {
			t.Errorf("%s: tried %v, want %v first", c.name, tried, want)
		}
		if slices.Contains(tried, "kl") && len(tried) > 8 {
			t.Errorf("%s: %d tried: %v", c.name, len(tried), tried)
		}
	}
}
