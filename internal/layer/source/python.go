package source

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/kennel-oss/kennel"
)

// python reports whether a release is a Python distribution, whose modules are
// run by importing it.
func python(r *release, c kennel.Component) bool {
	return c.Ecosystem == kennel.PyPI || r.has("PKG-INFO") ||
		slices.ContainsFunc(r.files, func(e entry) bool { return strings.HasSuffix(e.path, ".dist-info/METADATA") })
}

// modules marks what importing the packages of a Python distribution runs.
func (b *build) modules() {
	for i, e := range b.r.files {
		dir, base := path.Split(e.path)
		dir = strings.TrimPrefix(dir, "src/")
		if base == "__init__.py" && strings.Count(dir, "/") == 1 && dir != "tests/" && dir != "test/" {
			b.mark(i, Run, "import "+path.Clean(dir))
		}
	}
}

// imports marks the modules that a line of a Python file imports.
func (b *build) imports(line []byte, from string) {
	line = bytes.TrimLeft(line, " \t")
	word, rest, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	switch word {
	case "import":
		for name := range strings.SplitSeq(rest, ",") {
			if f := strings.Fields(name); len(f) > 0 {
				b.module(f[0], from)
			}
		}
	case "from":
		name, names, ok := strings.Cut(rest, " import ")
		if !ok {
			return
		}
		name = strings.TrimSpace(name)
		b.module(name, from)
		for n := range strings.FieldsFuncSeq(names, func(c rune) bool { return !inName(c) }) {
			if strings.HasSuffix(name, ".") {
				b.module(name+n, from)
			} else {
				b.module(name+"."+n, from)
			}
		}
	}
}

// module marks the files of a module by its dotted name, and those of the
// packages around it.
func (b *build) module(name, from string) {
	folder, up := "", 0
	for strings.HasPrefix(name, ".") {
		name, up = name[1:], up+1
	}
	roots := []string{"", "src"}
	if up > 0 {
		folder = path.Dir(from)
		for ; up > 1; up-- {
			folder = path.Dir(folder)
		}
		roots = []string{folder}
	}
	parts := strings.Split(name, ".")
	for _, root := range roots {
		for n := range min(len(parts), 32) {
			stem := path.Join(root, path.Join(parts[:n+1]...))
			for _, file := range []string{stem + ".py", stem + "/__init__.py"} {
				if at, ok := b.r.index[file]; ok {
					b.mark(at, Run, "import in "+from)
				}
			}
		}
	}
}

const versionModule = "a module that holds the version"

// calls is whatever of Python could do something.
var calls = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[\w\])]\s*[(]|@|\bimport\b|\blambda\b|\b(class|def|with|del|raise|assert|exec|eval)\b`)
})

const maxVersionModule = 8 << 10

// versionOnly reports whether a module does nothing but to assign values, as
// those that build backends write.
func versionOnly(text []byte) bool {
	if len(text) == 0 || len(text) > maxVersionModule {
		return false
	}
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("from typing import ")) || bytes.HasPrefix(line, []byte("from __future__ import ")) {
			continue
		}
		if calls().Match(line) {
			return false
		}
	}
	return true
}
