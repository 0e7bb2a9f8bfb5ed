package report

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"
)

// encoder collects JSON and hands it on in one write, so that a reader of a
// pipe sees whole lines. It keeps its buffer for the next. The first error
// stays until flush returns it.
type encoder struct {
	to      io.Writer
	pending []byte
	scratch bytes.Buffer
	err     error
}

// raw adds text of ours as it stands.
func (e *encoder) raw(s string) *encoder {
	e.pending = append(e.pending, s...)
	return e
}

// value adds one value, without the line break of json.Encoder. Text is not
// escaped for HTML, where no format puts JSON, but it is for terminals.
func (e *encoder) value(v any) *encoder {
	e.scratch.Reset()
	enc := json.NewEncoder(&e.scratch)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && e.err == nil {
		e.err = err
	}
	e.pending = escapeJSON(e.pending, bytes.TrimSuffix(e.scratch.Bytes(), []byte("\n")))
	return e
}

// members adds the members of an object without its braces.
func (e *encoder) members(v any) *encoder {
	start := len(e.pending)
	e.value(v)
	if e.err == nil {
		e.pending = slices.Delete(e.pending[:len(e.pending)-1], start, start+1)
	}
	return e
}

// flush writes what was added.
func (e *encoder) flush() error {
	if e.err == nil {
		_, e.err = e.to.Write(e.pending)
	}
	e.pending = e.pending[:0]
	return e.err
}

// key begins a member of the object that is open. name is ours.
func (e *encoder) key(name string) *encoder {
	p := e.pending
	if p[len(p)-1] != '{' {
		p = append(p, ',')
	}
	p = append(append(append(p, '"'), name...), `":`...)
	e.pending = p
	return e
}

// quoted adds a string. Nearly all are printable ASCII, and need no more than
// a backslash before a quote; the others go the long way.
func (e *encoder) quoted(s string) *encoder {
	p, done := append(e.pending, '"'), 0
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~':
			return e.value(s) // p is dropped
		case c == '"' || c == '\\':
			p, done = append(append(p, s[done:i]...), '\\'), i
		}
	}
	e.pending = append(append(p, s[done:]...), '"')
	return e
}

// time adds a time. One that RFC 3339 cannot say is an error.
func (e *encoder) time(t time.Time) *encoder {
	p, err := t.AppendText(append(e.pending, '"'))
	if err != nil {
		return e.value(t) // fails too, and says it as for any other value
	}
	e.pending = append(p, '"')
	return e
}

// Members of one type each. Those called some are left out when they are zero.

func (e *encoder) text(name, s string) *encoder { return e.key(name).quoted(s) }

func (e *encoder) someText(name, s string) *encoder {
	if s == "" {
		return e
	}
	return e.text(name, s)
}

func (e *encoder) number(name string, n int) *encoder {
	e.key(name)
	e.pending = strconv.AppendInt(e.pending, int64(n), 10)
	return e
}

func (e *encoder) someNumber(name string, n int) *encoder {
	if n == 0 {
		return e
	}
	return e.number(name, n)
}

func (e *encoder) flag(name string, b bool) *encoder {
	e.key(name)
	e.pending = strconv.AppendBool(e.pending, b)
	return e
}

func (e *encoder) someFlag(name string, b bool) *encoder {
	if !b {
		return e
	}
	return e.flag(name, b)
}

func (e *encoder) texts(name string, items []string) *encoder {
	list(e, name, items, func(e *encoder, s *string) { e.quoted(*s) })
	return e
}

func (e *encoder) someTexts(name string, items []string) *encoder {
	if len(items) == 0 {
		return e
	}
	return e.texts(name, items)
}

func (e *encoder) numbers(name string, items []int) *encoder {
	list(e, name, items, func(e *encoder, n *int) { e.pending = strconv.AppendInt(e.pending, int64(*n), 10) })
	return e
}

// list adds an array that may be empty, with what adds one item of it.
func list[T any](e *encoder, name string, items []T, add func(*encoder, *T)) {
	e.key(name).raw("[")
	for i := range items {
		if i > 0 {
			e.raw(",")
		}
		add(e, &items[i])
	}
	e.raw("]")
}
