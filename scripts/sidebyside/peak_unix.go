//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peakKiB is the process's largest resident set.
func peakKiB(s *os.ProcessState) int64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss / 1024 // bytes there
	}
	return int64(usage.Maxrss)
}
