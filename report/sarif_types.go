package report

// The part of SARIF 2.1.0 that we write. Numbers are sections of the standard.

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// sarifResult is one finding. 3.27.
type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Kind                string            `json:"kind"`
	Level               string            `json:"level"`
	Rank                float64           `json:"rank"`
	Message             sarifMessage      `json:"message"`
	Locations           []sarifLocation   `json:"locations"`
	Fingerprints        map[string]string `json:"fingerprints"`
	PartialFingerprints map[string]string `json:"partialFingerprints"`
}

// sarifMessage is a plain-text message. 3.11.
type sarifMessage struct {
	Text string `json:"text"`
}

// sarifMultiformat is a message in text and, where there is one, Markdown. 3.12.
type sarifMultiformat struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

// sarifLocation is a line of a list and the domain there. 3.28.
type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

// sarifPhysical is a place in a file. 3.29.
type sarifPhysical struct {
	Artifact sarifArtifactLocation `json:"artifactLocation"`
	Region   sarifRegion           `json:"region"`
}

// sarifArtifactLocation names a file. 3.4.
type sarifArtifactLocation struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId"`
	Index     *int   `json:"index,omitempty"` // nil in the list of artifacts itself
}

// sarifRegion is a part of one line; columns count UTF-16 code units. 3.30.
type sarifRegion struct {
	StartLine   int          `json:"startLine"`
	StartColumn int          `json:"startColumn"`
	EndLine     int          `json:"endLine"`
	EndColumn   int          `json:"endColumn"`
	Snippet     sarifSnippet `json:"snippet"`
}

// sarifSnippet is the text of a region. 3.3.
type sarifSnippet struct {
	Text string `json:"text"`
}

// sarifLogical is the domain, and the DNS question behind a finding (RFC 4501).
// 3.33.
type sarifLogical struct {
	Name               string `json:"name"`
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

// sarifTail is what follows the results of a run: all of it is known only
// after the last one. 3.14.
type sarifTail struct {
	Tool        sarifTool             `json:"tool"`
	Artifacts   []sarifArtifact       `json:"artifacts"`
	Invocations []sarifInvocation     `json:"invocations"`
	Automation  sarifAutomation       `json:"automationDetails"`
	ColumnKind  string                `json:"columnKind"`
	BaseIDs     map[string]sarifBases `json:"originalUriBaseIds"`
}

// sarifBases describes a root that the reader of the file knows. 3.14.14.
type sarifBases struct {
	Description sarifMessage `json:"description"`
}

// sarifTool is this program. 3.18.
type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

// sarifDriver is this program's name, version and rules. 3.19.
type sarifDriver struct {
	Name            string            `json:"name"`
	Version         string            `json:"version,omitempty"`
	SemanticVersion string            `json:"semanticVersion,omitempty"`
	InformationURI  string            `json:"informationUri"`
	Rules           []sarifDescriptor `json:"rules"`
	Notifications   []sarifDescriptor `json:"notifications"`
}

// sarifDescriptor is a rule or a kind of notification. 3.49.
type sarifDescriptor struct {
	ID               string           `json:"id"`
	Name             string           `json:"name"`
	ShortDescription sarifMultiformat `json:"shortDescription"`
	FullDescription  sarifMultiformat `json:"fullDescription"`
	Help             sarifMultiformat `json:"help"`
	HelpURI          string           `json:"helpUri,omitempty"`
	Default          sarifDefault     `json:"defaultConfiguration"`
	Properties       *sarifProperties `json:"properties,omitempty"`
}

// sarifDefault is a rule's level. 3.50.
type sarifDefault struct {
	Level string `json:"level"`
}

// sarifProperties is what code scanning reads of a rule.
type sarifProperties struct {
	SecuritySeverity string   `json:"security-severity,omitempty"` // none for info
	Precision        string   `json:"precision"`
	ProblemSeverity  string   `json:"problem.severity"`
	Tags             []string `json:"tags"`
}

// sarifArtifact is a domain list. 3.24.
type sarifArtifact struct {
	Location sarifArtifactLocation `json:"location"`
	Roles    []string              `json:"roles"`
}

// sarifInvocation is the run. 3.20.
type sarifInvocation struct {
	Start         string              `json:"startTimeUtc"`
	End           string              `json:"endTimeUtc"`
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

// sarifNotification is a domain that was not wholly judged. 3.58.
type sarifNotification struct {
	Descriptor sarifReference  `json:"descriptor"`
	Level      string          `json:"level"`
	Message    sarifMessage    `json:"message"`
	Locations  []sarifLocation `json:"locations,omitempty"`
}

// sarifReference names a descriptor of the driver. 3.52.
type sarifReference struct {
	ID    string `json:"id"`
	Index int    `json:"index"`
}

// sarifAutomation names the run among its like. 3.17.
type sarifAutomation struct {
	ID string `json:"id"`
}
