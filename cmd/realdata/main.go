// Command realdata turns the records in testdata/real into what mailposture
// reads: snapshots for eval, and zone files for scan --zone.
//
//	go run ./cmd/realdata /tmp/real
//	go run ./cmd/realdata -sample 9989                # twenty domains to check by hand, for a seed
//	mailposture eval /tmp/real/towns.jsonl -o towns.html
//	mailposture scan --zone /tmp/real/moj/cjit.gov.uk.zone
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
)

func main() {
	seed := flag.Uint64("sample", 0, "print twenty domains to check by hand, chosen by this seed")
	flag.Parse()
	from := filepath.Join("testdata", "real")
	var err error
	switch {
	case *seed > 0 && flag.NArg() == 0:
		err = sample(from, *seed, os.Stdout)
	case *seed == 0 && flag.NArg() == 1:
		err = convert(from, flag.Arg(0))
	default:
		fmt.Fprintln(os.Stderr, "usage: go run ./cmd/realdata FOLDER, or -sample SEED")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "realdata:", err)
		os.Exit(1)
	}
}

// convert writes every file of the folder from in the forms of mailposture.
func convert(from, to string) error {
	if err := os.MkdirAll(filepath.Join(to, "moj"), 0o755); err != nil {
		return err
	}
	towns, err := realdata.Towns(from)
	if err != nil {
		return err
	}
	if err := writeSnapshots(filepath.Join(to, "towns.jsonl"), realdata.TownParts(), towns); err != nil {
		return err
	}
	universities, err := realdata.Universities(from)
	if err != nil {
		return err
	}
	if err := writeSnapshots(filepath.Join(to, "universities.jsonl"), realdata.UniversityParts(), universities); err != nil {
		return err
	}
	zones, err := realdata.MinistryZones(from)
	if err != nil {
		return err
	}
	for _, z := range zones {
		if err := os.WriteFile(filepath.Join(to, "moj", z.Name+".zone"), []byte(z.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeSnapshots writes a file as scan --save does.
func writeSnapshots(path string, parts []facts.Part, snapshots []*facts.Snapshot) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffer := bufio.NewWriter(file)
	out := json.NewEncoder(buffer)
	if err := out.Encode(facts.SnapshotsHeader{Schema: facts.SnapshotsSchema, By: "realdata", Options: facts.Options{Parts: parts}}); err != nil {
		return err
	}
	for _, s := range snapshots {
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	return buffer.Flush()
}
