package scanner

import (
	"context"

	"github.com/mailposture/mailposture/facts"
)

// Overlay is a Resolver through which another is seen as if changes had been
// made to what it answers: records that are planned, or that are to go. A
// question is asked of Next even where the changes replace its answer, since the
// name may have other records.
type Overlay struct {
	Next    Resolver
	Changes facts.Overlay
}

// Lookup asks Next, and changes its answers. The error is Next's.
func (o Overlay) Lookup(ctx context.Context, qs []facts.Question) ([]facts.Observation, error) {
	aims := make([]facts.Question, len(qs))
	for i, q := range qs {
		aims[i] = o.Changes.Aim(q)
	}
	base, err := o.Next.Lookup(ctx, aims)
	if err != nil && base == nil {
		return nil, err
	}
	made := make([]facts.Observation, len(qs))
	for i, q := range qs {
		made[i].Question = q
		if i >= len(base) || base[i].Status == facts.NotAsked {
			continue
		}
		if answer, ok := o.Changes.Make(q, base[i], true); ok {
			made[i] = answer
		}
	}
	return made, err
}
