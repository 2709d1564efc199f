package source

import (
	"bytes"
	"path"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// explain says of each file that differs what ordinary thing it is, if it is
// one.
func (c *Comparison) explain(r *release, t *tree, h kennel.History, at time.Time) {
	same := c.asInTree()
	own := c.own(r, same)
	for i := range c.Differ {
		f := &c.Differ[i]
		if f.Explained != "" && f.Class != Renamed {
			continue
		}
		if e := r.files[r.index[f.Path]]; known(e.sha1, at) {
			f.Explained = Toolchain
			continue
		}
		if f.Class == Renamed {
			continue
		}
		if path.Ext(f.Path) == ".m4" && path.Base(f.Path) != "aclocal.m4" { // which holds those of many
			f.Serial = serial(r.text(f.Path))
			f.Highest, _ = highest(path.Base(f.Path), at)
		}
		if f.scripted() && f.variant(r, at, own) {
			f.Explained = Variant
			continue
		}
		if f.Explained = rewritten(f.Path, r); f.Explained == "" {
			f.Explained = fromTemplate(f, r, t, h)
		}
		if f.Explained == "" {
			f.Explained = generated(f, r, t)
		}
		// aclocal copies macros as they are.
		if f.Explained == aclocalOutput && f.strange > 0 {
			f.Explained = ""
		}
		if f.Explained == "" && f.Class == Modified && c.builds && javascript(f.Path) && bundledOver(f, r, t, h) {
			f.Explained = built
		}
		switch {
		case f.Explained != "" || f.Class != Phantom:
		case c.made(f, r, same):
			f.Explained = byRule
		case c.bundles && strings.HasPrefix(f.Path, "node_modules/"):
			f.Explained = bundled
		case c.builds && script(f.Path) && !strings.HasPrefix(f.Path, "node_modules/"):
			f.Explained = built
		}
	}
}

// scripted reports whether a file is of a kind whose lines the reference has.
func (f *File) scripted() bool {
	if path.Base(f.Path) == "configure" {
		return false // long, and never a copy
	}
	switch path.Ext(f.Path) {
	case ".m4", ".sh", ".guess", ".sub", ".rpath", ".am", "":
		return true
	}
	return false
}

// variant reports whether all lines of a file are known, and notes those that
// are not when they are few.
func (f *File) variant(r *release, at time.Time, own map[lineKey]bool) bool {
	unknown, all := strange(r.text(f.Path), path.Ext(f.Path) == ".m4", path.Dir(f.Path), at, own)
	if all > 0 && len(unknown) == 0 {
		return true
	}
	if f.lines, f.strange = all, len(unknown); f.nearly() {
		for _, line := range unknown[:min(len(unknown), examples)] {
			f.shown = append(f.shown, clip(strings.ToValidUTF8(string(line), "\uFFFD")))
		}
	}
	return false
}

// nearly reports whether a file has but few lines that no known version has.
func (f *File) nearly() bool { return f.strange > 0 && f.strange*10 <= f.lines }

// asInTree tells which files of the release are the tree's.
func (c *Comparison) asInTree() func(name string) bool {
	differ := make(map[string]bool, len(c.Differ))
	for _, f := range c.Differ {
		differ[f.Path] = f.Class != LineEndings
	}
	return func(name string) bool { return !differ[name] }
}

// own gathers the lines of the tree's own m4 files and of configure.ac, which
// its tools copy, as they stand and as a shell prints them.
func (c *Comparison) own(r *release, asInTree func(name string) bool) map[lineKey]bool {
	own, total := map[lineKey]bool{}, 0
	for _, e := range r.files {
		base := path.Base(e.path)
		if path.Ext(base) != ".m4" && base != "configure.ac" && base != "configure.in" || !asInTree(e.path) {
			continue
		}
		text := r.text(e.path)
		if total += len(text); total > maxOwn {
			break
		}
		var whole []byte
		for line := range bytes.Lines(text) {
			if normal := NormalLine(line, true); len(normal) > 0 {
				own[keyOf(normal)] = true
			}
			// And as a shell prints it, continued lines in one.
			line = bytes.TrimRight(line, "\r\n")
			joined, more := bytes.CutSuffix(line, []byte("\\"))
			if whole = append(whole, joined...); more && len(whole) < maxLine {
				continue
			}
			if shown := printed.Replace(string(whole)); shown != string(line) {
				own[keyOf(NormalLine([]byte(shown), true))] = true
			}
			whole = whole[:0]
		}
	}
	return own
}

// printed writes a line of a here-document in an m4 file as the shell prints it,
// without the quotes that m4 takes away within a name.
var printed = strings.NewReplacer(`\$`, `$`, "\\`", "`", `\\`, `\`, `\"`, `"`, "[]", "", "][", "")

const maxOwn = 16 << 20 // bytes of the tree's m4 files that are read

const (
	translation   = "a translation"
	releaseText   = "a text of the release"
	versionText   = "the version"
	documentation = "documentation"
	aclocalOutput = "aclocal's output"
)

// generated says which generator a file comes from, as its head and the input
// in the tree tell.
func generated(f *File, r *release, t *tree) string {
	dir, base := path.Split(f.Path)
	in := func(names ...string) bool {
		for _, n := range names {
			if t.has(dir + n) {
				return true
			}
		}
		return false
	}
	var head []byte
	says := func(marks ...string) bool {
		if head == nil {
			head = r.head(f.Path)
		}
		for _, m := range marks {
			if bytes.Contains(head, []byte(m)) {
				return true
			}
		}
		return false
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch {
	case base == "configure" && in("configure.ac", "configure.in") && says("Generated by GNU Autoconf"):
		return "autoconf's output"
	case base == "aclocal.m4" && in("configure.ac", "configure.in") && says("generated automatically by aclocal"):
		return aclocalOutput
	case strings.HasSuffix(base, ".in") && says("generated by automake") && in(stem+".am"):
		return "automake's output"
	case says("by autoheader"):
		return "autoheader's output"
	case path.Ext(base) == ".gmo" || path.Ext(base) == ".mo":
		if in(stem+".po") || r.has(dir+stem+".po") {
			return "a compiled translation"
		}
	case base == "stamp-po" || path.Ext(base) == ".pot" || path.Ext(base) == ".po":
		return translation
	case base == "ChangeLog" || base == "INSTALL" || base == "AUTHORS" || base == "NEWS" || base == "README" || base == "ABOUT-NLS" ||
		base == "COPYING" || base == "THANKS":
		return releaseText
	case path.Ext(base) == ".py" && strings.Contains(base, "version") && versionOnly(r.text(f.Path)):
		return versionModule
	case base == ".tarball-version" || base == ".version" || base == "VERSION" || base == ".tarball-git-version":
		return versionText
	case document(base):
		return documentation
	case says("Bison parser", "lexical scanner generated by flex", "A lexical scanner generated by flex", "GNU M4 parser") && in(stem+".y", stem+".l", stem+".yy", stem+".ll"):
		return "a generated parser"
	}
	return ""
}

// document reports whether a name is of a kind that nothing runs.
func document(base string) bool {
	switch ext := strings.ToLower(path.Ext(base)); ext {
	case ".html", ".htm", ".css", ".pdf", ".ps", ".dvi", ".info", ".texi", ".md", ".rst", ".png", ".svg", ".gif", ".jpg", ".xml", ".txt":
		return true
	case ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9":
		return true
	default:
		return strings.HasPrefix(ext, ".3") || strings.Contains(base, ".info-")
	}
}

// serial returns the serial number of an m4 file, as aclocal reads it; 0 for
// none.
func serial(text []byte) int {
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("#")) && !bytes.HasPrefix(line, []byte("dnl")) {
			continue
		}
		_, rest, ok := bytes.Cut(line, []byte("serial"))
		if !ok || len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
			continue
		}
		n, digits := 0, false
		for _, d := range bytes.TrimLeft(rest, " \t") {
			if d < '0' || d > '9' || n > 1e6 {
				break
			}
			n, digits = n*10+int(d-'0'), true
		}
		if digits {
			return n
		}
	}
	return 0
}
