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
	// leastRound is the fewest exchanges that say something about a window: on a
	// bad line, the losses of fewer vary too much by chance.
	leastRound = 64
	// Shares of a round. Some names are never answered, whatever the window:
	// only many losses narrow it, and it still grows with few.
	lossMany = 1.0 / 8
	lossFew  = 1.0 / 32
	// lossMost is what no path loses on its own: the server is gone, or drowns.
	lossMost = 3.0 / 4
	// cured is the part of its losses that a round may keep for a narrower window
	// to count as the remedy.
	cured = 3.0 / 4
)

// window is how many queries a server may have in flight. It grows by addition
// while answers come, and is halved when many do not (AIMD). It looks at rounds
// of as many exchanges as it is wide, so that what is lost at once counts once.
//
// Not every loss is of our making: a bad line loses a third of what it carries
// however little that is, and a window that kept shrinking would only be slow.
// So a loss that a narrower window does not cure is taken for the path's own,
// and the window goes back to what it was.
type window struct {
	size    int
	answers int     // of this round
	losses  int     // of this round
	filled  bool    // in this round, more than half of it was in use
	usual   float64 // the share that the path loses on its own, as far as is known
	blamed  float64 // the share for which the window was narrowed a round ago; 0: it was not
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
	share := float64(w.losses) / float64(max(w.answers+w.losses, 1))
	blamed := w.blamed
	w.blamed = 0
	switch {
	case dropped || share > lossMost:
		w.size = max(w.size/2, leastWindow)
	case blamed > 0 && share >= blamed*cured:
		w.usual, w.size = share, min(w.size*2, mostWindow)
	case share > w.usual+lossMany:
		w.blamed, w.size = share, max(w.size/2, leastWindow)
	case w.filled && share <= w.usual+lossFew: // what is not used up need not grow
		w.size = min(w.size+widening, mostWindow)
	}
	if share < w.usual {
		w.usual += (share - w.usual) / 8 // a path may get better, and one round may be luck
	}
	w.answers, w.losses, w.filled = 0, 0, false
}
