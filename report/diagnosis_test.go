package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/diagnose"
)

// diagnosed is the diagnoses of the texts that package diagnose is tested with.
func diagnosed(t *testing.T) []Diagnosed {
	t.Helper()
	files, err := filepath.Glob("../diagnose/testdata/*.*")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	all := []Diagnosed{{Schema: DiagnosisSchema, File: "-", Diagnosis: diagnose.Explain(diagnose.Read(nil), nil)}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Diagnosed{Schema: DiagnosisSchema, File: filepath.Base(file), Diagnosis: diagnose.Explain(diagnose.Read(text), nil)})
	}
	return all
}

func TestDiagnosesFitSchema(t *testing.T) {
	schema := compile(t, "diagnosis")
	all := diagnosed(t)
	for _, d := range all {
		var b bytes.Buffer
		if err := DiagnosesJSON(&b, []Diagnosed{d}); err != nil {
			t.Fatal(err)
		}
		if err := validate(schema, b.Bytes()); err != nil {
			t.Errorf("%s: %v", d.File, err)
		}
		// The control: each of these breaks the contract.
		for _, change := range [][2]string{{`"kind": "`, `"kind": "odd`}, {`"cause": "`, `"cause": "odd`}, {`"fixer": "`, `"fixer": "odd`}, {`"evidence": [`, `"evidenz": [`}} {
			if validate(schema, []byte(strings.Replace(b.String(), change[0], change[1], 1))) == nil {
				t.Errorf("%s: not convicted: %s", d.File, change[1])
			}
		}
	}
	var several bytes.Buffer
	if err := DiagnosesJSON(&several, all); err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(several.Bytes(), &list); err != nil || len(list) != len(all) {
		t.Errorf("several: %d of %d, %v", len(list), len(all), err)
	}
}

// The parts come in the order in which people need them, and nothing in them
// drives a terminal or makes a line of its own.
func TestDiagnosesText(t *testing.T) {
	d := diagnosed(t)[0]
	d.File = "a\x1b[31m\nWhat to do\u202e.eml"
	d.Cause, d.Confidence, d.Fixer = diagnose.StaleMX, diagnose.Medium, diagnose.RecipientAdmin
	d.Summary = "It was refused.\nWhat to do"
	d.Meanings = []diagnose.Meaning{{Code: "5.4.1", Text: "550 \x07bell", Means: "No."}}
	d.Evidence = []string{"MX\x9b1m"}
	d.Remedies = []string{"First.", "Second."}
	d.Also = []diagnose.Possible{{Cause: diagnose.RelayPool, Decides: "The trace."}}
	d.Unknown = []string{"MX x.example: SERVFAIL"}
	var b bytes.Buffer
	if err := DiagnosesText(&b, []Diagnosed{d}, Options{Width: 80}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	at := -1
	for _, part := range []string{"Cause     stale-mx  (confidence medium)", "Fixed by  the administrator of the recipient's", "It was refused.", "\nWhat was said\n", "\nEvidence\n", "\nWhat to do\n  1. First.\n  2. Second.\n", "\nAlso possible\n  relay-pool\n    It left from the relay pool of Exchange Online, and the next server does not\n    relay for those addresses.\n    decided by: The trace.\n", "\nNot known, because DNS did not say\n"} {
		next := strings.Index(text, part)
		if next <= at {
			t.Errorf("%q comes at %d, after %d:\n%s", part, next, at, text)
		}
		at = next
	}
	if strings.Count(text, "\nWhat to do\n") != 1 {
		t.Error("text from outside made a heading")
	}
	for _, r := range text {
		if r != '\n' && !visible(r) {
			t.Errorf("%U reaches the terminal", r)
		}
	}
}

// A command that a step ends with stands on a line of its own, whole: people
// copy it.
func TestCommandIsWhole(t *testing.T) {
	const command = "mailposture relay --from x@a-long-name.sender.example --to x@a-long-name.forwarder.example --forward x@partner.example"
	d := Diagnosed{File: "x", Diagnosis: diagnose.Diagnosis{Cause: diagnose.RelayPool, Remedies: []string{"First.", "To see the way: " + command}}}
	var b strings.Builder
	if err := DiagnosesText(&b, []Diagnosed{d}, Options{Width: 60}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "  2. To see the way:\n     "+command+"\n") {
		t.Errorf("the command is not on a line of its own:\n%s", b.String())
	}
}
