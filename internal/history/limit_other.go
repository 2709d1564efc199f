//go:build !linux

package history

// limit does nothing: this system cannot bound another process's memory. What
// is left are the bounds on single allocations and on time.
func limit(int) {}
