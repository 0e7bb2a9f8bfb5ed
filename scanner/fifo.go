package scanner

// fifo is a queue. The zero value is an empty one.
type fifo[T any] struct {
	items []T
	head  int
}

func (f *fifo[T]) push(item T) { f.items = append(f.items, item) }

func (f *fifo[T]) empty() bool { return f.head == len(f.items) }

// front is the oldest item; there must be one.
func (f *fifo[T]) front() T { return f.items[f.head] }

// pop drops the oldest item. The room of what was dropped is used again as soon
// as it is half of all.
func (f *fifo[T]) pop() {
	var none T
	f.items[f.head] = none
	f.head++
	if f.head*2 >= len(f.items) {
		n := copy(f.items, f.items[f.head:])
		clear(f.items[n:])
		f.items, f.head = f.items[:n], 0
	}
}
