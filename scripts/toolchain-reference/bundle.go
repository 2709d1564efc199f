package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ofHistory are gnulib's files that a build runs. What it compiles is not among
// them, for the set's size.
var ofHistory = regexp.MustCompile(`^(m4|build-aux|top|config)/`)

// bundle adds every version of a file that a commit of a git bundle had. Git
// indexes the bundle into the folder, or finds it there from last time.
func (s *set) bundle(r io.Reader, folder string) error {
	if _, err := os.Stat(folder); err != nil {
		if err := unbundle(r, folder); err != nil {
			os.RemoveAll(folder)
			return err
		}
	}
	m4, err := s.log(folder)
	if err != nil {
		return err
	}
	return s.serialsOf(folder, m4)
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

// version is one version of an m4 file.
type version struct {
	id, name string
	at       time.Time
}

func (s *set) log(folder string) ([]version, error) {
	cmd := exec.Command("git", "-C", folder, "log", "--all", "--raw", "--no-renames", "--no-abbrev", "--format=C %ct")
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var m4 []version
	var at time.Time
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
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
		if !ok || len(f) != 5 || f[4] == "D" || !ofHistory.MatchString(name) || !strings.HasPrefix(f[1], "100") {
			continue
		}
		raw, err := hex.DecodeString(f[3])
		if err != nil || len(raw) < idBytes {
			return nil, fmt.Errorf("git log: %q", line)
		}
		s.add(id(raw[:idBytes]), at)
		if strings.HasSuffix(name, ".m4") {
			m4 = append(m4, version{f[3], path.Base(name), at})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return m4, cmd.Wait()
}

func (s *set) serialsOf(folder string, m4 []version) error {
	cmd := exec.Command("git", "-C", folder, "cat-file", "--batch")
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
		for _, v := range m4 {
			fmt.Fprintln(w, v.id)
		}
	}()
	r := bufio.NewReader(out)
	for _, v := range m4 {
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
		if n, ok := serial(content[:n]); ok {
			s.addSerial(v.name, n, v.at)
		}
	}
	return cmd.Wait()
}
