package facts

import "github.com/mailposture/mailposture/record"

// The parts of an answer besides the data of its records, in octets.
const (
	headerOctets = 12 // RFC 1035, section 4.1.1
	fixedOctets  = 10 // of a record: type, class, TTL and length; RFC 1035, section 4.1.3
	ednsOctets   = 11 // the OPT record that resolvers add; RFC 6891, section 6.1.2
	nameOctets   = 2  // a name that was written before; RFC 1035, section 4.1.4
)

// AnswerOctets is how long the answer with these TXT records is on the wire,
// signatures aside: what a name's other TXT records add to its SPF record.
// It is 0 where there is none.
func (f *Facts) AnswerOctets(name string) int {
	o, ok := f.answer(Question{Name: name, Kind: KindTXT})
	if !ok || o.Status != Found {
		return 0
	}
	octets := headerOctets + len(name) + 2 + 4 + ednsOctets // the name with its first length and its root; type and class
	for _, target := range o.Chain {
		octets += nameOctets + fixedOctets + len(target) + 2
	}
	for _, data := range o.Data {
		octets += nameOctets + fixedOctets + record.TXTOctets(data)
	}
	return octets
}
