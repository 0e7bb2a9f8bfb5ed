package report

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// encoded is what the encoder makes of a Result.
func encoded(t *testing.T, r Result) string {
	t.Helper()
	var out bytes.Buffer
	e := encoder{to: &out}
	if err := e.result(&r).flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// standard is what encoding/json makes of any value, once no array in it is nil.
func standard(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	e := encoder{to: &out}
	if err := e.value(v).flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// filler makes results: every field is set while sparse is 0, else only one in
// so many, and no two numbers or texts are alike.
type filler struct {
	*rand.Rand
	sparse int
	last   int
}

func (f *filler) result(t *testing.T) Result {
	var r Result
	f.fill(t, reflect.ValueOf(&r).Elem(), 0)
	return r
}

// fill sets v. A kind of field that it does not know is an error.
func (f *filler) fill(t *testing.T, v reflect.Value, depth int) {
	t.Helper()
	if v.Kind() != reflect.Struct && f.sparse > 0 && f.IntN(f.sparse) > 0 || depth > 16 {
		return
	}
	f.last++
	switch v.Kind() {
	case reflect.String:
		odd := []string{"", ` "said" `, `C:\x1b`, "\n", "\x7f", "é", "\xff", "\u2028", "<&>", "\U000e0041"}
		v.SetString(strconv.Itoa(f.last) + odd[f.IntN(len(odd))])
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.last))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+f.IntN(2), 2))
		for i := range v.Len() {
			f.fill(t, v.Index(i), depth+1)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(began.Add(time.Duration(f.last) * time.Millisecond)))
			return
		}
		for i := range v.NumField() {
			f.fill(t, v.Field(i), depth)
		}
	default:
		t.Fatalf("a result holds a %s: teach the encoder and this test", v.Kind())
	}
}

// withoutNil makes every nil slice under v empty. Where encoding/json leaves
// out what is empty that changes nothing.
func withoutNil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			withoutNil(v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			withoutNil(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != timeType {
				withoutNil(v.Field(i))
			}
		}
	}
}

// TestResultAsEncodingJSON holds the encoder written by hand against the
// standard one, for results with every field, with some, and with none.
func TestResultAsEncodingJSON(t *testing.T) {
	for seed := range uint64(2_000) {
		f := filler{Rand: rand.New(rand.NewPCG(seed, 0)), sparse: int(seed % 5)}
		r := f.result(t)
		got := encoded(t, r)
		withoutNil(reflect.ValueOf(&r).Elem())
		if diff := cmp.Diff(standard(t, r), got); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

// TestResultLacksNothing is the control: a field that the struct has, and the
// encoder does not know, is found, in a Result and in what it holds.
func TestResultLacksNothing(t *testing.T) {
	type grownFinding struct {
		Finding
		Extra string `json:"extra,omitempty"`
	}
	type grown struct {
		Result
		Extra string `json:"extra,omitempty"`
	}
	f := filler{Rand: rand.New(rand.NewPCG(1, 1))}
	r := f.result(t)
	got := encoded(t, r)
	if got != standard(t, grown{Result: r}) {
		t.Error("a field that is left out makes a difference")
	}
	if got == standard(t, grown{Result: r, Extra: "x"}) {
		t.Error("a field more makes none: the comparison checks nothing")
	}
	if !strings.Contains(got, standard(t, grownFinding{Finding: r.Findings[0]})) {
		t.Error("a finding is not in its result")
	}
	if strings.Contains(got, standard(t, grownFinding{Finding: r.Findings[0], Extra: "x"})) {
		t.Error("a finding with a field more is: the comparison checks nothing")
	}
	// The filler leaves no field out, or a new one could go unseen.
	withoutNil(reflect.ValueOf(&r).Elem())
	if field := zeroField("Result", reflect.ValueOf(r)); field != "" {
		t.Errorf("%s is not filled", field)
	}
	r.Findings[0].Help.Why = ""
	if got := zeroField("Result", reflect.ValueOf(r)); got != "Result.Findings[].Help.Why" {
		t.Errorf("an empty field was found at %q", got)
	}
}

// zeroField names a field under v that is zero, "" when there is none. The
// innermost includes of a tree end somewhere.
func zeroField(path string, v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return path
		}
		return zeroField(path, v.Elem())
	case reflect.Slice:
		if v.Len() == 0 {
			return path
		}
		return zeroField(path+"[]", v.Index(0))
	case reflect.Struct:
		if v.Type() == timeType {
			break
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if name == "Child" {
				continue
			}
			if zero := zeroField(path+"."+name, v.Field(i)); zero != "" {
				return zero
			}
		}
		return ""
	}
	if v.IsZero() {
		return path
	}
	return ""
}

// TestBareResultHasNoNull: readers were promised arrays.
func TestBareResultHasNoNull(t *testing.T) {
	bare := Result{MX: &MX{}, DMARC: &DMARC{}, DKIM: &DKIM{}, M365: &M365{}, Findings: []Finding{{Help: &Help{}}}}
	if got := encoded(t, bare); strings.Contains(got, "null,") || strings.Contains(got, ":null}") {
		t.Errorf("a null is left: %s", got)
	}
}

// TestTimeThatIsNone: what RFC 3339 cannot say is an error, and ends the output.
func TestTimeThatIsNone(t *testing.T) {
	r := blank("example.com", 1)
	r.Time = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := newJSONL(&out, Options{}).Domain(r); err == nil || out.Len() > 0 {
		t.Errorf("%v, and %q was written", err, out.String())
	}
}

func FuzzQuoted(f *testing.F) {
	for _, p := range payloads() {
		f.Add(p.text[:min(len(p.text), 1<<10)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		var e encoder
		if got, want := string(e.quoted(s).pending), standard(t, s); got != want {
			t.Fatalf("%q became %s, want %s", s, got, want)
		}
		var back string
		if err := json.Unmarshal(e.pending, &back); err != nil {
			t.Fatal(err)
		}
	})
}
