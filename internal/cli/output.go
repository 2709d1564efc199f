package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kennel-oss/kennel/internal/report"
)

// reports writes each output; write renders one of them.
func (a *app) reports(outputs []output, verbose bool, write func(w io.Writer, as report.Format, o report.Options) error) error {
	for _, o := range outputs {
		options := a.options(o.path)
		options.Verbose = verbose
		if err := a.writeTo(o.path, func(w io.Writer) error { return write(w, o.format, options) }); err != nil {
			return &exit{exitFailed, err}
		}
	}
	return nil
}

// options are how a report is written to a path, "" for standard output.
func (a *app) options(path string) report.Options {
	width, _ := terminal(a.stdout)
	return report.Options{Tool: tool(), Width: width, Color: path == "" && a.colour(a.stdout)}
}

// written says on w what the answer was when all of it went into files.
func (f *scanFlags) written(w io.Writer, answer string, outputs []output) {
	if outputs[0].path != "" && !f.quiet {
		fmt.Fprintf(w, "kennel: %s; written: %s\n", strings.ToUpper(answer), paths(outputs))
	}
}

// writeTo calls write with the file at path, or with stdout when path is ""
// or "-". A file appears whole or not at all: it is written aside, synced and
// renamed.
func (a *app) writeTo(path string, write func(io.Writer) error) (err error) {
	if path == "" || path == "-" {
		out := bufio.NewWriterSize(a.stdout, 1<<16)
		if err := write(out); err != nil {
			return err
		}
		return out.Flush()
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usage("-o %s is a folder: name a file in it", path)
	} else if err == nil && !info.Mode().IsRegular() {
		// A pipe or /dev/stderr cannot be renamed over.
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		defer f.Close()
		return write(f)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w: choose a folder that exists and can be written to", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	out := bufio.NewWriterSize(f, 1<<16)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
