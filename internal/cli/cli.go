// Package cli is Kennel's command line: one file a command, and the only
// place where the rooms are wired together. It reads the clock once.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Version of this build. Release builds set it with -ldflags.
var Version = "0.1.0-dev"

// Exit codes, all of them. Where several apply to a scan, 1 beats 3 and 3
// beats 4.
const (
	exitOK      = 0 // below --fail-on
	exitVerdict = 1 // at or above --fail-on
	exitUsage   = 2 // wrong use
	exitFailed  = 3 // could not do the job, or nothing was recognised
	exitGaps    = 4 // a recognised input was unreadable, or only the starter set answered
)

// exit is an error with an exit code. A quiet one has been reported already.
type exit struct {
	code int
	err  error // nil when quiet
}

func (e *exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &exit{exitUsage, fmt.Errorf(format, args...)}
}

// app is what every command is given.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            time.Time // the one reading of the clock
}

// Main runs the program and returns its exit code.
func Main() int {
	// A run is short and its garbage small: collecting less often halves the
	// time of a scan. The limit keeps large ones bounded all the same.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(512 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{os.Stdin, os.Stdout, os.Stderr, os.Getenv, time.Now().UTC()}
	return a.run(ctx, os.Args[1:])
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil { // what was broken off says nothing
		fmt.Fprintln(a.stderr, "kennel: broken off")
		return exitFailed
	}
	var coded *exit
	if errors.As(err, &coded) {
		if coded.err != nil {
			fmt.Fprintf(a.stderr, "kennel: %s\n", harmless(coded.err.Error()))
		}
		return coded.code
	}
	fmt.Fprintf(a.stderr, "kennel: %s\n", harmless(err.Error()))
	if wrongUse(err) {
		fmt.Fprintf(a.stderr, "%s --help says what it takes\n", cmd.CommandPath())
		return exitUsage
	}
	return exitFailed
}

// arguments accepts from least to most of them, and else says what to write.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if least <= len(args) && len(args) <= most {
			return nil
		}
		return usage("%s given: write %s", plural(len(args), "argument", "arguments"), cmd.UseLine())
	}
}

// wrongUse tells cobra's own errors, which have no type.
func wrongUse(err error) bool {
	for _, start := range []string{"unknown command", "unknown flag", "unknown shorthand", "flag needs an argument", "invalid argument", "if any flags in the group"} {
		if strings.HasPrefix(err.Error(), start) {
			return true
		}
	}
	return false
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kennel",
		Short: "Secure the open source you depend on",
		Long: `Kennel says what open source is in a product, whether any of it is known to
be dangerous, and what to do next. It connects to nothing unless asked to, and
says of every answer what it did not check.`,
		Example: `  kennel db update                    fetch the advisory database (once, then now and then)
  kennel scan .                       what is in this project, and is it dangerous?
  kennel scan --format sarif -o kennel.sarif .
  kennel vet --upgrade old.lock new.lock   should this update come in?
  kennel demo xz                      what could be seen before there was an advisory
  kennel why lodash .                 who brings it in?
  kennel explain CVE-2021-44228       what is known about it?`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       Version,
		CompletionOptions: cobra.CompletionOptions{
			HiddenDefaultCmd: true,
		},
	}
	root.SetVersionTemplate("kennel {{.Version}}\n")
	root.AddCommand(a.scan(), a.sbom(), a.why(), a.vet(), a.demo(), a.db(), a.explain(), a.policy())
	return root
}

// terminal reports whether w is a terminal, and how wide it is.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	return width, err == nil
}

// colour reports whether w should get ANSI colours (https://no-color.org).
func (a *app) colour(w io.Writer) bool {
	if a.getenv("NO_COLOR") != "" || a.getenv("TERM") == "dumb" {
		return false
	}
	if a.getenv("CLICOLOR_FORCE") != "" {
		return true
	}
	_, ok := terminal(w)
	return ok
}
