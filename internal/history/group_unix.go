//go:build unix

package history

import (
	"os/exec"
	"syscall"
)

// together makes a command end together with the helpers that it starts. It is
// asked to, so that it removes what it has half of.
func together(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}
