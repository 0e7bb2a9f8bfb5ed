package report

import (
	"path"
	"strings"
	"unicode/utf16"
)

const (
	// sourceRoot is the root that code scanning puts paths under.
	sourceRoot = "%SRCROOT%"
	// noList stands in for a list where the domains came from arguments or
	// from stdin; its lines are made up. The file need not exist.
	noList = "mailposture-targets.txt"
)

// sarifLists is the lists that results came from.
type sarifLists struct {
	uris     []string
	index    map[string]int // of uris
	unlisted int            // results without a line of their own so far
}

// place is the line of a result's domain. For a domain without a line it is
// the place among such domains, in the order they came.
func (l *sarifLists) place(r Result) sarifPhysical {
	uri, line, text := "", 0, r.Domain
	if r.Input != nil {
		line = r.Input.Line
		if r.Input.Text != "" {
			text = r.Input.Text
		}
		if r.Input.List != "-" && r.Input.List != "" {
			uri = uriPath(r.Input.List)
		}
	}
	if uri == "" {
		uri = noList
	}
	if line < 1 {
		l.unlisted++
		line = l.unlisted
	}
	i := l.indexOf(uri)
	return sarifPhysical{
		Artifact: sarifArtifactLocation{URI: uri, URIBaseID: sourceRoot, Index: &i},
		Region: sarifRegion{
			StartLine: line, StartColumn: 1,
			// Columns count from 1, and the end column is the first behind. 3.30.8
			EndLine: line, EndColumn: 1 + max(len(utf16.Encode([]rune(text))), 1),
			Snippet: sarifSnippet{text},
		},
	}
}

func (l *sarifLists) indexOf(uri string) int {
	i, ok := l.index[uri]
	if !ok {
		if l.index == nil {
			l.index = make(map[string]int)
		}
		i = len(l.uris)
		l.index[uri] = i
		l.uris = append(l.uris, uri)
	}
	return i
}

func (l *sarifLists) artifacts() []sarifArtifact {
	list := make([]sarifArtifact, len(l.uris))
	for i, uri := range l.uris {
		list[i] = sarifArtifact{sarifArtifactLocation{URI: uri, URIBaseID: sourceRoot}, []string{"analysisTarget"}}
	}
	return list
}

// logical is the domain and the question that the finding rests on, as a dns:
// URI. RFC 4501, section 3.
func logical(domain string, f Finding) sarifLogical {
	name, kind := domain, ""
	if len(f.Evidence) > 0 && f.Evidence[0].Name != "" {
		name, kind = f.Evidence[0].Name, f.Evidence[0].Kind
	}
	full := "dns:" + uriPath(name)
	if kind != "" {
		full += "?type=" + uriPath(kind)
	}
	return sarifLogical{Name: domain, FullyQualifiedName: full, Kind: "resource"}
}

// categoryName is a list's file name in characters that no reader stumbles on.
func categoryName(list string) string {
	const most = 60
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, path.Base(list))
	return name[:min(len(name), most)]
}

// The kinds of notification, by their index.
const (
	domainIncomplete = iota
	lineRejected
	moreOmitted
)

// sarifNotificationKinds describes the kinds. Code scanning wants of them all
// that it wants of a rule.
func sarifNotificationKinds() []sarifDescriptor {
	kind := func(id, name, short, full string) sarifDescriptor {
		return sarifDescriptor{
			ID: id, Name: name,
			ShortDescription: sarifMultiformat{Text: short}, FullDescription: sarifMultiformat{Text: full},
			Help: sarifMultiformat{Text: full}, Default: sarifDefault{"warning"},
		}
	}
	return []sarifDescriptor{
		domainIncomplete: kind("RUN001", "DomainIncomplete", "A domain was not wholly judged",
			"Some of what DNS was asked about the domain was not answered, so some rules could not be decided. That is no finding: scan the domain again."),
		lineRejected: kind("RUN002", "LineRejected", "A line of the list is not a domain",
			"The line was not scanned. Correct it or remove it."),
		moreOmitted: kind("RUN003", "NotificationsOmitted", "There are more notifications than are kept",
			"Only the first notifications of a run are kept. The other formats name every domain."),
	}
}

// maxNotifications bounds what a run keeps in memory of domains that were not
// wholly judged.
const maxNotifications = 1000

// sarifUnsure collects domains that were not wholly judged.
type sarifUnsure struct {
	kept       []sarifNotification
	omitted    int
	incomplete int
}

// note keeps a result that is not complete.
func (u *sarifUnsure) note(r Result, at sarifPhysical) {
	kind, level, text := domainIncomplete, "warning", ""
	switch r.Status {
	case Incomplete:
		u.incomplete++
		text = incompleteWords(r)
	case Rejected:
		kind, level, text = lineRejected, "note", "not a domain: "+r.Reason
	default:
		return
	}
	if len(u.kept) == maxNotifications {
		u.omitted++
		return
	}
	const longest = 400
	text = strings.Clone(text[:min(len(text), longest)])
	name := strings.Clone(r.Domain)
	if name == "" {
		name = at.Region.Snippet.Text
	}
	name = strings.Clone(name[:min(len(name), longest)])
	at.Region.Snippet.Text = strings.Clone(name)
	u.kept = append(u.kept, sarifNotification{
		Descriptor: sarifNotificationKind(kind), Level: level,
		Message:   sarifMessage{sentence(name, text)},
		Locations: []sarifLocation{{Physical: at, Logical: []sarifLogical{logical(name, Finding{})}}},
	})
}

// incompleteWords is the first reason, and how many more there are.
func incompleteWords(r Result) string {
	groups := unsettledBy(r)
	if len(groups) == 0 {
		return "not wholly judged"
	}
	words := "not wholly judged: " + unsettledWords(groups[0])
	if more := len(groups) - 1; more > 0 {
		words += "; and " + plural(more, "more reason")
	}
	return words
}

// notifications lists what was kept, and says how many were not.
func (u *sarifUnsure) notifications() []sarifNotification {
	list := some(u.kept)
	if u.omitted > 0 {
		list = append(list, sarifNotification{
			Descriptor: sarifNotificationKind(moreOmitted), Level: "warning",
			Message: sarifMessage{plural(u.omitted, "more domain") + " not wholly judged or rejected."},
		})
	}
	return list
}

func sarifNotificationKind(kind int) sarifReference {
	return sarifReference{ID: sarifNotificationKinds()[kind].ID, Index: kind}
}
