package source

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

const original = "Cargo.toml.orig" // the author's, beside what cargo package makes of it

// cargoManifest is what counts of a Cargo.toml.
type cargoManifest struct {
	name, build string            // build is "" when it says nothing
	brings      map[string]string // what comes along with it: alias -> package, "" for the same
}

const maxBrought = 10_000

func parseCargo(text []byte) (m cargoManifest, ok bool) {
	if len(text) > maxManifest {
		return m, false
	}
	m.brings = map[string]string{}
	r := toml.New(text)
	bring := func(path []string) (string, []string) {
		if len(path) > 2 && path[0] == "target" {
			path = path[2:]
		}
		if len(path) < 2 || path[0] != "dependencies" && path[0] != "build-dependencies" || len(m.brings) > maxBrought {
			return "", nil
		}
		if _, there := m.brings[path[1]]; !there {
			m.brings[path[1]] = ""
		}
		return path[1], path[2:]
	}
	err := r.Walk(func(path []string, _ bool) error {
		bring(path)
		return nil
	}, func(path []string) (err error) {
		if len(path) == 2 && path[0] == "package" && path[1] == "name" {
			m.name, err = r.String()
		} else if len(path) == 2 && path[0] == "package" && path[1] == "build" {
			if r.Kind() == '"' {
				m.build, err = r.String()
			} else {
				m.build, err = r.Word()
			}
		} else if alias, rest := bring(path); len(rest) == 1 && rest[0] == "package" {
			m.brings[alias], err = r.String()
		}
		return err
	})
	return m, err == nil
}

// crate compares the author's manifest in a crate with the repository's, and
// cargo's with the author's.
func (c *Comparison) crate(r *release, t *tree, h kennel.History) {
	if !r.has(original) {
		return
	}
	if a, b, ok := pair(r, t, h, original, "Cargo.toml"); ok && !bytes.Equal(otherEndings(a), b) {
		c.compareCargo(original, a, b, "in the repository")
	}
	c.compareCargo("Cargo.toml", r.text("Cargo.toml"), r.text(original), "in "+original)
}

func (c *Comparison) compareCargo(name string, a, b []byte, where string) {
	mine, ok1 := parseCargo(a)
	theirs, ok2 := parseCargo(b)
	if !ok1 || !ok2 {
		c.differs(name, "it could not be read as TOML, so that it is not compared with the one %s", where)
		return
	}
	if mine.name != theirs.name {
		c.differs(name, "name %q, %s %q", clip(mine.name), where, clip(theirs.name))
	}
	// Cargo writes down what it finds: build.rs where there is one, or false.
	if mine.build != theirs.build && !(theirs.build == "" && (mine.build == "build.rs" || mine.build == "false")) {
		c.differs(name, "build %q, %s %q", clip(mine.build), where, clip(theirs.build))
	}
	for _, alias := range slices.Sorted(maps.Keys(mine.brings)) {
		real, there := theirs.brings[alias]
		if !there {
			c.differs(name, "dependency %q, which the one %s does not have", clip(alias), where)
		} else if of := mine.brings[alias]; of != real && real != "" && of != "" {
			c.differs(name, "dependency %q is %q, %s %q", clip(alias), clip(of), where, clip(real))
		}
	}
}

// packedFrom is the commit that cargo package says it packed, "" for none. It
// is the release's own word: it can lead to a tree, which then has to fit.
func packedFrom(r *release) string {
	var info struct {
		Git struct {
			SHA1 string `json:"sha1"`
		} `json:"git"`
	}
	text := r.text(".cargo_vcs_info.json")
	if len(text) > maxManifest || json.Unmarshal(text, &info) != nil || !commitID(info.Git.SHA1) {
		return ""
	}
	return info.Git.SHA1
}

func commitID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'f') {
			return false
		}
	}
	return true
}
