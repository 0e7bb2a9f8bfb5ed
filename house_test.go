// Package mailposture_test holds the rules of the house: what the whole tree
// must obey, and no package can test by itself.
//
// A rule is a function from parsed files to complaints. Each comes with a
// control, a small tree that it must convict: a rule that cannot fail is none.
package mailposture_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mailposture/mailposture"

// source is one text file of the tree.
type source struct {
	path string // from the top, with slashes: "facts/facts.go"
	text string
	*token.FileSet
	ast *ast.File // nil unless it is Go
}

func (s source) dir() string { return path.Dir(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is a complaint about a place in the file.
func (s source) at(pos token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.path, s.Position(pos).Line, fmt.Sprintf(format, args...))
}

// rule is one rule of the house.
type rule struct {
	name     string
	convict  func([]source) []string
	innocent map[string]string   // a tree without fault
	guilty   []map[string]string // trees that each must be convicted
}

func rules() []rule {
	return slices.Concat(importRules(), codeRules(), textRules())
}

func TestHouse(t *testing.T) {
	tree := readTree(t)
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for _, complaint := range r.convict(tree) {
				t.Error(complaint)
			}
		})
	}
}

func TestHouseControls(t *testing.T) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			if found := r.convict(parseTree(t, r.innocent)); len(found) > 0 {
				t.Errorf("an innocent tree is convicted: %q", found)
			}
			for _, tree := range r.guilty {
				if len(r.convict(parseTree(t, tree))) == 0 {
					t.Errorf("not convicted: %q", tree)
				}
			}
		})
	}
}

// readTree reads the text files of the project. What git does not keep, other
// modules' folders and recorded data are no house of ours.
func readTree(t *testing.T) []source {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin", "node_modules"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(name)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tree := parseTree(t, files)
	// The control of the walk: it has seen this file.
	if !slices.ContainsFunc(tree, func(s source) bool { return s.path == "house_test.go" && s.ast != nil }) {
		t.Fatal("the tree was not read: house_test.go is not in it")
	}
	return tree
}

// parseTree parses the Go files outside testdata; the order is that of the paths.
func parseTree(t *testing.T, files map[string]string) []source {
	t.Helper()
	fset := token.NewFileSet()
	var tree []source
	for name, text := range files {
		s := source{path: name, text: text, FileSet: fset}
		if strings.HasSuffix(name, ".go") && !slices.Contains(strings.Split(name, "/"), "testdata") {
			parsed, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			s.ast = parsed
		}
		tree = append(tree, s)
	}
	slices.SortFunc(tree, func(a, b source) int { return strings.Compare(a.path, b.path) })
	return tree
}

// shipped are the Go files that are no tests: those the rules about code bind.
func shipped(tree []source) []source {
	return slices.DeleteFunc(slices.Clone(tree), func(s source) bool { return s.ast == nil || s.isTest() })
}
