package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mailposture/mailposture/report"
)

// sink is one place that results go to.
type sink struct {
	path   string // "" for stdout
	format report.Format
	writer report.Writer
	buffer *bufio.Writer
	file   *partFile // nil for stdout
}

// partFile is a file that readers see only once it is whole: it is written
// beside its path and renamed at the end.
type partFile struct {
	path string
	file *os.File
	zip  *gzip.Writer // nil unless the path ends in .gz
}

// createPart begins a file. The folder must exist.
func createPart(path string) (*partFile, error) {
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, usage("the folder must exist, and you must be allowed to write there", "cannot write %s: %s", path, cause(err))
	}
	p := &partFile{path: path, file: f}
	if strings.HasSuffix(path, ".gz") {
		p.zip = gzip.NewWriter(f)
	}
	return p, nil
}

func (p *partFile) Write(b []byte) (int, error) {
	if p.zip != nil {
		return p.zip.Write(b)
	}
	return p.file.Write(b)
}

// commit makes the file whole and visible.
func (p *partFile) commit() error {
	if p.zip != nil {
		if err := p.zip.Close(); err != nil {
			return errors.Join(err, p.file.Close())
		}
	}
	if err := errors.Join(p.file.Sync(), p.file.Close()); err != nil {
		return err
	}
	return os.Rename(p.path+".part", p.path)
}

// abandon drops the file; kept leaves what was written in PATH.part.
func (p *partFile) abandon(kept bool) {
	if p.zip != nil {
		p.zip.Close() // what counts has gone wrong already
	}
	p.file.Close()
	if !kept {
		os.Remove(p.path + ".part")
	}
}

// openSinks makes the places that -f and -o name. Without any, stdout gets
// text on a terminal and jsonl elsewhere.
func openSinks(format string, outputs []string, stdout io.Writer, opt report.Options) ([]*sink, error) {
	var sinks []*sink
	if format != "" || len(outputs) == 0 {
		f, err := stdoutFormat(format, stdout)
		if err != nil {
			return nil, err
		}
		s := &sink{format: f, buffer: bufio.NewWriter(stdout)}
		s.writer = f.New(s.buffer, opt)
		sinks = append(sinks, s)
	}
	opt.Color = false
	for _, spec := range outputs {
		s, err := openOutput(spec, opt)
		if err != nil {
			closeSinks(sinks, false)
			return nil, err
		}
		sinks = append(sinks, s)
	}
	return sinks, nil
}

func stdoutFormat(name string, stdout io.Writer) (report.Format, error) {
	if name == "" {
		name = "jsonl"
		if isTerminal(stdout) {
			name = "text"
		}
	}
	f, ok := report.FormatByName(name)
	if !ok {
		return f, usage("", "unknown format %q: choose one of %s", name, strings.Join(formatNames(), ", "))
	}
	return f, nil
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// fileBuffer is how much is written to a file at once, in octets: a few dozen
// results.
const fileBuffer = 64 << 10

// openOutput reads [FORMAT=]PATH and begins the file.
func openOutput(spec string, opt report.Options) (*sink, error) {
	path := spec
	var format report.Format
	name, rest, named := strings.Cut(spec, "=")
	if f, ok := report.FormatByName(name); named && ok {
		format, path = f, rest
	} else if f, ok := report.FormatByPath(spec); ok {
		format = f
	} else {
		return nil, usage("name it before the path, as in --output jsonl="+spec,
			"no format has the extension %q; the formats are %s", filepath.Ext(spec), strings.Join(formatNames(), ", "))
	}
	file, err := createPart(path)
	if err != nil {
		return nil, err
	}
	s := &sink{path: path, format: format, file: file, buffer: bufio.NewWriterSize(file, fileBuffer)}
	s.writer = format.New(s.buffer, opt)
	return s, nil
}

// closeSinks drops outputs that are not whole. A jsonl file is kept as
// PATH.part when the run was interrupted: each of its lines is whole.
func closeSinks(sinks []*sink, interrupted bool) []string {
	var kept []string
	for _, s := range sinks {
		flushed := s.buffer.Flush()
		if s.file == nil {
			continue
		}
		keep := interrupted && s.format.Name == "jsonl" && flushed == nil
		s.file.abandon(keep)
		if keep {
			kept = append(kept, s.path+".part")
		}
	}
	return kept
}

// commitSinks makes all outputs whole. After an error the others are still open.
func commitSinks(sinks []*sink) error {
	for _, s := range sinks {
		err := s.buffer.Flush()
		if err == nil && s.file != nil {
			err = s.file.commit()
		}
		if err != nil {
			return writeError(s, err)
		}
	}
	return nil
}

// errStdoutClosed is a reader of stdout that has gone away.
var errStdoutClosed = errors.New("stdout was closed")

// writeError is the error of a sink as the program ends with it.
func writeError(s *sink, err error) error {
	if s.path == "" && errors.Is(err, syscall.EPIPE) {
		return errStdoutClosed
	}
	name := s.path
	if name == "" {
		name = "stdout"
	}
	return &exitError{exitWrite, "cannot write " + name + ": " + cause(err), "is the disk full?"}
}

// written is the error of printing to stdout, for commands that print at once.
func written(err error) error {
	switch {
	case err == nil || errors.Is(err, syscall.EPIPE):
		return nil
	}
	return &exitError{exitWrite, "cannot write stdout: " + cause(err), ""}
}
