package mailposture_test

import (
	"fmt"
	"go/format"
	"regexp"
	"strings"
)

func textRules() []rule {
	const header = "package x\n"
	return []rule{
		{
			name: "gofmt", convict: convictFormat,
			innocent: map[string]string{"x/x.go": header + "\nvar v = 1\n"},
			guilty: []map[string]string{
				{"x/x.go": header + "\nvar  v = 1\n"},
				{"x/x_test.go": header + "\nvar v = 1"}, // no final newline
			},
		},
		{
			name: "no paths of one machine", convict: convictPaths,
			innocent: map[string]string{"docs/x.md": "https://example.com" + workFolder + "x, and our work/life"},
			guilty: []map[string]string{
				{"docs/x.md": "see " + workFolder + "shared"},
				{"Makefile": "\t@" + workFolder + "tool\n"},
				{"x/x.go": header + "// " + workFolder + "x\n"},
			},
		},
	}
}

func convictFormat(tree []source) []string {
	var found []string
	for _, s := range tree {
		if s.ast == nil {
			continue
		}
		if formatted, err := format.Source([]byte(s.text)); err != nil || string(formatted) != s.text {
			found = append(found, s.path+": gofmt would change it")
		}
	}
	return found
}

// workFolder is put together, so that this file does not name it either.
const workFolder = "/" + "work/"

// convictPaths looks for a folder that is on the developers' machines only.
func convictPaths(tree []source) []string {
	absolute := regexp.MustCompile(`(^|[^A-Za-z0-9._~-])` + workFolder)
	var found []string
	for _, s := range tree {
		for i, line := range strings.Split(s.text, "\n") {
			if absolute.MatchString(line) {
				found = append(found, fmt.Sprintf("%s:%d: a path that other machines do not have", s.path, i+1))
			}
		}
	}
	return found
}
