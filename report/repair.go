package report

import (
	"slices"
	"strings"

	"github.com/mailposture/mailposture/facts"
	"github.com/mailposture/mailposture/policy"
	"github.com/mailposture/mailposture/record"
)

// AddRepairs puts into a result the changes that were proved for its verdicts,
// and into its findings which of them mend them. It is apart from New because
// proving costs more than all the rest, and not every format shows repairs.
func (r *Result) AddRepairs(repairs []policy.Repair) {
	r.Repairs = make([]Repair, len(repairs))
	for i, repair := range repairs {
		r.Repairs[i] = Repair{
			Name: record.Printable(repair.Name), Kind: repair.Kind,
			Old: recordsText(repair.Kind, repair.Old), New: recordsText(repair.Kind, repair.New),
		}
		for j := range r.Findings {
			f := &r.Findings[j]
			if slices.ContainsFunc(repair.Rules, func(rule *policy.Rule) bool { return rule.ID == f.Rule }) {
				f.Repairs = append(f.Repairs, i)
			}
		}
	}
}

// recordsText is the text of one record, as evidence shows it, or of several as
// a zone file has them.
func recordsText(kind string, data []string) string {
	if len(data) != 1 {
		return record.Printable(strings.Join(data, ", "))
	}
	if kind == facts.KindTXT {
		if octets, _, err := record.ParseTXT(data[0]); err == nil {
			return record.Text(octets)
		}
	}
	return record.Printable(data[0])
}

// piece is a part of a record that is like the other's, or differs.
type piece struct {
	Text    string
	Differs bool
}

// differences cuts two records into what they have in common and what not.
// Where one of them is not there, nothing is marked.
func differences(old, come string) ([]piece, []piece) {
	if old == "" || come == "" {
		return []piece{{old, false}}, []piece{{come, false}}
	}
	a, b := tokens(old), tokens(come)
	keepA, keepB := make([]bool, len(a)), make([]bool, len(b))
	from := 0
	for from < len(a) && from < len(b) && bare(a[from]) == bare(b[from]) {
		keepA[from], keepB[from] = true, true
		from++
	}
	endA, endB := len(a), len(b)
	for endA > from && endB > from && bare(a[endA-1]) == bare(b[endB-1]) {
		endA, endB = endA-1, endB-1
		keepA[endA], keepB[endB] = true, true
	}
	common(a[from:endA], b[from:endB], keepA[from:endA], keepB[from:endB])
	return pieces(a, keepA), pieces(b, keepB)
}

// mostCompared bounds the work on two long records: what lies between their
// common ends is then shown as different, all of it.
const mostCompared = 1 << 16

// common marks a longest common subsequence.
func common(a, b []string, keepA, keepB []bool) {
	if len(a)*len(b) > mostCompared {
		return
	}
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if bare(a[i]) == bare(b[j]) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case bare(a[i]) == bare(b[j]):
			keepA[i], keepB[j] = true, true
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
}

// tokens cuts a record behind each space, semicolon and comma.
func tokens(text string) []string {
	var list []string
	for text != "" {
		end := strings.IndexAny(text, " ;,") + 1
		if end == 0 {
			end = len(text)
		}
		for end < len(text) && text[end] == ' ' {
			end++
		}
		list, text = append(list, text[:end]), text[end:]
	}
	return list
}

// bare is a token without what parts it from the next.
func bare(token string) string { return strings.TrimRight(token, " ;,") }

// pieces joins neighbours of one sort.
func pieces(tokens []string, keep []bool) []piece {
	var list []piece
	for i, token := range tokens {
		if n := len(list); n > 0 && list[n-1].Differs == !keep[i] {
			list[n-1].Text += token
		} else {
			list = append(list, piece{token, !keep[i]})
		}
	}
	return list
}

// differing is what differs, with dots where something is between.
func differing(list []piece) string {
	var out []string
	for _, p := range list {
		if text := bare(strings.TrimSpace(p.Text)); p.Differs && text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, " ... ")
}
