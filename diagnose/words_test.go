package diagnose

import "testing"

// What servers of many makes say, word for word but for names and addresses.
// Each line was, or may easily be, taken for something else: the comment says for what.
func TestWordsOfServers(t *testing.T) {
	cases := []struct {
		text  string
		cause Cause
		fixer Fixer
	}{
		// qmail denies relaying without saying so: for a rule, because of its code.
		{`553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)`, StaleMX, RecipientAdmin},
		{`550 5.7.367 Remote server returned not permitted to relay -> 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)`, RelayPool, SenderAdmin},
		// Zoho means that the login and the sender do not belong together: for a rule.
		{`553 Relaying disallowed as a@sender.example`, SMTPAuth, SenderAdmin},
		// Barracuda: for nothing that is known.
		{`550 permanent failure for one or more recipients (b@partner.example:550 No such domain at this location)`, DomainNotAccepted, RecipientAdmin},
		{`550 permanent failure for one or more recipients (b@partner.example:blocked)`, ContentOrRule, RecipientAdmin},
		// Relay services that know no such sender: for nothing that is known.
		{`554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a@sender.example`, SmartHostNotAuthorised, SenderAdmin},
		{`550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.`, SmartHostNotAuthorised, SenderAdmin},
		// Google, of an address that should send by its provider's server: for a rule.
		{`550-5.7.1 [203.0.113.20] The IP you're using to send mail is not authorized to send email directly to our servers. Please use the SMTP relay at your service provider instead. 4-20020a - gsmtp`, IPBlocklisted, SenderAdmin},
		// Proofpoint: for Gmail's limit, because of the code.
		{`421 4.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=203.0.113.20`, IPBlocklisted, SenderAdmin},
		{`554 Blocked - see https://ipcheck.proofpoint.com/?ip=203.0.113.20`, IPBlocklisted, SenderAdmin},
		{`550 5.7.0 Local Policy Violation`, ContentOrRule, RecipientAdmin},
		// The control: Gmail's own words with that code.
		{`421-4.7.0 [203.0.113.20] Our system has detected an unusual rate of unsolicited mail. 4-20020a - gsmtp`, TenantReputation, SenderAdmin},
		{`421 4.7.0 Try again later, closing connection. 4-20020a - gsmtp`, TenantReputation, SenderAdmin},
		// Mimecast: for nothing that is known.
		{`550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550`, ContentOrRule, RecipientAdmin},
		{`554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554`, ContentOrRule, RecipientAdmin},
		{`554 Transaction failed. Reject due to policy restrictions.`, ContentOrRule, RecipientAdmin},
		// The region's wrong host: for a mere delay, in which nothing failed.
		{`451 4.4.62 Mail sent to the wrong Office 365 region. ATTR35. For more information please go to https://go.microsoft.com/fwlink/?linkid=865268`, StaleMX, RecipientAdmin},
		// The submitter's quota: for a mailbox that is full.
		{`554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception`, SendingLimit, SenderAdmin},
		// A loop: for nothing that is known.
		{`554 5.4.0 Error: too many hops`, MailLoop, RecipientAdmin},
		// A null MX in Postfix's words: for a mailbox that does not exist.
		{`550 5.1.0 <b@partner.example>: Recipient address rejected: Domain partner.example does not accept mail (nullMX)`, NullMX, SenderUser},
		// Postfix's own demand of TLS from the next server: for a client's wrong port.
		{`TLS is required, but was not offered by host mx.partner.example[192.0.2.25]`, TLSPolicy, RecipientAdmin},
		{`530 5.7.0 TLS is required, issue a STARTTLS first`, WrongHostPortOrTLS, SenderAdmin}, // the control
		// The greeting's name: for the recipient's domain.
		{`550 5.7.1 <PC01>: Helo command rejected: Host not found`, PTRMissing, SenderAdmin},
		{`504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname`, PTRMissing, SenderAdmin},
		// The sender's domain: for the recipient's.
		{"550-Verification failed for <a@sender.example>\n550-Unrouteable address\n550 Sender verify failed", DNSFailure, SenderAdmin},
		{`450 4.1.8 <a@sender.example>: Sender address rejected: Domain not found`, DNSFailure, SenderAdmin},
		{`550 5.7.27 Sender address has null MX`, NullMX, SenderAdmin},
		{`550 5.7.363 Remote server returned sender verification failed -> 550 Sender verify failed`, DNSFailure, SenderAdmin},
		// Yahoo's disabled mailbox: for nothing that is known.
		{`554 30 Sorry, your message to b@yahoo.com cannot be delivered. This mailbox is disabled (554.30).`, UnknownRecipient, SenderUser},
		// Codes outside RFC 5321's ranges.
		{`571 Delivery not authorized, message refused`, SenderRestricted, RecipientAdmin},
		// Only the sender's side can mend these, although the cause is usually mended by the recipient's.
		{`550 5.7.60 SMTP; Client does not have permissions to send as this sender`, SenderRestricted, SenderAdmin},
		{`550 5.7.703 Your message can't be delivered because messages to b@partner.example are blocked by your organization using Tenant Allow Block List.`, ContentOrRule, SenderAdmin},
		{`550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant and include a valid From address`, ContentOrRule, SenderAdmin},
		{`550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds`, ContentOrRule, SenderAdmin},
		{`552 5.3.4 Message size exceeds fixed maximum message size`, ContentOrRule, SenderUser},
	}
	for _, c := range cases {
		d := Explain(Read([]byte(c.text)), nil)
		if d.Cause != c.cause || d.Fixer != c.fixer {
			t.Errorf("%s\n is %s by %s, want %s by %s", c.text, d.Cause, d.Fixer, c.cause, c.fixer)
		}
	}
}
