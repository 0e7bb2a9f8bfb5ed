package exo

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// object is one thing that a command printed, by property.
type object map[string]json.RawMessage

// parse reads the objects of one file: an array of them, or one alone.
func parse(data []byte) ([]object, error) {
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil // the command printed nothing
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var value json.RawMessage
	if err := decoder.Decode(&value); err != nil {
		return nil, damaged(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("not JSON: there is something behind the end")
	}
	var objects []object
	if value[0] != '[' {
		value = wrapped("[", value, "]")
	}
	if err := json.Unmarshal(value, &objects); err != nil {
		return nil, errors.New("not an export: it holds something else than objects")
	}
	for _, o := range objects {
		if o == nil {
			return nil, errors.New("not an export: it holds a null")
		}
	}
	return objects, nil
}

func wrapped(before string, value []byte, after string) []byte {
	return append(append([]byte(before), value...), after...)
}

// damaged says what is wrong with JSON, without its text.
func damaged(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at octet %d: use ConvertTo-Json", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not JSON: it ends too soon")
	}
	return errors.New("not JSON: use ConvertTo-Json")
}

// decode makes UTF-8 of what PowerShell writes: UTF-16 with a byte order mark from
// > and Out-File in Windows PowerShell 5.1, UTF-8 with or without one elsewhere.
func decode(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return fromUTF16(data[2:], binary.BigEndian)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if !utf8.Valid(data) {
		return nil, errors.New("neither UTF-8 nor UTF-16 with a byte order mark")
	}
	return data, nil
}

func fromUTF16(data []byte, order binary.ByteOrder) ([]byte, error) {
	if len(data)%2 != 0 {
		return nil, errors.New("UTF-16 that ends in half a character")
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// text reads a property that is a text or null. Windows PowerShell prints an
// enumeration as an object with a Value, or as its number.
func (o object) text(name string) (string, error) {
	var value any
	if err := o.value(name, &value); err != nil {
		return "", err
	}
	return plainText(name, value)
}

func plainText(name string, value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(v), nil
	case float64:
		return fmt.Sprint(v), nil
	case map[string]any:
		for _, key := range []string{"Value", "value", "Domain", "Address"} {
			if inner, ok := v[key].(string); ok {
				return strings.TrimSpace(inner), nil
			}
		}
	}
	return "", fmt.Errorf("%s is not a text", name)
}

// flag reads a property that is true, false or null.
func (o object) flag(name string) (bool, error) {
	var value any
	if err := o.value(name, &value); err != nil {
		return false, err
	}
	switch v := value.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, nil
		case "false", "":
			return false, nil
		}
	}
	return false, fmt.Errorf("%s is neither true nor false", name)
}

// list reads a property that holds texts: an array, one alone, null, or the form
// with value and Count that Windows PowerShell gives some arrays.
func (o object) list(name string) ([]string, error) {
	var value any
	if err := o.value(name, &value); err != nil {
		return nil, err
	}
	if form, ok := value.(map[string]any); ok && form["Count"] != nil {
		value = form["value"]
	}
	items, ok := value.([]any)
	if !ok {
		items = []any{value}
	}
	var all []string
	for _, item := range items {
		text, err := plainText(name, item)
		if err != nil {
			return nil, err
		}
		if text != "" {
			all = append(all, text)
		}
	}
	return all, nil
}

func (o object) value(name string, to *any) error {
	raw, ok := o[name]
	if !ok {
		return nil // an older or a newer version of the command
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%s cannot be read", name)
	}
	return nil
}
