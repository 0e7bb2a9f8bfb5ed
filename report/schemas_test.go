package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compile compiles one of our schemas beside the others it refers to.
func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	var id string
	for _, s := range Schemas() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(s.JSON))
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		at := doc.(map[string]any)["$id"].(string)
		if err := c.AddResource(at, doc); err != nil {
			t.Fatal(err)
		}
		if s.Name == name {
			id = at
		}
	}
	schema, err := c.Compile(id)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate holds one JSON value against a schema.
func validate(schema *jsonschema.Schema, value []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		return err
	}
	return schema.Validate(doc)
}

func TestSchemas(t *testing.T) {
	var names []string
	for _, s := range Schemas() {
		names = append(names, s.Name)
		if s.Title == "" || len(s.JSON) == 0 {
			t.Errorf("%s: no title or no schema", s.Name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	Schemas()[0].JSON[0] = 'x'
	if Schemas()[0].JSON[0] == 'x' {
		t.Error("a caller can change a schema for others")
	}
}

// TestOutputsFitSchemas also renders results whose arrays are nil.
func TestOutputsFitSchemas(t *testing.T) {
	bare := blank("bare.example", 7)
	bare.Roles, bare.Findings, bare.Repairs, bare.Unknown, bare.NotApplicable, bare.NotRun = nil, nil, nil, nil, nil, nil
	bare.MX, bare.DMARC = &MX{Standing: present()}, &DMARC{Standing: present()}
	bare.DKIM, bare.M365 = &DKIM{Standing: present()}, &M365{Standing: present()}
	bare.Findings = []Finding{{Severity: "low", Confidence: "proof", Help: &Help{}}}
	results := append(sampleResults(), bare)
	run := sampleRun()
	run.Lists = nil

	jsonFormat, _ := FormatByName("json")
	if err := validate(compile(t, "run"), []byte(render(t, jsonFormat, Options{}, run, results))); err != nil {
		t.Error(err)
	}
	result := compile(t, "result")
	jsonl, _ := FormatByName("jsonl")
	for _, o := range []Options{{}, {WithHelp: true}} {
		for i, line := range strings.Split(strings.TrimSuffix(render(t, jsonl, o, run, results), "\n"), "\n") {
			if err := validate(result, []byte(line)); err != nil {
				t.Errorf("line %d: %v", i+1, err)
			}
		}
	}
}

// TestSchemaConvicts is the control: each line breaks the contract.
func TestSchemaConvicts(t *testing.T) {
	schema := compile(t, "result")
	line := encoded(t, crowded())
	if err := validate(schema, []byte(line)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, old, new string }{
		{"another schema", `result/v1`, `result/v2`},
		{"a status that is none", `"status":"complete"`, `"status":"fine"`},
		{"null for an array", `"not_run":[]`, `"not_run":null`},
		{"a state that is none", `"state":"dangling"`, `"state":"odd"`},
		{"a severity that is none", `"severity":"critical"`, `"severity":"fatal"`},
		{"a count that is text", `"pass":41`, `"pass":"41"`},
		{"a time that is none", `"time":"2026-11-02T03:04:06Z"`, `"time":"yesterday"`},
		{"a required field is missing", `"lookups_complete":true,`, ``},
		{"a negative offset", `"offset":3`, `"offset":-1`},
	} {
		broken := strings.Replace(line, c.old, c.new, 1)
		if broken == line {
			t.Fatalf("%s: nothing to replace: %s", c.what, c.old)
		}
		if validate(schema, []byte(broken)) == nil {
			t.Errorf("not convicted: %s", c.what)
		}
	}
}

// TestSchemasNameEveryField compares the Go types with the schemas: a field
// must be in both, and be required where it is always written.
func TestSchemasNameEveryField(t *testing.T) {
	for name, value := range map[string]any{
		"diagnosis": Diagnosed{},
		"relay":     Relay{},
		"result":    Result{},
		"run": struct {
			Schema  string  `json:"schema"`
			Run     Run     `json:"run"`
			Domains []any   `json:"domains"` // of the result's schema
			Rules   []Rule  `json:"rules"`
			Summary Summary `json:"summary"`
		}{},
	} {
		c := comparison{root: schemaDoc(t, name)}
		c.compare(name, reflect.TypeOf(value), c.root)
		for _, p := range c.problems {
			t.Error(p)
		}
	}
	// The control: what is missing on either side is found.
	c := comparison{root: schemaDoc(t, "result")}
	c.compare("result", reflect.TypeOf(struct {
		Result
		Extra string `json:"extra"`
	}{}), c.root)
	if len(c.problems) != 2 { // not named, not required
		t.Errorf("a field that the schema lacks: %q", c.problems)
	}
	c = comparison{root: schemaDoc(t, "result")}
	delete(c.root["properties"].(map[string]any), "status")
	c.compare("result", reflect.TypeOf(Result{}), c.root)
	if len(c.problems) != 1 {
		t.Errorf("a field taken from the schema: %q", c.problems)
	}
}

func schemaDoc(t *testing.T, name string) map[string]any {
	t.Helper()
	for _, s := range Schemas() {
		if s.Name == name {
			var doc map[string]any
			if err := json.Unmarshal(s.JSON, &doc); err != nil {
				t.Fatal(err)
			}
			return doc
		}
	}
	t.Fatalf("no schema %s", name)
	return nil
}

// comparison walks a type and a schema side by side.
type comparison struct {
	root     map[string]any
	seen     []reflect.Type
	problems []string
}

func (c *comparison) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *comparison) compare(path string, typ reflect.Type, schema map[string]any) {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if to, ok := schema["$ref"].(string); ok {
		def, ok := strings.CutPrefix(to, "#/$defs/")
		if !ok {
			return // another schema
		}
		schema = c.root["$defs"].(map[string]any)[def].(map[string]any)
	}
	if schema["description"] == nil {
		c.problem("%s: no description", path)
	}
	switch {
	case typ == reflect.TypeFor[time.Time]() || typ.Kind() == reflect.Interface:
	case typ.Kind() == reflect.Slice:
		items, _ := schema["items"].(map[string]any)
		if schema["type"] != "array" || items == nil {
			c.problem("%s: no array with items in the schema", path)
			return
		}
		c.compare(path+"[]", typ.Elem(), items)
	case typ.Kind() == reflect.Struct:
		if slices.Contains(c.seen, typ) {
			return
		}
		c.seen = append(c.seen, typ)
		c.compareFields(path, typ, schema)
	default:
		kinds := map[reflect.Kind]string{reflect.String: "string", reflect.Int: "integer", reflect.Int64: "integer", reflect.Bool: "boolean"}
		if schema["const"] == nil && schema["type"] != kinds[typ.Kind()] {
			c.problem("%s: a %s is a %v in the schema", path, typ.Kind(), schema["type"])
		}
	}
}

func (c *comparison) compareFields(path string, typ reflect.Type, schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	required := map[string]bool{}
	for _, name := range some(schema["required"].([]any)) {
		required[name.(string)] = true
	}
	named := map[string]bool{}
	for _, f := range reflect.VisibleFields(typ) {
		tag := f.Tag.Get("json")
		if tag == "-" || f.Anonymous {
			continue
		}
		name, option, _ := strings.Cut(tag, ",")
		named[name] = true
		if required[name] == (option == "omitempty") {
			c.problem("%s.%s: written %s, required %v", path, name, option, required[name])
		}
		property, ok := properties[name].(map[string]any)
		if !ok {
			c.problem("%s.%s: not in the schema", path, name)
			continue
		}
		c.compare(path+"."+name, f.Type, property)
	}
	for name := range properties {
		if !named[name] {
			c.problem("%s.%s: in the schema, not in Go", path, name)
		}
	}
}
