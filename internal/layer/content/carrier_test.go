package content_test

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/layer/content"
)

// carriers are ways to carry the same payload: each changes a release, and
// returns nil when it cannot be carried so. Words of the texts that name a file
// are changed with its name, as an attacker would.
var carriers = map[string]func(kennel.Component, fstest.MapFS) fstest.MapFS{
	"as text":  renamed(".txt"),
	"as data":  renamed(".dat"),
	"as types": renamed(".d.ts"),
	"second folder": func(c kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		if c.Ecosystem != kennel.NPM || fsys["package.json"] == nil {
			return nil
		}
		out := fstest.MapFS{"other/notes.txt": {Data: []byte("notes")}}
		for name, f := range fsys {
			out[path.Join("package", name)] = f
		}
		return out
	},
	"payload in second folder": func(c kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		if c.Ecosystem != kennel.NPM || fsys["package.json"] == nil {
			return nil
		}
		out := fstest.MapFS{}
		for name, f := range fsys {
			top := "other"
			if name == "package.json" {
				top = "package"
			}
			out[path.Join(top, name)] = f
		}
		return out
	},
	"deep manifest": manifested(func(text string) string {
		return `{"z":` + strings.Repeat("[", 12_000) + strings.Repeat("]", 12_000) + "," + strings.TrimPrefix(strings.TrimSpace(text), "{")
	}),
	"padded manifest": manifested(func(text string) string { return strings.Repeat(" ", 3<<20) + text }),
	"wide text": func(_ kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		return each(fsys, func(name, text string) (string, string) {
			if path.Ext(name) != ".js" && path.Ext(name) != ".py" && path.Ext(name) != ".sh" {
				return name, text
			}
			b := []byte("\xff\xfe")
			for _, u := range utf16.Encode([]rune(text)) {
				b = append(b, byte(u), byte(u>>8))
			}
			return name, string(b)
		})
	},
	"in a repository's store": func(_ kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		return moved(fsys, func(name string) string { return ".git/" + strings.ReplaceAll(name, "/", "_") })
	},
}

// startedFile is how a manifest starts a file of the release.
var startedFile = regexp.MustCompile(`node (?:\./)?([\w./-]+\.[cm]?js)\b`)

// moved gives the file that a hook starts another name, when nothing else names
// it and it names no other.
func moved(fsys fstest.MapFS, to func(string) string) fstest.MapFS {
	if fsys["package.json"] == nil {
		return nil
	}
	manifest := string(fsys["package.json"].Data)
	m := startedFile.FindStringSubmatch(manifest)
	if m == nil || fsys[m[1]] == nil || strings.Contains(string(fsys[m[1]].Data), "./") || strings.Contains(string(fsys[m[1]].Data), "'..'") {
		return nil
	}
	name := to(m[1])
	out := fstest.MapFS{}
	for n, f := range fsys {
		out[n] = f
	}
	out[name] = out[m[1]]
	delete(out, m[1])
	out["package.json"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(manifest, m[1], name))}
	return out
}

func renamed(ext string) func(kennel.Component, fstest.MapFS) fstest.MapFS {
	return func(_ kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		return moved(fsys, func(name string) string { return strings.TrimSuffix(name, path.Ext(name)) + ext })
	}
}

func manifested(change func(string) string) func(kennel.Component, fstest.MapFS) fstest.MapFS {
	return func(_ kennel.Component, fsys fstest.MapFS) fstest.MapFS {
		if fsys["package.json"] == nil {
			return nil
		}
		return each(fsys, func(name, text string) (string, string) {
			if name == "package.json" {
				text = change(text)
			}
			return name, text
		})
	}
}

func each(fsys fstest.MapFS, change func(name, text string) (string, string)) fstest.MapFS {
	out := fstest.MapFS{}
	for name, f := range fsys {
		name, text := change(name, string(f.Data))
		out[name] = &fstest.MapFile{Data: []byte(text), Mode: f.Mode}
	}
	return out
}

// carried asserts that what is found in a release is found, or told as not
// looked at, in every carrier of it.
func carried(t *testing.T, c kennel.Component, release, previous fs.FS) {
	tree := fstest.MapFS{}
	err := fs.WalkDir(release, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(release, name)
		tree[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, carry := range carriers {
		other := carry(c, tree)
		if other == nil {
			continue
		}
		findings, err := content.New().Examine(t.Context(), kennel.NewSubject(c, time.Time{}, kennel.Grants{Release: other, Previous: previous}))
		seen := errors.As(err, new(*kennel.CouldNotLook))
		for _, f := range findings {
			seen = seen || f.Severity >= kennel.SeverityMedium
		}
		carriedCount[name]++
		if !seen {
			t.Errorf("%s: clear", name)
		}
	}
}

// carriedCount says how often each carrier was tried.
var carriedCount = map[string]int{}
