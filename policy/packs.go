package policy

// Rules that several requirements rest on.
func spfRules() []string {
	return []string{"SPF001", "SPF002", "SPF003", "SPF004", "SPF005", "SPF007", "SPF008", "SPF021", "SPF022"}
}

func dkimRules() []string {
	return []string{"DKIM002", "DKIM005", "DKIM006", "DKIM008", "DKIM009", "DKIM010", "DKIM011"}
}

func dmarcRules() []string {
	return []string{"DMARC001", "DMARC002", "DMARC003", "DMARC004", "DMARC005"}
}

// Why DNS cannot show some of what is asked.
const (
	addressesHidden = "DNS does not show from which addresses the domain's mail leaves"
	messagesHidden  = "it shows in messages, not in DNS"
	serversHidden   = "it shows at the mail servers, not in DNS"
	alignmentHidden = "it shows in messages and in DMARC reports, not in DNS"
)

// Packs lists the packs by name. The caller owns the slice.
func Packs() []Pack { return []Pack{bod1801(), bulkSender(), microsoft365(), parkedPack()} }

// bod1801 is what the directive asks of federal agencies' mail, by its dates.
func bod1801() Pack {
	return Pack{
		Name: "@bod-18-01", Title: "What BOD 18-01 asks of the mail of US federal agencies",
		Sources: []Source{{
			Name: "CISA: Binding Operational Directive 18-01, October 2017",
			URL:  "https://www.cisa.gov/news-events/directives/bod-18-01-enhance-email-and-web-security",
			Asks: []Requirement{
				{Text: "Mail servers that face the internet offer STARTTLS", Blind: serversHidden},
				{Text: "The domain has a valid SPF record", Rules: spfRules(), Seen: seenSPF},
				{Text: "It has a valid DMARC record, p=none at least", Rules: dmarcRules(), Seen: seenDMARC},
				{Text: "An address gets the reports about the domain", Rules: []string{"DMARC007", "DMARC008", "DMARC009"}, Seen: seenReports("rua", "ruf")},
				{Text: "SSL 2 and 3 are off at the mail servers", Blind: serversHidden},
				{Text: "3DES and RC4 are off at the mail servers", Blind: serversHidden},
				{Text: "Aggregate reports go to reports@dmarc.cyber.dhs.gov, too", Rules: []string{"DMARC007"}, Seen: seenReportsTo("reports@dmarc.cyber.dhs.gov")},
				{Text: "The DMARC policy is reject", Rules: []string{"DMARC006", "DMARC013", "DMARC017", "DMARC030"}, Seen: seenReject},
			},
		}},
	}
}

// bulkSender is what the three large receivers ask, as far as they agree and
// beyond. Each published it for those who send some 5,000 messages a day.
func bulkSender() Pack {
	spf := Requirement{Text: "The domain that sends has SPF", Rules: spfRules(), Seen: seenSPF}
	dkim := Requirement{Text: "DKIM is set up: a key is published that receivers accept", Rules: dkimRules(), Seen: seenDKIM, Blind: keysHidden}
	dmarc := Requirement{Text: "The domain of the From line has a DMARC record, p=none at least", Rules: dmarcRules(), Seen: seenDMARC}
	aligned := Requirement{
		Text:  "DMARC passes: the domain of the From line is the one that SPF or DKIM vouches for",
		Rules: []string{"DMARC026"}, Seen: seenPasses, Blind: alignmentHidden,
	}
	reverse := Requirement{Text: "Sending addresses have names in DNS that lead back to them (PTR)", Blind: addressesHidden}
	unsubscribe := Requirement{Text: "Marketing mail can be unsubscribed from with one click", Blind: messagesHidden}
	spam := Requirement{Text: "Less than 0.3 % of the mail is reported as spam", Blind: "only the receiver counts it"}
	return Pack{
		Name: "@bulk-sender", Title: "What Gmail, Yahoo and Outlook.com ask of those who send in bulk",
		Sources: []Source{{
			Name: "Google: email sender guidelines, in force since February 2024",
			URL:  "https://support.google.com/a/answer/81126",
			Asks: []Requirement{
				spf, dkim, reverse,
				{Text: "Mail is sent over TLS", Blind: serversHidden},
				spam,
				{Text: "Messages have the form of RFC 5322", Blind: messagesHidden},
				{Text: "The From line names no Gmail address that is not yours", Blind: messagesHidden},
				{Text: "Forwarded mail says so in ARC and List-Id headers", Blind: messagesHidden},
				dmarc, aligned, unsubscribe,
			},
		}, {
			Name: "Yahoo: sender best practices, in force since February 2024",
			URL:  "https://senders.yahooinc.com/best-practices/",
			Asks: []Requirement{
				spf, dkim, dmarc, aligned, unsubscribe, spam, reverse,
				{Text: "Servers and messages keep to RFC 5321 and RFC 5322", Blind: messagesHidden},
			},
		}, {
			Name: "Microsoft: Outlook.com's requirements for high-volume senders, in force since May 2025",
			URL:  "https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730",
			Asks: []Requirement{
				{Text: "The domain that sends has SPF, and it does not let everyone pass", Rules: append(spfRules(), "SPF010"), Seen: seenSPF},
				dkim, dmarc, aligned,
				{Text: "The From and Reply-To addresses take replies", Rules: []string{"MX001", "MX002", "MX004", "MX020"}, Seen: seenMX, Blind: "the domain takes mail; whether those addresses do, only a test shows"},
				{Text: "There is a way to unsubscribe", Blind: messagesHidden},
				{Text: "Addresses that bounce are removed from the lists", Blind: "only the sender knows"},
				{Text: "Subject lines and headers tell the truth, and recipients have agreed", Blind: messagesHidden},
			},
		}},
	}
}

// microsoft365 is what Microsoft asks of a domain whose mail Exchange Online
// holds.
func microsoft365() Pack {
	return Pack{
		Name: "@microsoft-365", Title: "What Microsoft 365 asks of a domain whose mail it holds",
		Sources: []Source{{
			Name: "Microsoft: external DNS records for Microsoft 365",
			URL:  "https://learn.microsoft.com/microsoft-365/enterprise/external-domain-name-system-records",
			Asks: []Requirement{
				{Text: "autodiscover leads to Microsoft 365", Seen: seenAutodiscover, Blind: "no such record was seen; with an Exchange server of your own it may lead there"},
				{Text: "The MX record names the domain's host at Microsoft 365, or the gateway in front of it", Rules: []string{"M365004", "M365017", "MX005", "MX010", "MX013", "MX020"}, Seen: seenMicrosoftMX},
				{Text: "SPF authorises Microsoft 365", Rules: append([]string{"M365009"}, spfRules()...), Seen: seenMicrosoftSPF},
			},
		}, {
			Name: "Microsoft: set up DKIM to sign mail from your domain",
			URL:  "https://learn.microsoft.com/defender-office-365/email-authentication-dkim-configure",
			Asks: []Requirement{
				{Text: "Both DKIM selectors are published, and one holds a key", Rules: append([]string{"M365012"}, dkimRules()...), Seen: seenMicrosoftKey, Blind: keysHidden},
			},
		}, {
			Name: "Microsoft: use DMARC to validate email",
			URL:  "https://learn.microsoft.com/defender-office-365/email-authentication-dmarc-configure",
			Asks: []Requirement{
				{Text: "The domain has a DMARC record", Rules: dmarcRules(), Seen: seenDMARC},
				{Text: "An address gets the aggregate reports", Rules: []string{"DMARC007", "DMARC008", "DMARC009"}, Seen: seenReports("rua")},
				{Text: "The policy ends at reject", Rules: []string{"DMARC006", "DMARC017"}, Seen: seenReject},
			},
		}, {
			Name: "Microsoft: manage mail flow using a third-party cloud service",
			URL:  "https://learn.microsoft.com/exchange/mail-flow-best-practices/manage-mail-flow-using-third-party-cloud",
			Asks: []Requirement{
				{Text: "With a gateway in front, mail is taken from it alone", Rules: []string{"M365004"}, Seen: seenNoGateway, Blind: "a connector does that, which DNS does not show"},
				{Text: "With a gateway in front, Enhanced Filtering for Connectors is on", Seen: seenNoGateway, Blind: "the tenant's settings show it, not DNS"},
			},
		}},
	}
}

// parkedPack is what a domain without mail should publish.
func parkedPack() Pack {
	return Pack{
		Name: "@parked", Title: "What a domain without mail should publish, so that nobody sends as it",
		Sources: []Source{{
			Name: "UK government: protect domains that do not send email",
			URL:  "https://www.gov.uk/guidance/protect-domains-that-dont-send-email",
			Asks: []Requirement{
				{Text: "An SPF record that lets nobody send: v=spf1 -all", Rules: append([]string{"SPF023"}, spfRules()...), Seen: seenDenied},
				{Text: "A DMARC record with p=reject", Rules: []string{"DMARC002", "DMARC003", "DMARC004", "DMARC006", "DMARC017", "DMARC031", "DMARC032"}, Seen: seenReject},
				{Text: "The policy for names below the domain is reject, too", Rules: []string{"DMARC013", "DMARC030"}, Seen: seenRejectBelow},
				{Text: "An empty DKIM key under every selector: *._domainkey with v=DKIM1; p=", Seen: seenRevoked},
				{Text: "A null MX, which has the preference 0 and a dot for its host", Rules: []string{"MX003", "MX004", "MX019", "MX021"}, Seen: seenNullMX},
			},
		}},
	}
}
