package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// configName is the file that is looked for in the current folder, then in the
// user's configuration folder.
const configName = "mailposture.yaml"

// envPrefix begins the environment variables that set flags: MAILPOSTURE_FAIL_ON
// sets --fail-on.
const envPrefix = "MAILPOSTURE_"

// configure sets the flags that were not given from the environment, and those
// that are still open from the configuration file. The flags are the schema:
// what a flag refuses is refused there too. It returns the file that was used,
// or "".
func configure(c *cobra.Command, path string) (string, error) {
	path, data, err := findConfig(path)
	if err != nil {
		return "", err
	}
	if err := fromEnvironment(c.Flags()); err != nil {
		return "", err
	}
	return path, fromFile(c.Flags(), path, data)
}

// findConfig reads the file that --config, or else the search, names.
func findConfig(path string) (string, []byte, error) {
	if path == "" {
		path = os.Getenv(envPrefix + "CONFIG")
	}
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return "", nil, usage("", "cannot read the configuration %s: %s", path, cause(err))
		}
		return path, data, nil
	}
	candidates := []string{configName}
	if folder, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(folder, "mailposture", configName))
	}
	for _, path := range candidates {
		data, err := os.ReadFile(path)
		switch {
		case err == nil:
			return path, data, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", nil, usage("", "cannot read the configuration %s: %s", path, cause(err))
		}
	}
	return "", nil, nil
}

func fromEnvironment(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		variable := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := os.LookupEnv(variable)
		if !ok || f.Changed || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = usage("", "%s=%q: %s", variable, value, err)
		}
	})
	return failed
}

// fromFile sets flags from a YAML mapping of their long names.
func fromFile(flags *pflag.FlagSet, path string, data []byte) error {
	settings, err := decodeYAML(data)
	if err != nil {
		return usage("", "%s is not valid\n%s", path, yaml.FormatError(err, false, true))
	}
	names := make([]string, 0, len(settings))
	for name := range settings {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if name == declaredKey {
			continue // no flag; see readDeclared
		}
		f := flags.Lookup(name)
		if f == nil || name == "config" || name == "help" {
			if knownElsewhere(name) {
				continue // a setting of scan that eval has no use for
			}
			return settingError(path, data, name, "unknown setting "+name)
		}
		if f.Changed {
			continue
		}
		if err := setFlag(flags, f, settings[name]); err != nil {
			return settingError(path, data, name, err.Error())
		}
	}
	return nil
}

// decodeYAML reads a mapping. The library panics on some texts that are no
// YAML, and a file must not be able to end the program.
func decodeYAML(data []byte) (map[string]any, error) {
	var settings map[string]any
	err := errors.New("not YAML that can be read")
	func() {
		defer func() { _ = recover() }() // err stands
		err = yaml.Unmarshal(data, &settings)
	}()
	return settings, err
}

// knownElsewhere reports whether another command has the flag, so that one
// file can serve all.
func knownElsewhere(name string) bool {
	for _, c := range newRoot(stdio{}).Commands() {
		if c.Flags().Lookup(name) != nil {
			return true
		}
	}
	return false
}

// setFlag sets a flag to a YAML value; a list sets it once for each item.
func setFlag(flags *pflag.FlagSet, f *pflag.Flag, value any) error {
	items, isList := value.([]any)
	if !isList {
		items = []any{value}
	}
	for _, item := range items {
		switch item.(type) {
		case map[string]any, []any, nil:
			return fmt.Errorf("%s takes a plain value", f.Name)
		}
		if err := flags.Set(f.Name, fmt.Sprint(item)); err != nil {
			return err
		}
	}
	return nil
}

// settingError shows where in the file the setting stands.
func settingError(path string, data []byte, name, message string) error {
	excerpt := ""
	if at, err := yaml.PathString("$.'" + name + "'"); err == nil {
		if source, err := at.AnnotateSource(data, false); err == nil {
			excerpt = "\n" + string(source)
		}
	}
	return usage("the settings are the long names of the flags: see mailposture scan --help", "%s: %s%s", path, message, excerpt)
}
