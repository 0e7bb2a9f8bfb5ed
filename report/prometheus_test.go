package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	promComment = regexp.MustCompile(`^# (HELP|TYPE) (mailposture_[a-z_]+) (.+)$`)
	promSample  = regexp.MustCompile(`^(mailposture_[a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\["\\])*",?)+)\} ([0-9]+)$`)
	promLabel   = regexp.MustCompile(`([a-z]+)="(?:[^"\\]|\\["\\])*"`)
)

// harmlessPrometheus reads the text format as the node exporter does: one
// series that stands twice, or a metric that comes in two parts, is an error
// there, and hides the whole file.
func harmlessPrometheus(text string) error {
	metric := ""
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if m := promComment.FindStringSubmatch(line); m != nil {
			if m[1] == "HELP" {
				metric = m[2]
			}
			if m[2] != metric || m[1] == "TYPE" && m[3] != "gauge" || seen[m[1]+metric] {
				return fmt.Errorf("out of place: %s", line)
			}
			seen[m[1]+metric] = true
			continue
		}
		m := promSample.FindStringSubmatch(line)
		if m == nil || m[1] != metric {
			return fmt.Errorf("no sample of %s: %q", metric, line)
		}
		var labels []string
		for _, l := range promLabel.FindAllStringSubmatch(m[2], -1) {
			labels = append(labels, l[1])
		}
		names := strings.Join(labels, " ")
		if !slices.Contains([]string{"list", "list status", "list severity", "list rule name severity", "list policy", "list state"}, names) {
			return fmt.Errorf("labels %q: %s", names, line)
		}
		if seen[m[1]+m[2]] {
			return fmt.Errorf("twice: %s", line)
		}
		seen[m[1]+m[2]] = true
	}
	return nil
}

// TestPrometheusConvicts is the control of what no payload does.
func TestPrometheusConvicts(t *testing.T) {
	f, _ := FormatByName("prometheus")
	out := render(t, f, Options{}, sampleRun(), sampleResults())
	if err := harmlessPrometheus(out); err != nil {
		t.Fatal(err)
	}
	for what, broken := range map[string]string{
		"a series twice":        out + out[strings.LastIndex(out, "mailposture_"):],
		"a metric in two parts": out + `mailposture_parts{list="x",state="known"} 1` + "\n",
		"a value that is none":  strings.Replace(out, "} 4\n", "} four\n", 1),
		"no type":               strings.Replace(out, " gauge\n", "\n", 1),
	} {
		if broken == out || harmlessPrometheus(broken) == nil {
			t.Errorf("not convicted: %s", what)
		}
	}
}

// TestPrometheusRules: a rule that finds nothing is 0, and one that the run
// does not know is there, once.
func TestPrometheusRules(t *testing.T) {
	f, _ := FormatByName("prometheus")
	r := blank("example.com", 1)
	r.Findings = []Finding{{Rule: "OLD001", Name: "an-old-one", Severity: "low"}}
	out := render(t, f, Options{}, sampleRun(), []Result{r})
	for _, want := range []string{
		`mailposture_rule_domains{list="lists/domains.txt",rule="SPF005",name="spf-too-many-lookups",severity="high"} 0` + "\n",
		`mailposture_rule_domains{list="lists/domains.txt",rule="OLD001",name="an-old-one",severity="low"} 1` + "\n",
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("lacks %s", want)
		}
	}
}
