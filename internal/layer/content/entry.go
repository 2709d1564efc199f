package content

import (
	"path"
	"slices"
	"strings"
)

// reach is when a file runs.
type reach uint8

const (
	shipped   reach = iota // nothing seen refers to it
	onImport               // whoever uses the package runs it
	onInstall              // whoever installs or builds it runs it
)

func (r reach) String() string { return [...]string{"shipped only", "at import", "at install"}[r] }

// entry is a place where install or import start.
type entry struct {
	path  string
	reach reach
	by    string // "postinstall", "main", "setup.py"
	// command is what is run there when it is no file of its own: the text of a
	// hook, with path the manifest.
	command string
	as      *language // that runs it, nil for the one it is written in by its name
}

// script is a command that install runs, in a manifest.
type script struct {
	entry
	facts *facts
}

// rank fills in the reach of every file, by following references from where
// install and import start, and returns the commands of the manifests.
func (r *release) rank() []script {
	var entries []entry
	entries = append(entries, r.npmEntries()...)
	entries = append(entries, pythonEntries(r)...)
	entries = append(entries, buildEntries(r)...)
	// What install runs first, so that each file is visited once per level.
	slices.SortStableFunc(entries, func(a, b entry) int { return int(b.reach) - int(a.reach) })
	if len(entries) == 0 {
		// Nothing says what starts: any of it may.
		for _, f := range r.files {
			if f.facts != nil {
				entries = append(entries, entry{path: f.path, reach: onImport})
			}
		}
	}
	var scripts []script
	for _, e := range entries {
		if e.command == "" {
			r.follow(e.path, e.reach, e.by, e.as)
			continue
		}
		s := script{e, new(facts)}
		readShell(source{e.path, e.command, 1}, s.facts)
		for _, ref := range s.facts.refs {
			for _, to := range resolveCommand(r, e.path, ref) {
				r.follow(to, e.reach, e.by, interpreter(ref.as))
				// To start a file of the release is what a hook is; what that
				// file does is the file's.
				s.facts.caps &^= process
			}
		}
		for _, to := range r.named(e.command) {
			r.follow(to, e.reach, e.by, nil)
		}
		scripts = append(scripts, s)
	}
	return scripts
}

// resolveCommand resolves what a hook starts; node completes names.
func resolveCommand(r *release, from string, ref reference) []string {
	to := path.Clean(path.Join(path.Dir(from), ref.to))
	if r.has(to) {
		return []string{to}
	}
	return resolveJavaScript(r, from, reference{to: "./" + to})
}

// named returns the files of the release that the words of a command name,
// from the top folder or one that the command changes to: options of node,
// Windows' start and the like hide them from a reader of shell.
func (r *release) named(command string) []string {
	words := strings.FieldsFunc(command, func(c rune) bool { return strings.ContainsRune(" \t\n;&|()=\"'`<>", c) })
	words = words[:min(len(words), 1000)]
	folders := []string{"."}
	var out []string
	for i, word := range words {
		before := ""
		if i > 0 {
			before = words[i-1]
		}
		if before == "cd" && len(folders) < 20 {
			folders = append(folders, path.Clean(word))
		}
		for _, folder := range folders {
			to := path.Join(folder, strings.ReplaceAll(word, "\\", "/"))
			switch {
			case r.has(to):
				out = append(out, to)
			case before == "node" || before == "-r" || before == "--require" || before == "--import":
				out = append(out, resolveJavaScript(r, "package.json", reference{to: "./" + to})...)
			}
		}
	}
	return out
}
