package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/record"
	"github.com/mailposture/mailposture/report"
)

// input is one thing to scan, or the reason why it cannot be.
type input struct {
	domain facts.Domain
	from   report.Input
	reason string // why it is no domain; "" when it is one
	err    error  // the list could not be read on: the last input of the run
}

// maxLine bounds what is read of a line of a list; the rest is skipped without
// being held in memory. A longer line is rejected, unless its first column ends
// before.
const maxLine = 4096

func newInput(from report.Input, text string) input {
	in := input{from: from}
	in.from.Text = record.Text(text)
	d, err := facts.ParseDomain(text)
	if err != nil {
		in.reason = err.Error()
		return in
	}
	in.domain = d
	return in
}

// inputs yields the arguments, then the lists, in order.
func inputs(args, lists []string, stdin io.Reader) iter.Seq[input] {
	return func(yield func(input) bool) {
		for _, arg := range args {
			if !yield(newInput(report.Input{}, arg)) {
				return
			}
		}
		for _, path := range lists {
			if !readList(path, stdin, yield) {
				return
			}
		}
	}
}

// readList yields a list's domains. A list that cannot be read yields an error.
func readList(path string, stdin io.Reader, yield func(input) bool) bool {
	reader := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			yield(input{err: usage("give --list an existing file, or - for stdin", "cannot read the list %s: %s", path, cause(err))})
			return false
		}
		defer file.Close()
		reader = file
	}
	name := listName(path)
	lines := bufio.NewReaderSize(reader, maxLine)
	for number := 1; ; number++ {
		line, long, err := readLine(lines)
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")) // a byte order mark
		}
		blank := len(bytes.TrimSpace(line)) == 0
		if text, ok := domainField(string(line)); ok || long && blank {
			in := newInput(report.Input{List: name, Line: number}, text)
			if long && !strings.ContainsAny(string(line), ",;\t#") { // the domain itself is cut off
				in = input{from: report.Input{List: name, Line: number, Text: record.Text(text[:min(32, len(text))]) + "..."}, reason: "the line is too long"}
			}
			if !yield(in) {
				return false
			}
		}
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			yield(input{err: usage("", "cannot read on in %s: %s", path, cause(err))})
			return false
		}
	}
}

// listName is a list's path as reports show it: relative to the current folder
// where it is below it, because code scanning knows no other, and with slashes.
func listName(path string) string {
	if filepath.IsAbs(path) {
		if folder, err := os.Getwd(); err == nil {
			if below, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(below) {
				path = below
			}
		}
	}
	return filepath.ToSlash(filepath.Clean(path))
}

// readLine returns a line without its end, and whether it was longer than
// maxLine; the rest of it is then skipped.
func readLine(r *bufio.Reader) ([]byte, bool, error) {
	line, err := r.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return bytes.TrimRight(line, "\r\n"), false, err
	}
	kept := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	return kept, true, err
}

// domainField is the first column of a line without its comment, or false for
// a line that names nothing.
func domainField(line string) (string, bool) {
	text := strings.TrimSpace(line)
	if text == "" || strings.HasPrefix(text, "#") {
		return "", false
	}
	if i := strings.IndexAny(text, ",;\t"); i >= 0 || strings.HasPrefix(text, `"`) {
		text = firstColumn(text)
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text), true
}

// firstColumn is the first field of a CSV line, whatever separates it from the
// next.
func firstColumn(line string) string {
	r := csv.NewReader(strings.NewReader(line))
	r.LazyQuotes = true
	r.FieldsPerRecord = -1
	if i := strings.IndexAny(line, ",;\t"); i >= 0 {
		r.Comma = rune(line[i])
	}
	fields, err := r.Read()
	if err != nil || len(fields) == 0 {
		return line
	}
	return fields[0]
}

// countInputs counts what inputs would yield, for the progress line; -1 when a
// list is a stream.
func countInputs(args, lists []string) int {
	total := len(args)
	for _, path := range lists {
		if info, err := os.Stat(path); path == "-" || err != nil || !info.Mode().IsRegular() {
			return -1
		}
		readList(path, nil, func(input) bool { total++; return true })
	}
	return total
}

// cause is an error without the path that the message has already.
func cause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
