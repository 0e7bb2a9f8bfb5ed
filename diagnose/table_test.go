package diagnose

import (
	"slices"
	"strings"
	"testing"
)

// Each entry's example is read as a pasted line, and must come to that entry and
// its first cause.
func TestEveryCode(t *testing.T) {
	for _, entry := range Known().Codes {
		t.Run(entry.ID, func(t *testing.T) {
			e := Read([]byte(entry.Example))
			if e.Kind != NDR || len(e.Replies) == 0 {
				t.Fatalf("kind %s, replies %+v", e.Kind, e.Replies)
			}
			d := Explain(e, nil)
			if len(d.Meanings) == 0 || d.Meanings[0].Means != entry.Meaning {
				t.Errorf("it is read as %+v", d.Meanings)
			}
			want := entry.Causes[0]
			if d.Cause != want && !(entry.Wrapper && d.Cause != UnknownCause) {
				t.Errorf("cause %s, want %s", d.Cause, want)
			}
		})
	}
}

// The book is whole: every cause has its words, every code a known cause, system
// and source, and no ID stands twice.
func TestBook(t *testing.T) {
	b := Known()
	var causes []Cause
	for _, c := range b.Causes {
		causes = append(causes, c.Cause)
		if c.Title == "" || c.Summary == "" || len(c.Steps) == 0 || c.Decides == "" || strings.HasSuffix(c.Title, ".") {
			t.Errorf("%s: something is missing: %+v", c.Cause, c)
		}
		if !slices.Contains([]Fixer{SenderAdmin, RecipientAdmin, GatewayAdmin, SenderUser, Nobody, UnknownFixer}, c.Fixer) {
			t.Errorf("%s: fixer %q", c.Cause, c.Fixer)
		}
	}
	if !slices.Equal(causes, Causes()) {
		t.Errorf("the causes of the file are %q", causes)
	}
	seen := map[string]bool{}
	for _, c := range b.Codes {
		if seen[c.ID] {
			t.Errorf("%s stands twice", c.ID)
		}
		seen[c.ID] = true
		if c.Meaning == "" || c.Example == "" || len(c.Causes) == 0 || len(c.Source) == 0 || c.Match == "" && len(c.Text) == 0 {
			t.Errorf("%s: something is missing", c.ID)
		}
		if c.Confidence != High && c.Confidence != Medium && c.Confidence != Low {
			t.Errorf("%s: confidence %q", c.ID, c.Confidence)
		}
		for _, cause := range c.Causes {
			if !slices.Contains(Causes(), cause) {
				t.Errorf("%s: cause %q", c.ID, cause)
			}
		}
		for _, s := range c.Source {
			if b.Sources[s] == "" {
				t.Errorf("%s: source %q is not in the table", c.ID, s)
			}
		}
	}
	if len(b.Codes) < 150 {
		t.Errorf("only %d codes", len(b.Codes))
	}
}
