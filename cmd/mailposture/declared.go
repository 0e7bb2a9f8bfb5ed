package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/provider"
)

// declaredKey is the setting of the configuration file that no flag has: what
// the user knows of domains.
const declaredKey = "declared"

// readDeclared reads what a configuration file declares; nil when it declares
// nothing. An error shows the line.
func readDeclared(path string, providers *provider.Catalogue) (*facts.Declared, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usage("", "cannot read the configuration %s: %s", path, cause(err))
	}
	settings, err := decodeYAML(data)
	if err != nil {
		return nil, usage("", "%s is not valid\n%s", path, yaml.FormatError(err, false, true))
	}
	value, ok := settings[declaredKey]
	if !ok {
		return nil, nil
	}
	file := declaredFile{path: path, data: data, providers: providers}
	sections, ok := value.(map[string]any)
	if !ok {
		return nil, file.wrong("it holds settings such as roles", declaredKey)
	}
	declared := &facts.Declared{}
	for _, name := range settingNames(sections) {
		switch name {
		case "roles":
			declared.Roles, err = file.roles(sections[name])
		default:
			err = file.section(declared, name, sections[name])
		}
		if err != nil {
			return nil, err
		}
	}
	return declared, nil
}

// declaredFile is the file that errors point into.
type declaredFile struct {
	path      string
	data      []byte
	providers *provider.Catalogue
}

// roles reads a mapping of domains and patterns to what they do.
func (f declaredFile) roles(value any) ([]facts.DeclaredRoles, error) {
	domains, ok := value.(map[string]any)
	if !ok {
		return nil, f.wrong("roles is a mapping of domains to roles", declaredKey, "roles")
	}
	var all []facts.DeclaredRoles
	for _, pattern := range settingNames(domains) {
		roles, ok := plainList(domains[pattern])
		if !ok {
			return nil, f.wrong("a domain has one role, or a list of them", declaredKey, "roles", pattern)
		}
		one, err := facts.ParseDeclaredRoles(pattern, roles)
		if err != nil {
			return nil, f.wrong(err.Error(), declaredKey, "roles", pattern)
		}
		if slices.ContainsFunc(all, func(other facts.DeclaredRoles) bool { return other.Domains == one.Domains }) {
			return nil, f.wrong(one.Domains+" is declared twice", declaredKey, "roles", pattern)
		}
		all = append(all, one)
	}
	return all, nil
}

// wrong is an error about a setting, with its line.
func (f declaredFile) wrong(message string, keys ...string) error {
	path := "$"
	for _, key := range keys {
		path += ".'" + strings.ReplaceAll(key, "'", `\'`) + "'"
	}
	excerpt := ""
	if at, err := yaml.PathString(path); err == nil {
		if source, err := at.AnnotateSource(f.data, false); err == nil {
			excerpt = "\n" + string(source)
		}
	}
	return usage("declared holds "+strings.Join(declaredSections(), ", ")+"; each but accepted-domains is by domain, *.domain or *",
		"%s: %s: %s%s", f.path, strings.Join(keys, "."), message, excerpt)
}

// plainList reads a plain value, or a list of them, as texts.
func plainList(value any) ([]string, bool) {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	var texts []string
	for _, item := range items {
		switch item.(type) {
		case map[string]any, []any, nil:
			return nil, false
		}
		texts = append(texts, fmt.Sprint(item))
	}
	return texts, true
}

func settingNames(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
