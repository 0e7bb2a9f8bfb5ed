package scanner

// The bounds of a window, and where it starts.
const (
	leastWindow  = 4
	mostWindow   = 4096
	localWindow  = 256 // for a server on a loopback address
	remoteWindow = 64
)

const (
	// widening is what a round without trouble adds to a window.
	widening = 32
	// leastRound is the fewest exchanges that say something about a window.
	leastRound = 16
	// lossMany and lossFew are shares of a round, as one in so many. Some names
	// are never answered, whatever the window: only many losses narrow it, and
	// it still grows with few.
	lossMany = 8
	lossFew  = 32
)

// window is how many queries a server may have in flight. It grows by addition
// while answers come, and is halved when many do not (AIMD). It looks at rounds
// of as many exchanges as it is wide, so that what is lost at once counts once.
type window struct {
	size    int
	answers int  // of this round
	losses  int  // of this round
	filled  bool // in this round, more than half of it was in use
}

func newWindow(local bool) window {
	if local {
		return window{size: localWindow}
	}
	return window{size: remoteWindow}
}

// learn counts an exchange that ended while so many were in flight, and reports
// whether that ended a round. The round is judged by close.
func (w *window) learn(lost bool, inFlight int) bool {
	if lost {
		w.losses++
	} else {
		w.answers++
	}
	w.filled = w.filled || inFlight*2 >= w.size
	return w.answers+w.losses >= max(w.size, leastRound)
}

// close ends a round. Dropped says that this machine threw datagrams away that
// had arrived.
func (w *window) close(dropped bool) {
	total := w.answers + w.losses
	switch {
	case dropped || w.losses*lossMany > total:
		w.size = max(w.size/2, leastWindow)
	case w.filled && w.losses*lossFew <= total: // what is not used up need not grow
		w.size = min(w.size+widening, mostWindow)
	}
	w.answers, w.losses, w.filled = 0, 0, false
}
