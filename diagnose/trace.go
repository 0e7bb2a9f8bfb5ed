package diagnose

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
	"unicode/utf8"
)

// relayPoolName is what a trace says of a message that left from the relay pool.
// The whole name counts: "Regular" is in it, too.
const relayPoolName = "RegularRelayOutboundPool"

// maxRows bounds the rows of a trace.
const maxRows = 50_000

var (
	poolIn = regexp.MustCompile(`(?i)OutboundIpPoolName(?:"\s*String="|["']?\s*[=:]\s*"?)([A-Za-z0-9_.-]+)`)
	ledIn  = regexp.MustCompile(`(?i)LED=\{?([^{}\[\]]{3,900})`)
	fqdnIn = regexp.MustCompile(`(?i)FQDN=\{?([a-z0-9_.-]+)`)
)

// rows is a trace as a table. Its first row names the columns.
type rows struct {
	reader  *csv.Reader
	columns []string // lower case, letters only
}

// traceRows is a text as a trace, or nil where its first line is not that of
// one.
func traceRows(data []byte) *rows {
	const longestHead = 8 << 10
	text := data
	if wide, ok := fromUTF16(data[:min(len(data), longestHead)]); ok {
		if !traceHead(wide) {
			return nil
		}
		all, _ := fromUTF16(data)
		text = []byte(all)
	}
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), "\r\n")
	for bytes.HasPrefix(text, []byte("#TYPE")) || bytes.HasPrefix(text, []byte("sep=")) { // of PowerShell and of Excel
		_, text = cutLine(text)
	}
	line, _ := cutLine(text[:min(len(text), longestHead)])
	if !utf8.Valid(line) || !traceHead(string(line)) {
		return nil
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = comma(string(line))
	r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = true, -1, true
	head, err := r.Read()
	if err != nil {
		return nil
	}
	table := &rows{reader: r}
	for _, name := range head {
		table.columns = append(table.columns, letters(name))
	}
	return table
}

// comma is what separates the columns of a line.
func comma(line string) rune {
	best := ','
	for _, c := range []rune{';', '\t'} {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}

// letters is a column's name as all exports spell it: "recipient_address",
// "Recipient address" and "RecipientAddress" are one.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isLetter(byte(r)) {
			return r | 0x20
		}
		return -1
	}, name)
}

// traceHead reports whether a line names columns of a trace: one that only
// traces have, or three that they share with others.
func traceHead(line string) bool {
	line, _, _ = strings.Cut(strings.TrimLeft(line, "\r\n\ufeff"), "\n")
	if strings.HasPrefix(line, "#TYPE") || strings.HasPrefix(line, "sep=") {
		return true
	}
	fields := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' })
	shared := 0
	for _, f := range fields {
		switch letters(f) {
		case "outboundippoolname", "messagetraceid", "networkmessageid", "customdata", "recipientstatus", "origintimestamputc":
			return len(fields) > 1
		case "messageid", "senderaddress", "recipientaddress", "status", "received", "subject", "fromip", "toip", "eventid", "event", "detail", "date":
			shared++
		}
	}
	return shared >= 3
}

// trace reads the rows.
func (e *Evidence) trace(table *rows) {
	e.Kind = Trace
	var replies []Reply
	others := "" // a recipient of an event that is no failure
	for n := 0; ; n++ {
		cells, err := table.reader.Read()
		if err != nil {
			break
		}
		if n == maxRows {
			e.note("only the first 50,000 rows are looked at")
			break
		}
		found, recipient := e.traceRow(table.columns, cells)
		first(&others, recipient)
		replies = append(replies, found...)
		if len(replies) > 4*maxReplies {
			e.addReplies(replies)
			replies = nil
		}
	}
	e.addReplies(replies)
	if len(e.Recipients) == 0 && others != "" {
		e.Recipients = []string{others}
	}
}

// traceRow reads one event or message, and returns whom it is about.
func (e *Evidence) traceRow(columns, cells []string) ([]Reply, string) {
	var replies []Reply
	row := make(map[string]string)
	for i, cell := range cells {
		cell = cell[:min(len(cell), maxFieldOctets)]
		if i < len(columns) {
			row[columns[i]] = cell
		}
		if i >= len(columns) || !ofServer(columns[i]) || !strings.Contains(cell, "=") && !strings.Contains(cell, ":") {
			continue
		}
		for _, m := range poolIn.FindAllStringSubmatch(cell, 4) {
			e.pool(m[1])
		}
		for _, m := range ledIn.FindAllStringSubmatch(cell, 4) {
			r := newReply(m[1], "")
			if host := fqdnIn.FindStringSubmatch(cell); host != nil {
				r.Host = hostName(host[1])
			}
			replies = append(replies, r)
		}
	}
	e.pool(row["outboundippoolname"])
	recipient := findEmail(row["recipientaddress"] + " " + row["recipientstatus"])
	first(&e.Sender, domainOf(findEmail(row["returnpath"]+" "+row["senderaddress"])))
	status := strings.ToLower(row["status"] + " " + row["event"] + " " + row["eventid"] + " " + row["recipientstatus"])
	if len(replies) == 0 {
		for _, r := range repliesIn(row["detail"] + "\n\n" + row["recipientstatus"]) {
			if len(r.Codes) > 0 {
				replies = append(replies, r)
			}
		}
	}
	if len(replies) == 0 && strings.Contains(status, "deliver") && !strings.Contains(status, "fail") {
		replies = []Reply{{Text: "Delivered", Action: Delivered}}
	}
	for i := range replies {
		if recipient != "" {
			replies[i].Recipient = recipient
		}
	}
	if recipient != "" && strings.Contains(status, "fail") && len(e.Recipients) < maxReplies {
		e.Recipients = appendNew(e.Recipients, recipient)
	}
	return replies, recipient
}

// ofServer reports whether Microsoft's servers write what stands in a column. The
// others may hold what the sender wrote: a subject, a Message-ID, an address.
func ofServer(column string) bool {
	switch column {
	case "customdata", "data", "eventdata", "detail", "details", "recipientstatus", "sourcecontext", "messageinfo", "error", "errors", "reason":
		return true
	}
	return false
}

// pool notes the name of an outbound pool.
func (e *Evidence) pool(name string) {
	const most = 8
	if name = strings.TrimSpace(name); name != "" && len(e.Pools) < most && len(name) <= maxShownWord {
		e.Pools = appendNew(e.Pools, name)
	}
}
