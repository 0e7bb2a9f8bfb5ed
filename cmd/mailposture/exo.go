package main

import (
	"os"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/internal/exo"
)

// readExports reads the folder of --exo; nil without one.
func readExports(folder string) (*facts.Tenant, error) {
	if folder == "" {
		return nil, nil
	}
	tenant, err := exo.Read(os.DirFS(folder))
	if err != nil {
		return nil, usage("docs/gateway.md lists the commands that write the exports; nothing was judged", "--exo %s: %s", folder, err)
	}
	return tenant, nil
}
