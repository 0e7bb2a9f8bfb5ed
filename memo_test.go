package mailposture_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/mailposture/mailposture/facts"
)

// TestMemoOnCases builds each case's domains twice with a Memo that the other
// cases fill too, and comes to what it comes to without one.
func TestMemoOnCases(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join("testdata", "cases", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	memo := facts.NewMemo(0)
	for _, folder := range slices.Concat(folders, folders) {
		c := caseFolder{t, folder}
		opt := c.options()
		saved := json.NewDecoder(bytes.NewReader(c.read("snapshot.json")))
		for saved.More() {
			var s facts.Snapshot
			if err := saved.Decode(&s); err != nil {
				t.Fatal(err)
			}
			build := func(m *facts.Memo) *facts.Facts {
				opt.Memo = m
				f, _ := facts.Build(s.Domain, &s, opt)
				f.Options.Memo = nil
				return f
			}
			if got, want := build(memo), build(nil); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, %s: %+v\nwithout a Memo: %+v", folder, s.Domain, got, want)
			}
		}
	}
}
