package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/mailposture/mailposture/report"
)

// asked is how the questions went so far, or nil when no resolver is asked.
func (s source) asked() *report.Asked {
	if s.dns == nil {
		return nil
	}
	stats := s.dns.Stats()
	a := &report.Asked{
		Found: int(stats.Found), NoData: int(stats.NoData), NXDomain: int(stats.NXDomain), Failed: int(stats.Failed),
		Dropped: int(stats.Dropped), Resolvers: []report.Resolver{},
	}
	a.Questions = a.Found + a.NoData + a.NXDomain + a.Failed
	for _, server := range stats.Servers {
		a.Resolvers = append(a.Resolvers, report.Resolver{
			Server: server.Server.String(), Queries: int(server.Queries + server.TCP), Answers: int(server.Answers),
			Timeouts: int(server.Timeouts), Ignored: int(server.Junk + server.Late), TCP: int(server.TCP),
			RTT: int(server.RTT.Microseconds()), SetAside: server.SetAside,
		})
	}
	return a
}

// printAsked prints how the questions went, and a line for each resolver.
func printAsked(w io.Writer, summary report.Summary) {
	a := summary.Asked
	fmt.Fprintf(w, "mailposture: %d questions: %d found, %d nodata, %d nxdomain, %d failed; %s of what was to be known is\n",
		a.Questions, a.Found, a.NoData, a.NXDomain, a.Failed, percent(summary.Coverage.Known, summary.Coverage.Parts))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "resolver\tqueries\tover tcp\tlost\tignored\tmean rtt\t")
	for _, r := range a.Resolvers {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%d\t%s\t", r.Server, r.Queries, r.TCP, percent(r.Timeouts, r.Queries-r.TCP), r.Ignored,
			(time.Duration(r.RTT) * time.Microsecond).String())
		if r.SetAside != "" {
			fmt.Fprintf(t, "  set aside: %s", r.SetAside)
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // stderr is told what stderr can take
	if a.Dropped > 0 {
		fmt.Fprintf(w, "hint: this machine dropped %d datagrams for want of room: a lower --concurrency may lose fewer\n", a.Dropped)
	}
}

// percent is a share of a whole, "0%" of nothing.
func percent(part, whole int) string {
	if whole <= 0 {
		return "0%"
	}
	return fmt.Sprintf("%.4g%%", 100*float64(part)/float64(whole))
}
