package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// roleVariable makes the test binary play a role in place of running the tests,
// in a process of its own: what that process has in use is its own.
const roleVariable = "MAILPOSTURE_CHAOS_ROLE"

// role reads its orders as JSON, writes what it has to say as JSON, and ends, at
// the latest when there is nothing more to read.
type role func(orders *json.Decoder, say *json.Encoder) error

func roles() map[string]role { return map[string]role{"weather": playWeather, "scan": playScan} }

// playRole returns the exit code.
func playRole(name string) int {
	play, ok := roles()[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "no role is called %q\n", name)
		return 2
	}
	if err := play(json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// untilEnd returns when nobody has orders any more.
func untilEnd(orders *json.Decoder) {
	for {
		if err := orders.Decode(new(json.RawMessage)); err != nil {
			return
		}
	}
}

// playing is such a process. It ends with the test.
type playing struct{ *json.Decoder }

// another starts a process with its first orders.
func another(t *testing.T, role string, orders any) playing {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v: %s", role, err, &complaint)
		}
	})
	if err := json.NewEncoder(in).Encode(orders); err != nil {
		t.Fatal(err)
	}
	return playing{json.NewDecoder(out)}
}

// hear reads what the process says next.
func (p playing) hear(t *testing.T, what any) {
	t.Helper()
	if err := p.Decode(what); err != nil {
		t.Fatalf("the other process says nothing: %v", err)
	}
}
