package main

import (
	"bufio"
	"encoding/json"

	"github.com/mailposture/mailposture/facts"
)

// saver writes snapshots to a file. nil saves nothing.
type saver struct {
	path   string
	file   *partFile
	buffer *bufio.Writer
	json   *json.Encoder
}

// newSaver begins a file with the options that the scan asks by; an empty path
// gives nil.
func newSaver(path string, opt facts.Options) (*saver, error) {
	if path == "" {
		return nil, nil
	}
	file, err := createPart(path)
	if err != nil {
		return nil, err
	}
	s := &saver{path: path, file: file, buffer: bufio.NewWriter(file)}
	s.json = json.NewEncoder(s.buffer)
	s.json.SetEscapeHTML(false)
	if err := s.write(facts.SnapshotsHeader{Schema: facts.SnapshotsSchema, By: by(), Options: opt}); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func (s *saver) save(snapshot *facts.Snapshot) error {
	if s == nil {
		return nil
	}
	return s.write(snapshot)
}

func (s *saver) write(value any) error { return s.named(s.json.Encode(value)) }

func (s *saver) commit() error {
	if s == nil {
		return nil
	}
	if err := s.buffer.Flush(); err != nil {
		return s.named(err)
	}
	return s.named(s.file.commit())
}

// abandon drops the file.
func (s *saver) abandon() {
	if s != nil {
		s.file.abandon(false)
	}
}

func (s *saver) named(err error) error {
	if err == nil {
		return nil
	}
	return writeError(&sink{path: s.path}, err)
}
