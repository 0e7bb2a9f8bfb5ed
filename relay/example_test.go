package relay_test

import (
	"fmt"

	"github.com/mailposture/mailposture/relay"
)

// What becomes of a message that a gateway handed on, and that Exchange Online
// forwards to a host which knows Microsoft by its published ranges?
func ExampleFollow() {
	path := relay.Usual()
	path.Elsewhere, path.DKIM, path.Policy = "softfail", relay.DKIMNone, relay.PolicyNone
	path.RelayCheck = relay.RelayCheckRanges
	for _, filtering := range []relay.Filtering{relay.FilteringOff, relay.FilteringOn, ""} {
		path.Filtering = filtering
		route := relay.Follow(path)
		fmt.Printf("Enhanced Filtering %q: pool %q, outcome %q %s, lacking %q\n", filtering, route.Pool, route.Outcome, route.Code, route.Needs)
	}
	path.Filtering = relay.FilteringOff
	fmt.Println(relay.Mends(path)[0].Text())
	// Output:
	// Enhanced Filtering "off": pool "relay", outcome "refused-relay" 5.7.367, lacking []
	// Enhanced Filtering "on": pool "regular", outcome "delivered" , lacking []
	// Enhanced Filtering "": pool "", outcome "" , lacking ["enhanced-filtering"]
	// turn on Enhanced Filtering for the inbound connector of the gateway
}
