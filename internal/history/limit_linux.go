package history

import "golang.org/x/sys/unix"

// limit bounds the memory that a process may fill. What it maps of the
// examined files does not count.
func limit(pid int) {
	// A refusal leaves the bounds on single allocations and on time.
	_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: memory, Max: memory}, nil)
}
