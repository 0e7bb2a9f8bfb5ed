// Command realdata turns the records in testdata/real into what mailposture
// reads: snapshots for eval, and zone files for scan --zone.
//
//	go run ./cmd/realdata /tmp/real
//	mailposture eval /tmp/real/towns.jsonl -o towns.html
//	mailposture scan --zone /tmp/real/moj/justice.gov.uk.zone
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/realdata"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./cmd/realdata FOLDER")
		os.Exit(2)
	}
	if err := convert(filepath.Join("testdata", "real"), os.Args[1]); err != nil {
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
