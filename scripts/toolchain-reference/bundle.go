package main

import (
	"bufio"
	"encoding/hex"
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
)

// ofGnulib are gnulib's files that a build runs. What it compiles is not among
// them, for the set's size.
var ofGnulib = regexp.MustCompile(`^(m4|build-aux|top|config)/`)

// origin is a repository of the toolchain and the files of it, in any commit,
// that its tools copy into releases.
type origin struct {
	name  string // owner+name
	files *regexp.Regexp
}

// origins are looked for in the folder of repositories.
var origins = []origin{
	{"autoconf-archive+autoconf-archive", regexp.MustCompile(`^m4/`)},
	{"autotools-mirror+autoconf", regexp.MustCompile(`^(build-aux|config)/|^(config\.(guess|sub)|install-sh|missing|mkinstalldirs|mdate-sh)$`)},
	{"autotools-mirror+automake", regexp.MustCompile(`^(lib|m4)/[^/]*$`)},
	{"autotools-mirror+gettext", regexp.MustCompile(`^((gettext-runtime|gettext-tools)/)?(m4|po|intl|misc|build-aux)/[^/]*$|^(config\.(guess|sub|rpath)|install-sh|missing)$`)},
	{"autotools-mirror+libtool", regexp.MustCompile(`^(libltdl|build-aux|m4|config|gl|gl-mod)/|^(ltmain|libtool|lt)[^/]*$|^(config\.(guess|sub)|install-sh|missing)$`)},
	{"pkgconf+pkgconf", regexp.MustCompile(`^pkg\.m4$`)},
	// Distributions patch libtool, and releases made on them carry it. Debian's
	// is in its package.
	{"OpenMandrivaAssociation+libtool", regexp.MustCompile(`^[^/]*\.patch$`)},
	{"msys2+MSYS2-packages", regexp.MustCompile(`^libtool/[^/]*\.patch$`)},
}

// origin adds every version of those files that a branch or tag of the
// repository has had. What somebody only asked to be taken in, refs/pull, is
// not upstream's.
func (s *set) origin(folder string, u origin) error {
	git := filepath.Join(folder, u.name)
	if _, err := os.Stat(filepath.Join(git, "repo")); err == nil {
		git = filepath.Join(git, "repo")
	}
	head, err := exec.Command("git", "-C", git, "rev-parse", "HEAD").Output()
	if err != nil {
		return fmt.Errorf("git rev-parse: %w", err)
	}
	s.from = append(s.from, strings.ReplaceAll(u.name, "+", "/")+" at "+strings.TrimSpace(string(head)))
	return s.history(git, u.files, true)
}

// bundle adds every version of a file that a commit of a git bundle had. Git
// indexes the bundle into the folder, or finds it there from last time.
func (s *set) bundle(r io.Reader, folder string) error {
	if _, err := os.Stat(folder); err != nil {
		if err := unbundle(r, folder); err != nil {
			os.RemoveAll(folder)
			return err
		}
	}
	return s.history(folder, ofGnulib, false)
}

func unbundle(r io.Reader, folder string) error {
	file := folder + ".bundle"
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer os.Remove(file)
	if _, err := io.Copy(f, r); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "-q", "--bare", folder}, {"-C", folder, "fetch", "-q", file, "+refs/heads/*:refs/heads/*"}} {
		cmd := exec.Command("git", args...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("git %s: %w", args[0], err)
		}
	}
	return nil
}

// version is one version of a file whose text counts.
type version struct {
	id, name string
	at       time.Time
}

// history adds the files of all branches and tags: their ids, the serials of m4
// files and, if lines is set, the lines of those that count.
func (s *set) history(git string, files *regexp.Regexp, lines bool) error {
	texts, err := s.log(git, files, lines)
	if err != nil {
		return err
	}
	return s.texts(git, texts, lines)
}

func (s *set) log(git string, files *regexp.Regexp, lines bool) ([]version, error) {
	cmd := exec.Command("git", "-C", git, "log", "--branches", "--tags", "--raw", "--no-renames", "--no-abbrev", "--format=C %ct")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var texts []version
	var at time.Time
	scan := bufio.NewScanner(pipe)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		line := scan.Text()
		if sec, ok := strings.CutPrefix(line, "C "); ok {
			n, err := strconv.ParseInt(sec, 10, 64)
			if err != nil {
				return nil, err
			}
			at = time.Unix(n, 0)
			continue
		}
		facts, name, ok := strings.Cut(line, "\t")
		f := strings.Fields(facts)
		if !ok || len(f) != 5 || f[4] == "D" || !files.MatchString(name) || !strings.HasPrefix(f[1], "100") {
			continue
		}
		raw, err := hex.DecodeString(f[3])
		if err != nil || len(raw) < idBytes {
			return nil, fmt.Errorf("git log: %q", line)
		}
		if path.Ext(name) != ".patch" {
			s.add(id(raw[:idBytes]), at)
		}
		if base := path.Base(name); strings.HasSuffix(name, ".m4") || lines && lined.MatchString(base) {
			texts = append(texts, version{f[3], base, at})
		}
	}
	if err := scan.Err(); err != nil {
		return nil, err
	}
	return texts, cmd.Wait()
}

// texts reads the versions and adds their serials and lines.
func (s *set) texts(git string, texts []version, lines bool) error {
	cmd := exec.Command("git", "-C", git, "cat-file", "--batch")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer in.Close()
		w := bufio.NewWriter(in)
		defer w.Flush()
		for _, v := range texts {
			fmt.Fprintln(w, v.id)
		}
	}()
	r := bufio.NewReader(out)
	for _, v := range texts {
		head, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		f := strings.Fields(head)
		if len(f) != 3 || f[1] != "blob" {
			return fmt.Errorf("git cat-file: %q", head)
		}
		n, err := strconv.Atoi(f[2])
		if err != nil || n > maxFile {
			return fmt.Errorf("git cat-file: %q", head)
		}
		content := make([]byte, n+1)
		if _, err := io.ReadFull(r, content); err != nil {
			return err
		}
		s.serial(v.name, content[:n], v.at)
		if path.Ext(v.name) == ".patch" {
			s.patch(content[:n], v.at)
		} else if lines {
			s.addLines(v.name, content[:n], v.at)
		}
	}
	return cmd.Wait()
}
