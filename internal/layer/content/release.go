package content

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Bounds on a release. What is beyond them is told as not looked at.
const (
	maxFiles = 100_000
	maxText  = 48 << 20 // bytes of a file that is read
	maxTotal = 2 << 30  // bytes of texts in all
	maxGaps  = 5        // named; the others are counted
)

// release is the files of an artifact and what was seen in them.
type release struct {
	fsys  fs.FS
	top   string // the folder that is stripped, "." for none
	files []file
	index map[string]int // path -> index in files
	npm   *npmManifest   // nil when there is none
	gaps  []gap          // what was not looked at
	lost  []string       // manifests that could not be read
	total int64          // bytes of texts that were read
	steps int            // that reading them took
	// What is read when something turns out to run it is read with these.
	ctx  context.Context
	memo *memo
	// doubled are files of the archive that are unpacked to one place: the
	// earlier and the later.
	doubled [][2]string
	// others counts the files of code that no reader knows, by language.
	others map[string]int
}

// file is a file of a release.
type file struct {
	path   string // without the top folder
	whole  string // with it
	size   int64
	run    bool        // executable by its mode
	binary string      // its kind, "" for none
	hash   uint64      // of a text that was read; keyed by the process, so that nobody can aim at it
	facts  *facts      // nil when no language reads it
	read   []*language // those that read it
	reach  reach
	by     string // what reaches it: "postinstall", "index.js"
}

// memo keeps facts by language and text, so that what two releases share is
// read once.
type memo struct {
	seed  maphash.Seed
	facts map[memoKey]*facts
}

func newMemo() *memo { return &memo{seed: maphash.MakeSeed(), facts: map[memoKey]*facts{}} }

type memoKey struct {
	language *language
	hash     uint64
	size     int
}

const (
	unreadable = "a file or folder could not be read"
	tooLarge   = "a file over 48 MiB was not read" // maxText
)

var errTooMany = errors.New("too many files")

// has reports whether the release has a file of that path.
func (r *release) has(name string) bool {
	_, ok := r.index[name]
	return ok
}

// head returns the beginning of a file, up to 4096 bytes.
func (r *release) head(name string) string {
	text, _ := r.read(name, 4096)
	return text
}

// text returns the content of a file that is within bounds, "" for none.
func (r *release) text(name string) string {
	i, ok := r.index[name]
	if !ok || r.files[i].size > maxText {
		return ""
	}
	text, _ := r.read(name, maxText)
	return plain(text)
}

func (r *release) read(name string, most int64) (string, error) {
	whole := path.Join(r.top, name)
	if i, ok := r.index[name]; ok {
		whole = r.files[i].whole
	}
	f, err := r.fsys.Open(whole)
	if err != nil {
		return "", err
	}
	defer f.Close()
	size := int64(0)
	if i, ok := r.index[name]; ok {
		size = min(most, r.files[i].size)
	}
	if size > maxKept { // too large to be held twice
		var b strings.Builder
		b.Grow(int(size))
		_, err = io.Copy(&b, io.LimitReader(f, most))
		return b.String(), err
	}
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	b.Grow(int(size) + bytes.MinRead)
	_, err = b.ReadFrom(io.LimitReader(f, most))
	text := b.String()
	if b.Cap() <= 2*maxKept {
		buffers.Put(b)
	}
	return text, err
}

// buffers are what files are read into before their length is known for sure.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

const maxKept = 1 << 20 // bytes of a file that is read so

// examine reads every file that a language knows into facts.
func (r *release) examine(ctx context.Context, m *memo) error {
	r.ctx, r.memo = ctx, m
	for i := range r.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := &r.files[i]
		head := ""
		l := languageOf(f.path, "")
		if l == nil {
			if f.size == 0 || path.Ext(f.path) == ".map" || path.Ext(f.path) == ".md" {
				continue
			}
			head = r.head(f.path)
			if f.binary = binaryKind(f.path, []byte(head)); f.binary != "" {
				switch {
				case f.binary == "Java class":
					r.others["Java"]++
				case program([]byte(head)) != "":
					r.others[compiled]++
				}
				continue
			}
			if l = languageOf(f.path, head); l == nil {
				if other := unreadLanguage(f.path, head); other != "" {
					r.others[other]++
				}
				continue
			}
		}
		if f.size > maxText {
			r.gap(gap{why: tooLarge, what: f.path})
			continue
		}
		if r.total += f.size; r.total > maxTotal {
			r.gap(gap{why: fmt.Sprintf("of its code, what is past %d GiB was not read", maxTotal>>30), what: "from " + f.path})
			break
		}
		if err := r.readAs(f, l); err != nil {
			return err
		}
	}
	return nil
}

// readAs adds what a language reads in a file to its facts.
func (r *release) readAs(f *file, l *language) error {
	m := r.memo
	text, err := r.read(f.path, maxText)
	if err != nil {
		r.gap(gap{why: unreadable, what: f.path})
		return nil
	}
	f.read = append(f.read, l)
	hash := maphash.String(m.seed, text)
	key := memoKey{l, hash, len(text)}
	fs := m.facts[key]
	if fs == nil {
		fs = new(facts)
		w := newWork(r.ctx, len(text), releaseSteps-r.steps)
		given := w.left
		fs.work = w
		s := source{f.path, plain(text), 1}
		if err := fs.read(s, l); err != nil {
			return err
		}
		r.steps += given - w.left
		m.facts[key] = fs
	}
	if fs.part != "" {
		r.gap(gap{why: fs.part, what: f.path})
	}
	if f.facts == nil {
		f.hash, f.facts = hash, fs
	} else {
		f.facts = f.facts.with(fs)
	}
	return nil
}

// platform reports whether a dependency is one that may be missing: mostly the
// program for one platform.
func (r *release) platform(name string) bool { return r.npm.platforms[name] }
