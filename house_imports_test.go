package mailposture_test

import (
	"slices"
	"strconv"
	"strings"
)

// mayImport is who imports whom among our packages. A package that is not here
// has no room in the house yet.
func mayImport() map[string][]string {
	return map[string][]string{
		"record":                {},
		"provider":              {},
		"facts":                 {"record", "provider"},
		"relay":                 {"facts"},
		"policy":                {"facts", "relay", "record", "provider"},
		"diagnose":              {"facts", "relay", "provider", "record"},
		"report":                {"policy", "diagnose", "relay", "facts", "record"}, // record for Text, which every result passes through
		"scanner/zone":          {"facts"},
		"scanner":               {"facts", "scanner/zone"},
		"internal/exo":          {"facts"},
		"internal/gospf":        {},
		"internal/dnstest":      {"scanner/zone", "facts"},
		"internal/spfsuite":     {"record", "facts", "scanner/zone"},
		"internal/chaos":        {},
		"internal/chaos/oracle": {},
		"internal/realdata":     {"record", "facts"},
		"internal/differential": {},
		"cmd/realdata":          {"facts", "internal/realdata", "scanner/zone"},
		"cmd/mailposture": {
			"record", "provider", "facts", "relay", "policy", "diagnose", "report",
			"scanner", "scanner/zone", "internal/exo", "internal/gospf",
		},
	}
}

// pure packages do no I/O, and take neither time nor chance from the machine.
func pure() []string {
	return []string{"record", "facts", "provider", "relay", "policy", "diagnose", "report"}
}

// impure are the imports that a pure package must not have; one that ends with
// a slash stands for all below it.
func impure() []string {
	return []string{
		"os", "os/", "io/ioutil", "path/filepath", "syscall", "unsafe", "plugin",
		"net", "net/http", "net/http/", "net/rpc", "net/rpc/", "net/smtp", "crypto/tls", "C",
		"math/rand", "math/rand/v2", "crypto/rand", "golang.org/x/sys/", dnsLibrary,
	}
}

// clocks are what reads or waits for a clock.
func clocks() map[string][]string {
	return map[string][]string{
		"time":    {"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep"},
		"context": {"WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"},
	}
}

const dnsLibrary = "github.com/miekg/dns"

// mayUseDNSLibrary are the files and folders that may import it, besides tests.
func mayUseDNSLibrary() []string {
	return []string{"scanner/wire.go", "scanner/zone/", "internal/dnstest/"}
}

func importRules() []rule {
	const header = "// Package x is x.\npackage x\n"
	return []rule{
		{
			name: "who imports whom", convict: convictImports,
			innocent: map[string]string{
				"facts/x.go":            header + `import _ "` + module + `/record"`,
				"facts/x_test.go":       header + `import _ "` + module + `/scanner/zone"`,
				"internal/chaos/dns.go": header + `import _ "fmt"`,
			},
			guilty: []map[string]string{
				{"facts/x.go": header + `import _ "` + module + `/policy"`},
				{"scanner/zone/x.go": header + `import zone "` + module + `/scanner"`},
				{"cmd/mailposture/x.go": header + `import _ "` + module + `/internal/dnstest"`},
				{"facts/x_test.go": header + `import _ "` + module + `/cmd/mailposture"`}, // not even a test
				{"newroom/x.go": header},
			},
		},
		{
			name: "pure packages", convict: convictImpurity,
			innocent: map[string]string{
				"facts/x.go":   header + "import (\n\"net/netip\"\n\"time\"\n)\nvar d time.Duration\nvar a netip.Addr\n",
				"facts/y.go":   header + "type clock struct{}\nfunc (clock) Now() {}\nfunc f(time clock) { time.Now() }\n",
				"scanner/x.go": header + "import (\n\"net\"\n\"time\"\n)\nvar t = time.Now()\nvar c net.Conn\n",
			},
			guilty: []map[string]string{
				{"facts/x.go": header + `import "os"`},
				{"facts/x.go": header + `import _ "net"`},
				{"policy/x.go": header + `import h "net/http/httptest"`},
				{"record/x.go": header + `import "math/rand/v2"`},
				{"report/x.go": header + `import "` + dnsLibrary + `"`},
				{"report/x.go": header + "import \"time\"\nvar t = time.Now()\n"},
				{"report/x.go": header + "import c \"time\"\nvar now = c.Now\n"}, // not called, and renamed
				{"report/x.go": header + "import . \"time\"\nvar t = Now()\n"},   // not qualified
				{"diagnose/x.go": header + "import \"time\"\nfunc f(t time.Time) time.Duration { return time.Since(t) }\n"},
				{"diagnose/x.go": header + "import \"context\"\nvar f = context.WithTimeout\n"},
			},
		},
		{
			name: "DNS library", convict: convictDNSLibrary,
			innocent: map[string]string{
				"scanner/wire.go":     header + `import "` + dnsLibrary + `"`,
				"scanner/zone/any.go": header + `import "` + dnsLibrary + `"`,
				"facts/x_test.go":     header + `import "` + dnsLibrary + `"`,
			},
			guilty: []map[string]string{
				{"scanner/scanner.go": header + `import "` + dnsLibrary + `"`},
				{"internal/chaos/x.go": header + `import "` + dnsLibrary + `"`},
				{"scanner/wire.go": header + `import "codeberg.org/miekg/dns"`}, // another module
			},
		},
	}
}

// eachImport visits the paths that a file imports, and lists the complaints.
func eachImport(s source, visit func(path string, complain func(format string, args ...any))) []string {
	var found []string
	for _, spec := range s.ast.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has taken it, so this cannot be
		}
		visit(path, func(format string, args ...any) {
			found = append(found, s.at(spec.Pos(), format, args...))
		})
	}
	return found
}

func convictImports(tree []source) []string {
	var found []string
	table := mayImport()
	for _, s := range tree {
		if s.ast == nil {
			continue
		}
		allowed, known := table[s.dir()]
		if !known && !s.isTest() {
			found = append(found, s.at(s.ast.Package, "%s has no room in the table of house_imports_test.go", s.dir()))
		}
		found = append(found, eachImport(s, func(path string, complain func(string, ...any)) {
			ours, isOurs := strings.CutPrefix(path, module+"/")
			switch {
			case !isOurs:
			case strings.HasPrefix(ours, "cmd/"):
				complain("nothing imports %s", ours)
			case !s.isTest() && !slices.Contains(allowed, ours):
				complain("%s must not import %s", s.dir(), ours)
			}
		})...)
	}
	return found
}

func convictImpurity(tree []source) []string {
	var found []string
	for _, s := range shipped(tree) {
		if !slices.Contains(pure(), s.dir()) {
			continue
		}
		found = append(found, eachImport(s, func(path string, complain func(string, ...any)) {
			if listed(impure(), path) {
				complain("%s is pure: no %s", s.dir(), path)
			}
		})...)
	}
	for _, p := range packages(shipped(tree)) {
		if slices.Contains(pure(), p.dir) {
			found = append(found, p.uses(clocks(), "%s is pure: no %s", p.dir)...)
		}
	}
	return found
}

func convictDNSLibrary(tree []source) []string {
	var found []string
	for _, s := range shipped(tree) {
		found = append(found, eachImport(s, func(path string, complain func(string, ...any)) {
			switch {
			case path == dnsLibrary && !listed(mayUseDNSLibrary(), s.path):
				complain("%s is for %s", path, strings.Join(mayUseDNSLibrary(), ", "))
			case path != dnsLibrary && strings.HasSuffix(path, "/miekg/dns"):
				complain("the DNS library is %s", dnsLibrary)
			}
		})...)
	}
	return found
}

// listed reports whether the list holds the path, or a folder above it.
func listed(list []string, path string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		return path == entry || strings.HasSuffix(entry, "/") && strings.HasPrefix(path, entry)
	})
}
