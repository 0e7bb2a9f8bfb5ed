package facts

import "github.com/mailposture/mailposture/record"

// Covers reports whether every sender that u matches is matched by t already,
// as far as the two terms of the record at a name say so by themselves. A term
// behind all is not looked at.
func (t *SPFTerm) Covers(u *SPFTerm, name string) bool {
	if t.Mechanism != u.Mechanism || t.Modifier || t.Bad || u.Bad || t.Dead || u.Dead {
		return false
	}
	switch t.Mechanism {
	case record.MechIP4, record.MechIP6:
		return t.Prefix.Bits() <= u.Prefix.Bits() && t.Prefix.Masked().Contains(u.Prefix.Addr())
	case record.MechA, record.MechMX:
		return t.CIDR4 <= u.CIDR4 && t.CIDR6 <= u.CIDR6 && t.sameTarget(u, name)
	case record.MechInclude, record.MechExists, record.MechPTR:
		return t.sameTarget(u, name)
	}
	return false
}

// sameTarget reports whether both terms ask for the same name. Macros are
// compared as written: a capital letter there is another macro.
func (t *SPFTerm) sameTarget(u *SPFTerm, name string) bool {
	if t.HasMacro() || u.HasMacro() {
		return t.Domain == u.Domain
	}
	mine, _ := staticTarget(t.SPFTerm, name)
	theirs, _ := staticTarget(u.SPFTerm, name)
	return mine == theirs
}
