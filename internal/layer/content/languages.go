package content

import (
	"path"
	"strings"
)

// source is the text of a file, or of a script inside one.
type source struct {
	path  string // in the release, without its top folder
	text  string // whole; any bytes
	first int    // the line of the file at which text begins, from 1
}

// language knows how to read the files of one language.
type language struct {
	name string
	// read fills in the facts of a text. It never fails: what it cannot make
	// sense of it skips, any bytes are fine.
	read func(source, *facts)
	// resolve returns the files of the release that a reference means.
	resolve func(r *release, from string, ref reference) []string
}

// The languages.
var (
	javascript = language{"JavaScript", readJavaScript, resolveJavaScript}
	python     = language{"Python", readPython, resolvePython}
	shell      = language{"shell", readShell, resolveShell}
	makefile   = language{"make", readMake, resolveShell}
	macros     = language{"m4", readM4, resolveShell}
)

// languageOf tells the language of a file by its name, or else by how its text
// begins; nil when no reader knows it.
func languageOf(name, head string) *language {
	base := path.Base(name)
	switch strings.ToLower(path.Ext(base)) {
	case ".js", ".cjs", ".mjs", ".jsx", ".ts", ".mts", ".cts", ".tsx":
		if strings.HasSuffix(base, ".d.ts") || strings.HasSuffix(base, ".d.mts") || strings.HasSuffix(base, ".d.cts") {
			return nil // declarations: nothing of them runs
		}
		return &javascript
	case ".py", ".pyw", ".pth":
		return &python
	case ".sh", ".bash", ".zsh", ".ksh", ".ps1", ".bat", ".cmd":
		return &shell
	case ".mk", ".make":
		return &makefile
	case ".m4":
		return &macros
	case ".in", ".am", ".ac":
		base = strings.TrimSuffix(base, path.Ext(base))
	case "":
	default:
		return nil
	}
	switch base {
	case "Makefile", "makefile", "GNUmakefile":
		return &makefile
	case "configure":
		if strings.HasSuffix(name, ".ac") || strings.HasSuffix(name, ".in") {
			return &macros
		}
		return &shell
	}
	if line, _, _ := strings.Cut(head, "\n"); strings.HasPrefix(line, "#!") {
		switch {
		case strings.Contains(line, "node"), strings.Contains(line, "bun"), strings.Contains(line, "deno"):
			return &javascript
		case strings.Contains(line, "python"):
			return &python
		case strings.Contains(line, "sh"):
			return &shell
		}
	}
	return nil
}
