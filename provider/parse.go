package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// file is the YAML form of a catalogue. Unknown and repeated keys are errors.
type file struct {
	Sources   map[string]string `yaml:"sources"` // what the source keys of the entries stand for
	Providers []entry           `yaml:"providers"`
}

// entry is the YAML form of a Provider.
type entry struct {
	ID                text       `yaml:"id"`
	Name              text       `yaml:"name"`
	Kind              text       `yaml:"kind"`
	MX                []text     `yaml:"mx"`
	SPF               []text     `yaml:"spf"`
	DKIM              []selector `yaml:"dkim"`
	RUA               []text     `yaml:"rua"`
	Alias             []text     `yaml:"alias"`
	Autodiscover      text       `yaml:"autodiscover"`
	EnhancedFiltering text       `yaml:"enhanced_filtering"`
	Retired           bool       `yaml:"retired"`
	Confidence        text       `yaml:"confidence"`
	Source            []text     `yaml:"source"`
	Note              text       `yaml:"note"`
	Test              []text     `yaml:"test"` // what must be recognised as this provider
}

// selector is the YAML form of a Selector.
type selector struct {
	Selector text `yaml:"selector"`
	CNAME    text `yaml:"cname"`
}

// text is a YAML string that remembers where it stands.
type text struct {
	value string
	position
}

// given reports whether the key was there. Without a position, what is empty
// was not.
func (t text) given() bool { return t.line > 0 || t.value != "" }

// position is a place in the file; both count from 1. The zero value is none.
type position struct{ line, column int }

// UnmarshalYAML takes strings only: a number or a date would read back as
// something else than what was written.
func (t *text) UnmarshalYAML(node ast.Node) error {
	at := node.GetToken().Position
	t.position = position{at.Line, at.Column}
	switch n := node.(type) {
	case *ast.StringNode:
		t.value = n.Value
	case *ast.LiteralNode:
		t.value = strings.Join(strings.Fields(n.Value.Value), " ")
	default:
		return &mistake{t.position, "must be text; put it in quotes"}
	}
	return nil
}

// mistake is an error at a place in the file.
type mistake struct {
	position
	message string
}

// Error is one line: the decoder repeats what stands in the file, line breaks and all.
func (m *mistake) Error() string {
	message := strings.Join(strings.Fields(m.message), " ")
	if m.line == 0 {
		return message
	}
	return fmt.Sprintf("%d:%d: %s", m.line, m.column, message)
}

func (t text) mistake(format string, args ...any) error {
	return &mistake{t.position, fmt.Sprintf(format, args...)}
}

// decode reads YAML strictly. The library panics on some texts that are none
// (a tag before a scalar where a list is wanted, in v1.19.2); a file must not
// be able to end the program.
func decode(data []byte, f *file) error {
	err := errors.New("not YAML that can be read")
	func() {
		defer func() { _ = recover() }() // err stands
		err = yaml.UnmarshalWithOptions(data, f, yaml.Strict())
	}()
	return err
}

func locate(name string, err error) error {
	if m := new(mistake); errors.As(err, &m) && m.line > 0 {
		return fmt.Errorf("%s:%w", name, m)
	}
	return fmt.Errorf("%s: %w", name, err)
}

// place turns the decoder's errors, which print an excerpt of several lines,
// into one line with a position.
func place(err error) error {
	if m := new(mistake); errors.As(err, &m) {
		return m
	}
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return errors.New(first)
	}
	at := y.GetToken().Position
	return &mistake{position{at.Line, at.Column}, y.GetMessage()}
}
