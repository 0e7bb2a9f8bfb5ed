package report

import "embed"

//go:embed schemas/*.json
var schemaFiles embed.FS

// Schema is the JSON Schema (2020-12) of something the program writes.
type Schema struct {
	Name  string // what the schema command takes: "result"
	Title string // one line
	JSON  []byte // the schema itself; it may refer to the others by their $id
}

// Schemas lists the schemas, by name. Each call returns fresh copies.
func Schemas() []Schema {
	return []Schema{
		{Name: "diagnosis", Title: "why one message bounced: what diagnose prints with -f json", JSON: schemaFile("diagnosis-v1.json")},
		{Name: "relay", Title: "what becomes of a forwarded message: a line of relay -f json", JSON: schemaFile("relay-v1.json")},
		{Name: "result", Title: "one domain's result: a line of jsonl", JSON: schemaFile("result-v1.json")},
		{Name: "run", Title: "a run: the json format", JSON: schemaFile("run-v1.json")},
	}
}

// schemaFile is an embedded schema. A test reads each, so a missing one cannot
// reach a user; it would be nil.
func schemaFile(name string) []byte {
	data, err := schemaFiles.ReadFile("schemas/" + name)
	if err != nil {
		return nil
	}
	return data
}
