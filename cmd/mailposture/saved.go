package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/report"
)

// item is one snapshot or result of a saved file, not yet decoded.
type item struct {
	path    string
	line    int    // 0 in a json report
	schema  string // "" for a snapshot
	text    []byte
	options facts.Options // of a snapshot
	err     error         // the file could not be read on
}

func (i item) isResult() bool { return i.schema == report.ResultSchema }

// bad is the error of an item that cannot be used.
func (i item) bad(format string, args ...any) error {
	return usage("give what scan wrote with --save or -o", "%s:%d: %s", i.path, i.line, fmt.Sprintf(format, args...))
}

// maxItem bounds a line of a saved file.
const maxItem = 16 << 20

// items yields what the files hold, in order.
func (e *evaluation) items(paths []string) iter.Seq[item] {
	return func(yield func(item) bool) {
		for _, path := range paths {
			if !e.readFile(path, yield) {
				return
			}
		}
	}
}

// readFile yields one file's items. False means that the consumer has enough.
func (e *evaluation) readFile(path string, yield func(item) bool) bool {
	in := e.io.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return yield(item{err: usage("", "cannot read %s: %s", path, cause(err))})
		}
		defer file.Close()
		in = file
	}
	lines := bufio.NewReaderSize(in, 64<<10)
	if magic, _ := lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(lines)
		if err != nil {
			return yield(item{err: usage("", "cannot read %s: %s", path, err)})
		}
		lines = bufio.NewReaderSize(unzipped, 64<<10)
	}
	if head, _ := lines.Peek(128); bytes.Contains(head, []byte(report.RunSchema)) {
		return readReport(path, lines, yield)
	}
	return e.readLines(path, lines, yield)
}

// readLines yields the lines of a jsonl file. A header changes the options of
// the snapshots behind it.
func (e *evaluation) readLines(path string, lines *bufio.Reader, yield func(item) bool) bool {
	options := e.defaults
	for number := 1; ; number++ {
		one := item{path: path, line: number}
		text, err := boundedLine(lines)
		switch text = bytes.TrimSpace(text); {
		case err != nil && !errors.Is(err, io.EOF):
			one.err = one.bad("%s", err)
		case len(text) > 0:
			one.text = text
			var head struct {
				Schema  string        `json:"schema"`
				Options facts.Options `json:"options"`
			}
			if jsonErr := json.Unmarshal(text, &head); jsonErr != nil {
				one.err = one.bad("not JSON: %s", jsonErr)
				break
			}
			one.schema = head.Schema
			switch head.Schema {
			case facts.SnapshotsSchema:
				if options, one.err = e.options(path, head.Options); one.err == nil {
					continue
				}
			case "", report.ResultSchema:
				one.options = options
			default:
				one.err = one.bad("the schema %q is not one that this program reads", head.Schema)
			}
		}
		if (one.err != nil || one.text != nil) && !yield(one) {
			return false
		}
		if err != nil {
			return one.err == nil
		}
	}
}

// boundedLine reads a line of at most maxItem octets.
func boundedLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
		if len(line) > maxItem {
			return nil, errors.New("the line is too long")
		}
	}
}

// readReport yields the results of a json report.
func readReport(path string, in io.Reader, yield func(item) bool) bool {
	decoder := json.NewDecoder(in)
	broken := func(err error) bool {
		return yield(item{err: usage("", "%s is not a whole report: %s", path, err)})
	}
	if err := enterArray(decoder, "domains"); err != nil {
		return broken(err)
	}
	for decoder.More() {
		var text json.RawMessage
		if err := decoder.Decode(&text); err != nil {
			return broken(err)
		}
		if !yield(item{path: path, schema: report.ResultSchema, text: text}) {
			return false
		}
	}
	return true
}

// enterArray skips the members of an object up to an array of a name.
func enterArray(d *json.Decoder, name string) error {
	if _, err := d.Token(); err != nil { // the opening brace
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key == name {
			_, err := d.Token() // the opening bracket
			return err
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return err
		}
	}
	return fmt.Errorf("it has no %q", name)
}
