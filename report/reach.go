package report

import (
	"strconv"

	"github.com/mailposture/mailposture/facts"
)

// Reach is how many addresses SPF authorises: those that a host on the internet
// can have, and beside them those of private and other special ranges.
type Reach struct {
	IPv4 int64 `json:"ipv4"`
	// IPv6 is decimal digits: the number can have 39 of them.
	IPv6        string `json:"ipv6"`
	SpecialIPv4 int64  `json:"special_ipv4,omitempty"`
	SpecialIPv6 string `json:"special_ipv6,omitempty"`
	// Exact is false where more addresses may pass than are counted.
	Exact bool `json:"exact"`
}

// newReach counts whom the domain's record lets send; nil without one record.
func newReach(f *facts.Facts) *Reach {
	if f.SPF.Tree == nil {
		return nil
	}
	r := f.SPFReach()
	public, special := r.Public(), r.Special()
	out := &Reach{
		IPv4: int64(public.IPv4), IPv6: public.IPv6.String(), SpecialIPv4: int64(special.IPv4), Exact: r.State == facts.Present,
	}
	if special.IPv6 != (facts.IPv6Count{}) {
		out.SpecialIPv6 = special.IPv6.String()
	}
	return out
}

// reachWords is "4,096 IPv4 addresses pass", or nothing where that is not known. IPv6
// addresses come in numbers that tell nobody anything.
func reachWords(r *Reach) []string {
	if r == nil {
		return nil
	}
	words := grouped(int(r.IPv4)) + " IPv4 addresses pass"
	if r.IPv4 == 1 {
		words = "1 IPv4 address passes"
	}
	if !r.Exact {
		words = "at least " + words
	}
	return []string{words}
}

func (e *encoder) reach(r *Reach) *encoder {
	e.raw("{").long("ipv4", r.IPv4).text("ipv6", r.IPv6)
	if r.SpecialIPv4 != 0 {
		e.long("special_ipv4", r.SpecialIPv4)
	}
	return e.someText("special_ipv6", r.SpecialIPv6).flag("exact", r.Exact).raw("}")
}

// long is number for counts that an int of 32 bits cannot hold.
func (e *encoder) long(name string, n int64) *encoder {
	e.key(name)
	e.pending = strconv.AppendInt(e.pending, n, 10)
	return e
}
