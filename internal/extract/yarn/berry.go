package yarn

import (
	"errors"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// newestBerry is the newest lock file version whose meaning is known here
// (Yarn 4.0 to 4.x write 8 and 9).
const newestBerry = 9

// readBerry reads a lock file of Yarn 2 and later: YAML whose keys are
// descriptors joined by ", ". Members of the workspace have entries of their
// own, in which development dependencies look like the others.
func (l *lock) readBerry(text []byte) error {
	docs, err := lockfile.ParseYAML(text)
	if err != nil {
		return err
	}
	if len(docs) == 0 {
		return errors.New("an empty lock file")
	}
	opened := 0
	for e := range docs[0].Each() {
		if e.Key == "__metadata" {
			if v, err := strconv.Atoi(e.Text("version")); err == nil && v > newestBerry {
				l.gap("lock file version %d is newer than the newest one known here (%d): read as that one", v, newestBerry)
			}
			continue
		}
		name, reference := splitDescriptor(e.Text("resolution"))
		if name == "" || e.Empty() {
			l.gap("line %d: %.80q is not understood", e.Line, e.Key)
			continue
		}
		descriptors := strings.Split(e.Key, ", ")
		needs := l.berryNeeds(e)
		if folder, ok := strings.CutPrefix(reference, "workspace:"); ok {
			folder, _, _ = strings.Cut(folder, "::")
			if opened++; opened <= membersMax {
				l.workspace(e, name, path.Clean(folder), descriptors, needs)
				continue
			}
		}
		o := kennel.Occurrence{
			Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: e.Text("version")},
			Locations: l.place(e.Line),
		}
		// The checksum is of Yarn's own cache archive, not of what the registry
		// distributes, so it is no hash of the component.
		o.Origin, o.Commit = berryOrigin(reference)
		if _, archive, ok := strings.Cut(reference, "::__archiveUrl="); ok {
			archive, _, _ = strings.Cut(archive, "&")
			if plain, err := url.QueryUnescape(archive); err == nil {
				o.Address = lockfile.Address(plain)
			}
		}
		if o.Version == "0.0.0-use.local" { // Yarn's way of saying that there is none
			o.Version = ""
		}
		l.put(o, descriptors, needs)
	}
	return nil
}

// berryOrigin reads the reference of a resolution: "npm:1.0.0",
// "npm:1.0.0::__archiveUrl=…", "https://…#commit=…", "link:../a::locator=…",
// "patch:a@npm%3A1.0.0#…". A patch changes a package that keeps its origin.
func berryOrigin(reference string) (kennel.Origin, string) {
	if inner, ok := strings.CutPrefix(reference, "patch:"); ok {
		inner, _, _ = strings.Cut(inner, "#")
		if plain, err := url.PathUnescape(inner); err == nil {
			if _, of := splitDescriptor(plain); !strings.HasPrefix(of, "patch:") {
				return berryOrigin(of)
			}
		}
		return kennel.OriginRegistry, ""
	}
	reference, _, _ = strings.Cut(reference, "::")
	return lockfile.NodeOrigin(reference)
}

// berryNeeds lists what an entry asks for. A peer has no entry of its own in a
// lock file, so peers are left out.
func (l *lock) berryNeeds(e *lockfile.Node) []need {
	var needs []need
	optional := make(map[string]bool)
	for m := range e.Get("dependenciesMeta").Each() {
		if m.Text("optional") == "true" {
			optional[m.Key] = true
		}
	}
	usual := kennel.ScopeShipped
	if e.Text("linkType") == "soft" { // a member of the workspace, maybe
		usual = kennel.ScopeUnknown
	}
	for d := range e.Get("dependencies").Each() {
		scope := usual
		if optional[d.Key] {
			scope = kennel.ScopeOptional
		}
		needs = append(needs, need{d.Key, d.Value, scope})
	}
	return needs
}

// workspace adds a member, or the root, with what its package.json says of
// scopes.
func (l *lock) workspace(e *lockfile.Node, name, folder string, descriptors []string, needs []need) {
	l.rooted = true
	at := path.Join(path.Dir(l.file.Path()), folder)
	m, err := lockfile.ReadManifest(l.file.FS(), at)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.gap("%.200s cannot be read (%v): which of its dependencies are for development is not known", path.Join(at, "package.json"), err)
	}
	if err == nil {
		scopes := make(map[string]kennel.Scope)
		for _, n := range m.Needs {
			if old, twice := scopes[n.Alias]; !n.Peer && (!twice || old.Widen(n.Scope) == n.Scope) {
				scopes[n.Alias] = n.Scope
			}
		}
		for i := range needs {
			if scope, ok := scopes[needs[i].name]; ok {
				needs[i].scope = scope
			}
		}
	}
	if folder == "." {
		l.name, l.version = name, m.Version
		for _, d := range descriptors {
			l.answer(d, kennel.RootNode)
		}
		l.wanted = append(l.wanted, wanted{kennel.RootNode, needs})
		return
	}
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: m.Version, Licenses: m.Licenses,
			Origin: kennel.OriginLocal,
		},
		Locations: l.place(e.Line),
	}
	l.Need(kennel.RootNode, l.put(o, descriptors, needs), "", kennel.ScopeShipped)
}
