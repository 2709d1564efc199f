package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ulikunitz/xz"

	"github.com/kennel-oss/kennel/internal/layer/source"
)

// taken are the folders whose files releases copy.
var taken = regexp.MustCompile(`^\./usr/share/(aclocal|autoconf|automake|gettext|gnulib/(build-aux|config|lib|m4|top|doc|gnulib\.bundle$)|gtk-doc|intltool|libtool|misc|texinfo|texmf/tex/texinfo|bison|autotools-dev)[^/]*(/|$)`)

const maxFile = 64 << 20

// deb adds the files of a package.
func (s *set) deb(file, work string) error {
	changelog, err := first(file)
	if err != nil {
		return err
	}
	label, err := exec.Command("dpkg-deb", "--show", "--showformat", "${Package} ${Version}", file).Output()
	if err != nil {
		return err
	}
	s.from = append(s.from, string(label))
	_, version, _ := strings.Cut(string(label), " ")
	uploaded := uploadedAt(changelog, version)
	return walk(file, func(h *tar.Header, r io.Reader) error {
		if !taken.MatchString(h.Name) {
			return nil
		}
		at := h.ModTime
		if !uploaded.IsZero() && uploaded.Before(at) {
			at = uploaded
		}
		switch path.Base(h.Name) {
		case "gnulib.bundle":
			if file != s.bundled {
				return nil
			}
			return s.bundle(r, filepath.Join(work, strings.ReplaceAll(string(label), " ", "_")+".git"))
		case "archive.dir.tar.xz":
			x, err := xz.NewReader(r)
			if err != nil {
				return err
			}
			return members(x, func(h *tar.Header, r io.Reader) error {
				// Its files carry the time of their release.
				return s.file(h, r, h.ModTime)
			})
		}
		return s.file(h, r, at)
	})
}

// copied are the files of upstream's tarballs that its tools copy.
var copied = regexp.MustCompile(`/(build-aux|m4|lib|config|intl|po|runtime/m4)/[^/]*$|\.m4$`)

// orig adds the files of an upstream tarball.
func (s *set) orig(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	var plain io.Reader
	switch path.Ext(file) {
	case ".xz":
		plain, err = xz.NewReader(f)
	case ".gz":
		plain, err = gzip.NewReader(f)
	default:
		return nil // a signature
	}
	if err != nil {
		return err
	}
	s.from = append(s.from, strings.TrimSuffix(filepath.Base(file), path.Ext(file)))
	return members(plain, func(h *tar.Header, r io.Reader) error {
		if !copied.MatchString(h.Name) {
			return nil
		}
		return s.file(h, r, h.ModTime)
	})
}

func (s *set) file(h *tar.Header, r io.Reader, at time.Time) error {
	if h.Size > maxFile {
		return fmt.Errorf("%s has %d bytes", h.Name, h.Size)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if len(content) == 0 || path.Ext(h.Name) == ".mo" || path.Ext(h.Name) == ".gmo" {
		return nil
	}
	s.content(path.Base(h.Name), content, at)
	if !strings.Contains(h.Name, "/gnulib/m4/") { // copied beside aclocal.m4, never into it
		s.addLines(path.Base(h.Name), content, at)
	}
	// A package may hold it compressed for space's sake.
	if path.Ext(h.Name) == ".gz" {
		if z, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
			if plain, err := io.ReadAll(io.LimitReader(z, maxFile)); err == nil {
				s.content(strings.TrimSuffix(path.Base(h.Name), ".gz"), plain, at)
			}
		}
	}
	return nil
}

func (s *set) content(name string, content []byte, at time.Time) {
	s.add(blobID(content), at)
	s.serial(name, content, at)
}

func (s *set) serial(name string, content []byte, at time.Time) {
	if n, ok := serial(content); ok && strings.HasSuffix(name, ".m4") {
		s.addSerial(name, n, at)
	}
}

func (s *set) addLines(name string, content []byte, at time.Time) {
	if !lined.MatchString(name) {
		return
	}
	for text := range bytes.Lines(content) {
		s.addLine(text, strings.HasSuffix(name, ".m4"), at)
	}
}

// patch adds the lines that a patch adds to files of those kinds.
func (s *set) patch(content []byte, at time.Time) {
	name := ""
	for text := range bytes.Lines(content) {
		if to, ok := bytes.CutPrefix(text, []byte("+++ ")); ok {
			name, _, _ = strings.Cut(strings.TrimSpace(string(to)), "\t")
			name = path.Base(name)
		} else if added, ok := bytes.CutPrefix(text, []byte("+")); ok && lined.MatchString(name) {
			s.addLine(added, strings.HasSuffix(name, ".m4"), at)
		}
	}
}

func (s *set) addLine(text []byte, m4 bool, at time.Time) {
	if text = source.NormalLine(text, m4); len(text) == 0 {
		return
	}
	sum := sha256.Sum256(text)
	i := line(sum[:lineBytes])
	if old, ok := s.lines[i]; !ok || at.Before(old) {
		s.lines[i] = at
	}
}

// lined are the files whose lines are kept: those that the tools install into
// every release, by name, and the macros that aclocal copies into aclocal.m4.
var lined = regexp.MustCompile(`\.(m4|patch)$|^(ltmain\.(sh|in|m4sh)|funclib\.sh|bootstrap(\.in)?|options-parser|extract-trace|libtoolize\.in|test-driver|depcomp|compile|missing|install-sh|ar-lib|mdate-sh|mkinstalldirs|py-compile|ylwrap|config\.(rpath|guess|sub))$`)

func blobID(content []byte) id {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return id(h.Sum(nil)[:idBytes])
}

// "# serial 30" or "dnl serial 3": aclocal compares these.
var serialLine = regexp.MustCompile(`(?m)^(?:#|dnl).*?\bserial[ \t]+([0-9]+)`)

func serial(content []byte) (int, bool) {
	m := serialLine.FindSubmatch(content)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(m[1]))
	return n, err == nil && n < 1e6
}

// walk reads the files of a package without unpacking it.
func walk(file string, visit func(*tar.Header, io.Reader) error) error {
	cmd := exec.Command("dpkg-deb", "--fsys-tarfile", file)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = members(pipe, visit)
	io.Copy(io.Discard, pipe)
	return errors.Join(err, cmd.Wait())
}

func members(r io.Reader, visit func(*tar.Header, io.Reader) error) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeReg {
			if err := visit(h, t); err != nil {
				return err
			}
		}
	}
}

// first returns the Debian changelog of a package.
func first(file string) (string, error) {
	var text string
	err := walk(file, func(h *tar.Header, r io.Reader) error {
		if !strings.HasSuffix(h.Name, "/changelog.Debian.gz") {
			return nil
		}
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(z, maxFile))
		text = string(b)
		return err
	})
	return text, err
}

var (
	entryHead = regexp.MustCompile(`^\S+ \((\S+)\)`)
	entryFoot = regexp.MustCompile(`^ -- .*>  (.*)$`)
)

// uploadedAt is when the upstream version of version was first uploaded, zero
// when the changelog does not say.
func uploadedAt(changelog, version string) time.Time {
	want, in, earliest := upstream(version), "", time.Time{}
	for line := range strings.Lines(changelog) {
		line = strings.TrimRight(line, "\n")
		if m := entryHead.FindStringSubmatch(line); m != nil {
			in = upstream(m[1])
		} else if m := entryFoot.FindStringSubmatch(line); m != nil && in == want {
			if at, err := time.Parse(time.RFC1123Z, m[1]); err == nil && (earliest.IsZero() || at.Before(earliest)) {
				earliest = at
			}
		}
	}
	return earliest
}

func upstream(version string) string {
	if _, rest, ok := strings.Cut(version, ":"); ok {
		version = rest
	}
	if i := strings.LastIndexByte(version, '-'); i >= 0 {
		version = version[:i]
	}
	return version
}
