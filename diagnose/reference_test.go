package diagnose

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
)

// categories are the causes that a category of the reference can come to.
func categories() map[string][]Cause {
	return map[string][]Cause{
		"relay": {RelayPool, StaleMX, DomainNotAccepted, SmartHostNotAuthorised, SMTPAuth, ConnectorWrong, SendingLimit, PTRMissing}, "recipient": {UnknownRecipient, ContentOrRule},
		"policy": {ContentOrRule, DirectSendRefused, IPBlocklisted, StaleMX}, "forwarding": {AutoforwardBlocked}, "reverse-dns": {PTRMissing, DNSFailure},
		"reputation": {TenantReputation, IPBlocklisted, ContentOrRule, SendingLimit}, "wrapper": {UnknownCause}, "dns": {DNSFailure, DomainDoesNotExist, NullMX},
		"connectivity": {ConnectionRefused}, "tls": {TLSPolicy, WrongHostPortOrTLS}, "loop": {MailLoop}, "mta-sts": {TLSPolicy},
		"dane": {DANEMismatch, DNSSECBroken}, "spf": {SPFLacksSender, UnauthenticatedBulk}, "dmarc": {DMARCReject, UnauthenticatedBulk},
		"bulk-sender": {UnauthenticatedBulk}, "auth": {UnauthenticatedBulk, SPFLacksSender}, "ipv6": {SenderRestricted}, "helo": {WrongHostPortOrTLS},
		"format": {ContentOrRule}, "dkim": {DKIMFailed, UnauthenticatedBulk}, "arc": {DKIMFailed}, "rate": {TenantReputation}, "throttle": {TenantReputation, SendingLimit},
		"limits": {SendingLimit, MailboxFull}, "outbound-spam": {SendingLimit}, "journaling": {ContentOrRule}, "permissions": {SenderRestricted, SMTPAuth},
		"auth-submission": {SMTPAuth}, "external-access": {SenderRestricted},
	}
}

// Every code and phrase of the reference comes to a cause of its category.
// TestEveryCode holds the book against its own examples; this holds it against
// lines that others made.
func TestReferenceRefusals(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(fixture(t, "reference/refusals.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, row := range rows[1:] {
		id, category, line := row[0], row[1], row[2]
		ids[id] = true
		d := Explain(Read([]byte(line)), nil)
		if !slices.Contains(categories()[category], d.Cause) {
			t.Errorf("%s (%s): %q comes to %s", id, category, line, d.Cause)
		}
		if len(d.Meanings) == 0 || d.Meanings[0].Means == "The program does not know this refusal." {
			t.Errorf("%s: %q has no meaning: %+v", id, line, d.Meanings)
		}
	}
	if len(ids) != 124 {
		t.Errorf("%d refusals of the reference, want 124", len(ids))
	}
	for id := range ids {
		if !slices.ContainsFunc(Known().Codes, func(c CodeInfo) bool { return c.ID == id }) {
			t.Errorf("the book has no %s", id)
		}
	}
}

// TestReferenceConvicts is the control: a book that lost an entry, or took
// one for another's cause, is convicted.
func TestReferenceConvicts(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(fixture(t, "reference/refusals.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []string{"exo-5.7.64", "exo-5.7.520", "exo-5.7.515", "exo-5.4.1-dbeb", "generic-rdns"} {
		b, err := parseBook(bouncesData)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(b.Codes, func(c CodeInfo) bool { return c.ID == lost })
		b.Codes = slices.Delete(b.Codes, at, at+1)
		b.matchers = slices.Delete(b.matchers, at, at+1)
		convicted := false
		for _, row := range rows[1:] {
			entry := b.classify(row[2], statusCodes(row[2]), systemOf(row[2]))
			convicted = convicted || entry == nil || !slices.Contains(categories()[row[1]], entry.Causes[0])
		}
		if !convicted {
			t.Errorf("nobody misses %s", lost)
		}
	}
}

// The contract names who can usually mend each cause, and the causes.
func TestUsualFixers(t *testing.T) {
	usual := map[Cause]Fixer{
		StaleMX: RecipientAdmin, DomainNotAccepted: RecipientAdmin, MailLoop: RecipientAdmin, DNSFailure: RecipientAdmin, DNSSECBroken: RecipientAdmin,
		DANEMismatch: RecipientAdmin, TLSPolicy: RecipientAdmin, ConnectionRefused: RecipientAdmin, ContentOrRule: RecipientAdmin,
		SenderRestricted: RecipientAdmin, MailboxFull: RecipientAdmin, UnknownRecipient: SenderUser, DomainDoesNotExist: SenderUser, NullMX: SenderUser,
		NotAFailure: Nobody, UnknownCause: UnknownFixer,
	}
	for _, c := range Known().Causes {
		want := usual[c.Cause]
		if want == "" {
			want = SenderAdmin
		}
		if c.Fixer != want {
			t.Errorf("%s is mended by %s, want %s", c.Cause, c.Fixer, want)
		}
	}
	if len(Causes()) != 34 {
		t.Errorf("%d causes, want the 34 of the contract", len(Causes()))
	}
}
