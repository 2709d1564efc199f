package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"
)

// Bounds on one git command. Replaying the log of the largest public
// repositories takes git some minutes, in which it never falls silent for long.
const (
	longest      = 30 * time.Minute
	silence      = 20 * time.Second // without a byte of output, while we wait for one
	maxComplaint = 4 << 10          // bytes kept of what git says went wrong
	// maxAlloc is what git may allocate at once, since a pack can claim any size
	// for an object; window is how much of a pack it maps at once.
	maxAlloc = "512m"
	window   = "64m"
)

// memory is what one git command may fill: a tree that holds itself many times
// over is a list without end inside git before a byte of it is written.
var memory uint64 = 2 << 30

var errNoGit = errors.New("git is not installed: install it, or name the file itself")

// process is a running git command.
type process struct {
	name      string // the subcommand, for errors
	cmd       *exec.Cmd
	out       *patient
	complaint tail
	cancel    context.CancelFunc
}

// start starts one git command on a shadow directory, with an environment in
// which nothing but the shadow's configuration counts.
func start(ctx context.Context, shadow string, in io.Reader, args ...string) (*process, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, errNoGit
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	p := &process{name: args[0], cancel: cancel}
	p.cmd = exec.CommandContext(ctx, git, append([]string{"--git-dir=" + shadow, "--no-replace-objects", "--literal-pathspecs", "--no-pager",
		"-c", "core.packedGitWindowSize=" + window}, args...)...)
	p.cmd.Dir = shadow
	p.cmd.Env = environment(shadow)
	p.cmd.Stdin, p.cmd.Stderr = in, &p.complaint
	p.cmd.WaitDelay = time.Second
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	p.out = &patient{from: out}
	p.out.timer = time.AfterFunc(time.Hour, func() { p.out.late.Store(true); cancel() })
	p.out.timer.Stop()
	if err := p.cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	limit(p.cmd.Process.Pid)
	return p, nil
}

// environment is all that git sees of ours.
func environment(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_SYSTEM=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0",
		"GIT_PROTOCOL_FROM_USER=0", "GIT_ALLOW_PROTOCOL=", "GIT_ALLOC_LIMIT=" + maxAlloc,
	}
}

// wait waits for the end of the command, all of whose output has been read.
func (p *process) wait() error {
	err := p.cmd.Wait()
	p.cancel()
	p.out.timer.Stop()
	if p.out.late.Load() {
		return fmt.Errorf("git %s gave nothing for %v and was ended", p.name, silence)
	}
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", p.name, err, strings.TrimSpace(string(p.complaint)))
	}
	return nil
}

// end ends the command, whatever it is doing.
func (p *process) end() {
	p.cancel()
	_ = p.cmd.Wait() // it was killed: its end says nothing
	p.out.timer.Stop()
}

// run runs one git command on a shadow directory and returns its output, of
// which there may be at most max bytes.
func run(ctx context.Context, shadow string, max int64, args ...string) ([]byte, error) {
	p, err := start(ctx, shadow, nil, args...)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(p.out, max+1))
	if err != nil || int64(len(out)) > max {
		p.end()
		if err == nil {
			err = fmt.Errorf("git %s gave more than %d bytes", p.name, max)
		}
		return nil, err
	}
	if err := p.wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// patient reads what a process writes and gives up when it falls silent. The
// time in which nobody reads does not count.
type patient struct {
	from  io.Reader
	timer *time.Timer
	late  atomic.Bool
}

func (p *patient) Read(b []byte) (int, error) {
	p.timer.Reset(silence)
	n, err := p.from.Read(b)
	p.timer.Stop()
	return n, err
}

// tail keeps the end of what is written to it.
type tail []byte

func (t *tail) Write(b []byte) (int, error) {
	*t = append(*t, b...)
	if n := len(*t); n > maxComplaint {
		*t = bytes.Clone((*t)[n-maxComplaint:])
	}
	return len(b), nil
}
