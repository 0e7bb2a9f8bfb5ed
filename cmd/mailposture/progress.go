package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/mailposture/mailposture/report"
)

// progress is the line on stderr that shows how far a run is. nil draws
// nothing.
type progress struct {
	bar        *progressbar.ProgressBar
	incomplete int
}

// newProgress draws done, total, rate and time left; without a total, what is
// known without it.
func newProgress(w io.Writer, draw bool, total int) *progress {
	if !draw {
		return nil
	}
	return &progress{bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("scanning"),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("domains"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionFullWidth(),
	)}
}

// add counts a result.
func (p *progress) add(r report.Result) {
	if p == nil {
		return
	}
	if r.Status == report.Incomplete {
		p.incomplete++
		p.bar.Describe(fmt.Sprintf("scanning, %d incomplete", p.incomplete))
	}
	_ = p.bar.Add(1) // an error means that stderr is gone, which stops nothing
}

// done clears the line.
func (p *progress) done() {
	if p != nil {
		_ = p.bar.Clear()
	}
}
