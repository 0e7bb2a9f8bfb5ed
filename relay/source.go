package relay

// Source is who says what a line of the truth tables says.
type Source string

// The sources. The pages of Microsoft bear the dates they were read with.
const (
	// SourceSupport is the support article on 550 5.7.367, of 2026-03-25.
	SourceSupport Source = "https://learn.microsoft.com/troubleshoot/exchange/email-delivery/ndr/fix-error-code-550-5-7-367"
	// SourcePools is "Outbound delivery pools", of 2026-06-25.
	SourcePools Source = "https://learn.microsoft.com/defender-office-365/outbound-spam-high-risk-delivery-pool-about"
	// SourceFiltering is "Enhanced filtering for connectors".
	SourceFiltering Source = "https://learn.microsoft.com/exchange/mail-flow-best-practices/use-connectors-to-configure-mail-flow/enhanced-filtering-for-connectors"
	// SourcePhishing is "Anti-phishing policies": when a sender's DMARC policy is honoured.
	SourcePhishing Source = "https://learn.microsoft.com/defender-office-365/anti-phishing-policies-about"
	// SourceSRS is "Sender Rewriting Scheme in Office 365".
	SourceSRS Source = "https://learn.microsoft.com/exchange/reference/sender-rewriting-scheme"
	// SourceForwarding is "Configure and controlling external email forwarding".
	SourceForwarding Source = "https://learn.microsoft.com/defender-office-365/outbound-spam-policies-external-email-forwarding"
	SourceSPF        Source = "RFC 7208, section 2.6"
	SourceSPFPolicy  Source = "RFC 7208, section 8.4"
	SourceDKIM       Source = "RFC 6376, section 6.1"
	SourceDMARC      Source = "RFC 9989, section 5.3"
	SourceNullMX     Source = "RFC 7505, section 3"
	// SourceInference is ours: it is documented nowhere.
	SourceInference Source = "inference"
)
