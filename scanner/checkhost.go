package scanner

import (
	"context"

	"github.com/mailposture/mailposture/facts"
)

// CheckHost evaluates SPF for one message, as facts.CheckHost does, and asks
// the resolver what that needs. The error is that of a context that is done.
func CheckHost(ctx context.Context, message facts.SPFMessage, resolver Resolver) (facts.SPFCheck, error) {
	var known answers
	for {
		check, missing := facts.CheckHost(message, &known, facts.Options{})
		if len(missing) == 0 {
			return check, nil
		}
		obs, err := resolver.Lookup(ctx, missing)
		if err != nil {
			return check, err
		}
		for _, o := range obs { // each round answers at least one question, so this ends
			known.add(o)
		}
	}
}
