// Toolchain-reference makes the reference set of layer source: which files the
// autotools put into tarballs, and since when each of them exists.
//
//	go run ./scripts/toolchain-reference [-work folder] [-offline] [-repositories folder] [-o internal/layer/source]
//
// It reads Debian's toolchain packages, which it downloads with "apt-get
// download" into the work folder, in every version that the machine's sources
// offer, and upstream's tarballs of some (*.orig.tar.*) where source packages are
// offered. What is in the folder already is used as well, so that several
// releases can be put together. The committed files were made with the sources
// of bullseye, bookworm, trixie and sid. Where gnulib's package holds its history
// as a git bundle, every version that any commit had is taken, from the newest
// such package. Nothing of a package is run.
//
// In the folder of repositories it takes every version that a branch or tag of
// the toolchain's repositories ever had of the files that its tools copy (see
// origins), and the patches that distributions apply to libtool. A clone of
// github.com/OWNER/NAME is looked for as OWNER+NAME or OWNER+NAME/repo. One that
// is missing is an error: the same inputs give the same bytes.
//
// A file dates from the first upload of its upstream version, as the package's
// changelog has it, or from its own time where that is earlier; a file of a
// repository from the first commit with it, one of a tarball from the time that
// it has there. These are days at which it existed for certain; it may be
// somewhat older.
//
// Three files come out: reference.bin, sorted records of 14 bytes (the first 12
// of the git blob id, then days since 1990-01-01); lines.bin, records of 12 bytes
// for lines of scripts and m4 files, since makers of releases have them in patched
// versions; and serials.txt, the serial numbers of m4 files and the day from which
// each was the highest.
package main

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// packages hold what autotools releases copy files from.
var packages = []string{"autoconf", "autoconf-archive", "autoconf2.13", "autoconf2.64", "autoconf2.69", "automake", "automake1.11",
	"autopoint", "autotools-dev", "bison", "flex", "gettext", "gnome-common", "gnulib", "gtk-doc-tools", "intltool", "libtool",
	"pkg-config", "pkgconf", "pkgconf-bin", "texinfo"}

// sources are the packages whose upstream tarballs count too: Debian patches
// the files that its own packages hold.
var sources = []string{"autoconf", "automake-1.16", "automake-1.17", "gettext", "gnome-common", "gtk-doc", "intltool", "libtool", "pkg-config", "pkgconf"}

func main() {
	work := flag.String("work", "", "keep downloads here and use the packages that are here (default: a temporary folder)")
	offline := flag.Bool("offline", false, "download nothing")
	repositories := flag.String("repositories", "", "a folder of the toolchain's repositories, as owner+name or owner+name/repo")
	out := flag.String("o", filepath.Join("internal", "layer", "source"), "the folder to write to")
	flag.Parse()
	if err := run(*work, *repositories, *out, *offline); err != nil {
		fmt.Fprintln(os.Stderr, "toolchain-reference:", err)
		os.Exit(1)
	}
}

func run(work, repositories, out string, offline bool) error {
	if work == "" {
		temp, err := os.MkdirTemp("", "kennel-reference-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temp)
		work = temp
	}
	work, err := filepath.Abs(work)
	if err != nil {
		return err
	}
	if !offline {
		if err := download(work); err != nil {
			return err
		}
	}
	debs, err := filepath.Glob(filepath.Join(work, "*.deb"))
	if err != nil {
		return err
	}
	if len(debs) == 0 {
		return fmt.Errorf("no package in %s", work)
	}
	origs, err := filepath.Glob(filepath.Join(work, "*.orig.tar.*"))
	if err != nil {
		return err
	}
	set := newSet()
	for _, deb := range debs {
		// Each bundle holds the whole history up to its day.
		if strings.HasPrefix(filepath.Base(deb), "gnulib_") {
			set.bundled = max(set.bundled, deb)
		}
	}
	for _, deb := range debs {
		if err := set.deb(deb, work); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(deb), err)
		}
	}
	for _, orig := range origs {
		if err := set.orig(orig); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(orig), err)
		}
	}
	for _, u := range origins {
		if repositories == "" {
			break
		}
		if err := set.origin(repositories, u); err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
	}
	return set.write(out)
}

// download brings the packages, each in every version there is. What the
// machine's sources lack is named and left out.
func download(work string) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	if err := get(work, packages, "Packages", "download"); err != nil {
		return err
	}
	// What is gone from a mirror was named by apt-get; the rest counts.
	if err := get(work, sources, "Sources", "source", "--download-only", "--tar-only"); err != nil {
		fmt.Fprintln(os.Stderr, "not all sources could be had:", err)
	}
	return nil
}

// get downloads packages in every version of that kind, "Packages" or "Sources".
func get(work string, names []string, kind string, args ...string) error {
	listed, err := exec.Command("apt-cache", append([]string{"madison"}, names...)...).Output()
	if err != nil {
		return fmt.Errorf("apt-cache madison: %w", err)
	}
	versions, offered := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(listed)) {
		f := strings.Split(line, "|")
		if name := strings.TrimSpace(f[0]); len(f) == 3 && strings.Contains(f[2], kind) && slices.Contains(names, name) {
			versions[name+"="+strings.TrimSpace(f[1])], offered[name] = true, true
		}
	}
	for _, name := range names {
		if !offered[name] {
			fmt.Fprintf(os.Stderr, "not among the %s offered here: %s\n", kind, name)
		}
	}
	if len(versions) == 0 {
		return nil
	}
	cmd := exec.Command("apt-get", append(append([]string{"-q"}, args...), slices.Sorted(maps.Keys(versions))...)...)
	cmd.Dir, cmd.Stderr = work, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w", args[0], err)
	}
	return nil
}

const idBytes = 12

type id [idBytes]byte

// line is the beginning of the SHA-256 of a line as source.normal writes it.
type line [lineBytes]byte

const lineBytes = 10

// epoch is day 0 of the reference; older files count as of it.
var epoch = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// set gathers the reference.
type set struct {
	since   map[id]time.Time
	serials map[string]map[int]time.Time // m4 file name -> serial -> first seen
	lines   map[line]time.Time           // of packages' scripts and m4 files
	from    []string                     // package versions
	bundled string                       // the gnulib package whose bundle is read
}

func newSet() *set {
	return &set{map[id]time.Time{}, map[string]map[int]time.Time{}, map[line]time.Time{}, nil, ""}
}

func (s *set) add(i id, at time.Time) {
	if old, ok := s.since[i]; !ok || at.Before(old) {
		s.since[i] = at
	}
}

func (s *set) addSerial(name string, n int, at time.Time) {
	if s.serials[name] == nil {
		s.serials[name] = map[int]time.Time{}
	}
	if old, ok := s.serials[name][n]; !ok || at.Before(old) {
		s.serials[name][n] = at
	}
}

func day(t time.Time) uint16 {
	return uint16(min(max(0, int(t.Sub(epoch)/(24*time.Hour))), 1<<16-1))
}

func (s *set) write(out string) error {
	ids := slices.SortedFunc(maps.Keys(s.since), func(a, b id) int { return bytes.Compare(a[:], b[:]) })
	var b bytes.Buffer
	for _, i := range ids {
		b.Write(i[:])
		b.Write(binary.BigEndian.AppendUint16(nil, day(s.since[i])))
	}
	if err := os.WriteFile(filepath.Join(out, "reference.bin"), b.Bytes(), 0o644); err != nil {
		return err
	}
	var l bytes.Buffer
	for _, i := range slices.SortedFunc(maps.Keys(s.lines), func(a, b line) int { return bytes.Compare(a[:], b[:]) }) {
		l.Write(i[:])
		l.Write(binary.BigEndian.AppendUint16(nil, day(s.lines[i])))
	}
	if err := os.WriteFile(filepath.Join(out, "lines.bin"), l.Bytes(), 0o644); err != nil {
		return err
	}
	var t strings.Builder
	fmt.Fprintf(&t, "# The highest serial of each m4 file, and from when. Made, like reference.bin (%d files),\n", len(ids))
	fmt.Fprintf(&t, "# by go run ./scripts/toolchain-reference, out of:\n")
	for _, f := range slices.Sorted(slices.Values(s.from)) {
		fmt.Fprintf(&t, "#   %s\n", f)
	}
	for _, name := range slices.Sorted(maps.Keys(s.serials)) {
		type step struct {
			n  int
			at time.Time
		}
		var steps []step
		for n, at := range s.serials[name] {
			steps = append(steps, step{n, at})
		}
		slices.SortFunc(steps, func(a, b step) int { return cmp.Or(a.at.Compare(b.at), b.n-a.n) })
		highest := -1
		t.WriteString(name)
		for _, st := range steps {
			if st.n > highest {
				highest = st.n
				fmt.Fprintf(&t, " %d %s", st.n, st.at.UTC().Format(time.DateOnly))
			}
		}
		t.WriteByte('\n')
	}
	if err := os.WriteFile(filepath.Join(out, "serials.txt"), []byte(t.String()), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d lines, %d bytes\n", len(s.lines), l.Len())
	fmt.Printf("%d files, %d bytes; serials: %d names, %d bytes\n", len(ids), b.Len(), len(s.serials), t.Len())
	return nil
}
