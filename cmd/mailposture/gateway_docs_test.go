package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
)

// TestGatewayDocs reads the configuration in docs/gateway.md as the program does, and
// holds the page against the signs, settings and rules that there are.
func TestGatewayDocs(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "gateway.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	_, example, ok := strings.Cut(page, "```yaml\n")
	if !ok {
		t.Fatal("no configuration")
	}
	example, _, _ = strings.Cut(example, "```")
	config := filepath.Join(t.TempDir(), "mailposture.yaml")
	if err := os.WriteFile(config, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	declared, err := readDeclared(config, facts.DefaultOptions().Providers)
	if err != nil {
		t.Fatal(err)
	}
	if len(declared.Senders) != 1 || len(declared.Gateways) != 2 || len(declared.Roles) != 1 || declared.EnhancedFiltering[0].Value != facts.On {
		t.Errorf("%+v", declared)
	}
	for _, section := range declaredSections() {
		if !strings.Contains(example, "  "+section+":") {
			t.Errorf("the example lacks %s", section)
		}
	}
	var ids []string
	for _, r := range policy.Rules() {
		ids = append(ids, r.ID)
	}
	all := " " + strings.Join(ids, " ") + " "
	for _, id := range regexp.MustCompile(`M365\d{3}`).FindAllString(page, -1) {
		if !strings.Contains(all, " "+id+" ") {
			t.Errorf("there is no rule %s", id)
		}
	}
}
