// Package exo reads an administrator's exports of a Microsoft 365 tenant.
//
// An export is what a read-only command of Exchange Online PowerShell prints,
// as JSON: Get-AcceptedDomain | ConvertTo-Json > accepted-domains.json. Windows
// PowerShell writes it as UTF-16 and newer ones as UTF-8; one object comes
// without an array around it. Nothing is contacted.
package exo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
)

// Bounds on what is read: the export of a tenant with 5,000 accepted domains has
// some 10 MiB.
const (
	maxFiles = 64
	maxFile  = 64 << 20 // octets
)

// Read reads the files of a folder that end in .json. Each holds what one command
// printed; which one is known by the properties, not by the name. The error
// names the file that cannot be used, and then nothing of the folder is.
func Read(folder fs.FS) (*facts.Tenant, error) {
	names, err := exportNames(folder)
	if err != nil {
		return nil, err
	}
	tenant, from := &facts.Tenant{}, make(map[string]string)
	for _, name := range names {
		objects, err := readFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		k, err := kindOf(name, objects)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if other := from[k.command]; other != "" {
			return nil, fmt.Errorf("both %s and %s hold %s: one tenant a folder", other, name, k.command)
		}
		from[k.command] = name
		if err := k.read(tenant, objects); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if from[acceptedDomains] == "" {
		return nil, errors.New("no export of " + acceptedDomains + ", which says of which domains the others speak")
	}
	return tenant, nil
}

// exportNames lists the files to read, sorted.
func exportNames(folder fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		var cause *fs.PathError
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return nil, fmt.Errorf("cannot read the folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(strings.ToLower(e.Name()), ".json") {
			names = append(names, e.Name())
		}
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("no file that ends in .json")
	case len(names) > maxFiles:
		return nil, fmt.Errorf("%d files that end in .json, where at most %d are read", len(names), maxFiles)
	}
	slices.Sort(names)
	return names, nil
}

func readFile(folder fs.FS, name string) ([]object, error) {
	file, err := folder.Open(name)
	if err != nil {
		return nil, errors.New("cannot be opened")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, errors.New("cannot be read")
	case len(data) > maxFile:
		return nil, fmt.Errorf("longer than %d MiB", maxFile>>20)
	}
	return parse(data)
}
