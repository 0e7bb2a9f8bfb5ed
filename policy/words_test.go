package policy_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/policy"
)

// hardWords are words that somebody who runs a small company's mail need not
// know, and what explains each. A text that uses one explains it, too.
func hardWords() map[string]string {
	return map[string]string{
		`permerror`:           `permerror\W* \(SPF cannot be used`,
		`temperror`:           `temperror\W* \(no answer for now`,
		`\*\*neutral`:         `\(neither yes nor no\)`,
		`[Ss]elector`:         `[Ss]electors? \((the name|the word)|selectors \(the names|[Ss]electors \(the names`,
		`[Aa]ggregate report`: `aggregate reports \(daily summaries`,
		`envelope`:            `envelope \(the address that bounces go to\)`,
		`MX hosts?\b`:         `MX hosts? \((the|a|servers)|one of the MX hosts \(`,
		`\balias\b`:           `alias \(a CNAME record, which leads to another name\)|Replace the alias`,
		`relay pool`:          `relay pool\W* \(|the relay pool|relay pool, which all`,
		`connector`:           `connector (of the gateway )?\((the|a) setting|Enhanced Filtering for Connectors`,
		`character-string`:    `character-strings \(pieces in quotation marks\)`,
		`wildcard`:            `wildcard \(a record`,
		`public suffix`:       `public suffix (list )?\((an|the) ending`,
		`\btenant`:            `tenant \(`,
		`DANE`:                `DANE (records \(|and DNSSEC \()`,
		`loopback`:            `loopback \(the machine itself\)`,
		`\bhash`:              `hashes \(the checksum`,
		`\bURI`:               `URI \(an address with its kind in front\)`,
		`\bRSA\b`:             `RSA keys? \(the usual kind|the older kind \(RSA\)`,
		`\bSCL\b`:             `\(SCL -1\)`,
		`resolver`:            `resolver \(the server`,
		`modifier`:            `modifier \(`,
		`[Mm]echanisms`:       `mechanisms \(`,
		`\bISP\b|\bMTA\b|\bFQDN\b|\bRDATA\b|\bNXDOMAIN\b|\bRRset\b|\bapex\b|\bMUA\b|\bESP\b`: `^$`, // there are plain words for these
	}
}

// unexplained lists the hard words of a text that nothing in it explains.
func unexplained(text string) []string {
	var words []string
	for word, explanation := range hardWords() {
		if m := regexp.MustCompile(word).FindString(text); m != "" && !regexp.MustCompile(explanation).MatchString(text) {
			words = append(words, m)
		}
	}
	return words
}

// TestTextsExplainHardWords reads each rule as its reader does, who sees this
// one finding and may know no other.
func TestTextsExplainHardWords(t *testing.T) {
	for _, r := range policy.Rules() {
		text := strings.Join(strings.Fields(r.Why+" "+r.Fix), " ")
		for _, word := range unexplained(text) {
			t.Errorf("%s does not explain %q", r.ID, word)
		}
	}
	if got := unexplained("The result is permerror for this selector."); len(got) != 2 {
		t.Errorf("the control: %q", got)
	}
}

// TestFixesBeginWithWhatToDo checks that the first sentence of what to do is
// something to do, to find out (of a hint), or the case in which to do it.
func TestFixesBeginWithWhatToDo(t *testing.T) {
	first := regexp.MustCompile(`^(Add|Ask|Change|Compare|Correct|Create|Decide|End|Give|Have|If|Keep|Leave|Let|List|Make|Merge|Move|Nothing,|Publish|Put|Read|Remove|Replace|` +
		`Set|State|Swap|Turn|Use|When|Write) `)
	for _, r := range policy.Rules() {
		question := strings.HasPrefix(r.Fix, "Is ") || strings.HasPrefix(r.Fix, "Are ") || strings.HasPrefix(r.Fix, "Does ")
		if question != (r.Confidence == policy.Hint) || !question && !first.MatchString(r.Fix) {
			t.Errorf("%s (%s) begins with %.40q", r.ID, r.Confidence, r.Fix)
		}
	}
}
