package scanner

import (
	"context"

	"github.com/mailposture/mailposture/facts"
)

// CheckHost evaluates SPF for one message, as facts.CheckHost does, and asks
// the resolver what that needs. The error is that of a context that is done.
func CheckHost(ctx context.Context, message facts.SPFMessage, resolver Resolver) (facts.SPFCheck, error) {
	known := answers{}
	for {
		check, missing := facts.CheckHost(message, known, facts.Options{})
		if len(missing) == 0 {
			return check, nil
		}
		obs, err := resolver.Lookup(ctx, missing)
		if err != nil {
			return check, err
		}
		for i, q := range missing { // each round answers at least one question, so this ends
			known[q] = obs[i]
		}
	}
}
