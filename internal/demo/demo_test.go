package demo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFacts(t *testing.T) {
	h, err := read(facts)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.commits) < 1500 || len(h.tags) < 40 || len(h.dist) < 100 || len(h.persons) < 20 {
		t.Errorf("%d commits, %d tags, %d files of make dist, %d persons", len(h.commits), len(h.tags), len(h.dist), len(h.persons))
	}
	if len(facts) > 400<<10 {
		t.Errorf("%d bytes of facts are too many for a clone", len(facts))
	}
	for _, c := range h.commits {
		if c.author.at.IsZero() || c.committer.at.IsZero() || len(c.id) != 12 {
			t.Fatalf("commit %s lacks a person, a time or an id", c.id)
		}
	}
	for _, tag := range h.tags {
		if _, err := base64.StdEncoding.DecodeString(tag.signature); err != nil || tag.tagger.at.IsZero() {
			t.Errorf("tag %s: %v", tag.name, err)
		}
	}
}

// What does not fit the notation is an error that names the line.
func TestNotFacts(t *testing.T) {
	const begun = "person A <a@a.example>\nroot 000000000000\na 0 2020-01-01T00:00:00Z\n"
	for _, text := range []string{
		"odd", "a 0 2020-01-01T00:00:00Z", "commit 000000000000", "s AAAA", "tag v1 000000000001", "root", begun + "root 000000000000",
		begun + "a 1 2020-01-01T00:00:00Z", begun + "a 0 yesterday", begun + "commit 000000000001 000000000002", begun + "M x 1 p",
		begun + "M 1 -1 p", begun + "M 1 p", begun + "R 1 9999999999 p", begun + "= x", begun + "branch b -", begun + "odd",
	} {
		if _, err := read(text); err == nil || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%q: %v", text, err)
		}
	}
	h, err := read(begun + "M 1 7 a/b c\n= line\ncommit 000000000001\nD a/b c\ntag v1 -\nbranch b 000000000001\ndist x\n")
	if err != nil {
		t.Fatal(err)
	}
	if f := h.commits[0].files[0]; f.path != "a/b c" || f.size != 7 || f.lines[0] != "line" || h.commits[1].parents[0] != 0 {
		t.Errorf("%+v", h)
	}
	if err := h.release(io.Discard, "1"); err == nil {
		t.Error("a release of a tag without a commit")
	}
}

func FuzzRead(f *testing.F) {
	f.Add(facts[:8000])
	f.Add("person A <a@a.example>\nroot 0\na 0 2020-01-01T00:00:00+02:00\nX 1 2 p\n= l\nR 1 9 q\nD p\ncommit 1\ncommit 2 0 1\ntag v5.6.0 2\nt 0 2020-01-01T00:00:00Z\ns QQ==\nbranch b 1\ndist configure\n")
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := read(text); err == nil {
			h.stream(io.Discard)
			h.release(io.Discard, Case)
		}
	})
}

// Each file of a release says that it is of a replica, and two runs give the
// same bytes.
func TestRelease(t *testing.T) {
	for version, want := range map[string]bool{Case: true, Clean: false} {
		var one, two bytes.Buffer
		if err := errors.Join(Release(&one, version), Release(&two, version)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: two runs differ", version)
		}
		z, err := gzip.NewReader(&one)
		if err != nil {
			t.Fatal(err)
		}
		files, has := 0, false
		for r := tar.NewReader(z); ; files++ {
			head, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(bytes.ToLower(text), []byte("harmless replica")) || !strings.Contains(head.Name, "harmless-replica/") {
				t.Errorf("%s does not say what it is", head.Name)
			}
			has = has || strings.HasSuffix(head.Name, planted)
		}
		if files < 500 || has != want {
			t.Errorf("%s: %d files, the macro is there: %v", version, files, has)
		}
	}
	if err := Release(io.Discard, "9.9"); err == nil {
		t.Error("a release that the replica does not have")
	}
}

func TestHistory(t *testing.T) {
	var one, two bytes.Buffer
	if err := errors.Join(History(&one), History(&two)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two runs differ")
	}
	if n := strings.Count(one.String(), "\nM 100"); n == 0 || n != strings.Count(one.String(), label+".\n# Stub of ")+strings.Count(one.String(), "harmless replica, random bytes\n") {
		t.Error("a file does not say what it is")
	}
}

func TestProduct(t *testing.T) {
	if !json.Valid([]byte(Product)) || !strings.Contains(Product, label) || !strings.Contains(ReadMe, label) {
		t.Error("not JSON, or it does not say what it is")
	}
}

func BenchmarkHistory(b *testing.B) {
	for b.Loop() {
		if err := History(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRelease(b *testing.B) {
	for b.Loop() {
		if err := Release(io.Discard, Case); err != nil {
			b.Fatal(err)
		}
	}
}
