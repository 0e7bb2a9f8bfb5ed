package main

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
	"github.com/mailposture/mailposture/record"
)

// The towns share thousands of includes: with a Memo that every town before has
// filled, each comes to what it comes to without one.
func TestMemoOnRealData(t *testing.T) {
	towns, err := realdata.Towns(filepath.Join("..", "..", "testdata", "real"))
	if err != nil {
		t.Fatal(err)
	}
	warm := facts.DefaultOptions()
	warm.Parts = realdata.TownParts()
	none := warm
	none.Memo = nil
	var shared *facts.Snapshot // with an include that is in the Memo by the end
	for _, s := range towns {
		got, want := buildTown(s, warm), buildTown(s, none)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: %+v\nwithout a Memo: %+v", s.Domain, got.SPF, want.SPF)
		}
		if got.SPF.Walk.State == facts.Present && got.SPF.Lookups > 4 {
			shared = s
		}
	}
	// The control: an include whose record has changed is noticed, by the
	// comparison and by the Memo.
	before := buildTown(shared, warm)
	changed := changeIncludes(shared)
	after := buildTown(changed, warm)
	if reflect.DeepEqual(after.SPF, before.SPF) {
		t.Errorf("%s: the includes changed, and the facts did not", shared.Domain)
	}
	if !reflect.DeepEqual(after, buildTown(changed, none)) {
		t.Errorf("%s: the includes changed, and the Memo has the old ones", shared.Domain)
	}
}

// buildTown is the facts without the options, in which the Memo is.
func buildTown(s *facts.Snapshot, opt facts.Options) *facts.Facts {
	f, _ := facts.Build(s.Domain, s, opt)
	f.Options = facts.Options{}
	return f
}

// changeIncludes is a snapshot with another record at every included name.
func changeIncludes(s *facts.Snapshot) *facts.Snapshot {
	changed := facts.NewSnapshot(s.Domain, s.Taken, s.Observations)
	for i := range changed.Observations {
		o := &changed.Observations[i]
		if o.Kind == facts.KindTXT && o.Name != string(s.Domain) && o.Status == facts.Found {
			const other = "v=spf1 ip4:192.0.2.0/24 -all"
			o.Data = []string{record.FormatTXT(other, []int{len(other)})}
		}
	}
	return changed
}
