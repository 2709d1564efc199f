// Package yarn reads yarn.lock, both of Yarn 1 and of Yarn 2 and later
// ("Berry"), with the package.json files beside it for what a lock file does
// not say: what the project asks for itself, and what of it is for development
// only.
package yarn

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of yarn.lock.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "yarn" }

// Match takes lock files outside node_modules: one that a dependency was
// published with locks nothing here.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	return p[strings.LastIndexByte(p, '/')+1:] == "yarn.lock" &&
		!strings.HasPrefix(p, "node_modules/") && !strings.Contains(p, "/node_modules/")
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	l := lock{file: f, at: make(map[string]int32), byName: make(map[string][]int32), same: make(map[kennel.Key]int32)}
	if bytes.HasPrefix(text, []byte("__metadata:")) || bytes.Contains(text, []byte("\n__metadata:")) {
		err = l.readBerry(text)
	} else {
		err = l.readClassic(string(text))
	}
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, text)
	}
	l.edges()
	return kennel.Extraction{
		Projects: []kennel.Project{{
			Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.NPM, Name: l.name, Version: l.version,
			Occurrences: l.Occurrences, Edges: l.Edges, Graph: l.missing == 0,
		}},
		Gaps: l.gaps,
	}, nil
}

// need is one dependency of an entry, as its package wrote it.
type need struct {
	name, constraint string
	scope            kennel.Scope
}

// lock is a lock file being resolved. Its keys are descriptors: what somebody
// asked for, "name@range".
type lock struct {
	lockfile.Graph
	file          kennel.File
	name, version string
	asked         []asked
	at            map[string]int32 // descriptor -> asked
	byName        map[string][]int32
	same          map[kennel.Key]int32 // a patched package is the package
	wanted        []wanted
	key           []byte // scratch
	rooted        bool   // what the root asks for is known
	gaps          []kennel.Gap
	missing       int
	example       string
}

// asked is one descriptor: the node it means (RootNode for the root), and
// whether some dependant wrote it.
type asked struct {
	descriptor string
	node       int32
	claimed    bool
}

type wanted struct {
	from  int32
	needs []need
}

func (l *lock) gap(format string, args ...any) {
	const enough = 20
	if len(l.gaps) < enough {
		l.gaps = append(l.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: l.file.Path(), Why: fmt.Sprintf(format, args...)})
	}
}

// put adds o under its descriptors and returns its node.
func (l *lock) put(o kennel.Occurrence, descriptors []string, needs []need) int32 {
	n, have := l.same[o.Key()]
	if !have {
		n = l.Add(o)
		l.same[o.Key()] = n
	}
	for _, d := range descriptors {
		l.answer(d, n)
		name, _ := splitDescriptor(d)
		if same := l.byName[name]; len(same) == 0 || same[len(same)-1] != n {
			l.byName[name] = append(same, n)
		}
	}
	if len(needs) > 0 {
		l.wanted = append(l.wanted, wanted{n, needs})
	}
	return n
}

// answer records that descriptor means node n.
func (l *lock) answer(descriptor string, n int32) {
	if i, twice := l.at[descriptor]; twice {
		if l.asked[i].node != n {
			l.gap("%.80q is there twice, for different packages; the last one counts", descriptor)
		}
		l.asked[i].node = n
		return
	}
	l.at[descriptor] = int32(len(l.asked))
	l.asked = append(l.asked, asked{descriptor: descriptor, node: n})
}

func (l *lock) place(line int) []kennel.Location {
	return []kennel.Location{{Path: l.file.Path(), Line: line, Layer: l.file.Layer()}}
}

// splitDescriptor splits "name@range" and "@scope/name@range".
func splitDescriptor(d string) (name, constraint string) {
	if at := strings.IndexByte(d[min(1, len(d)):], '@'); at >= 0 {
		return d[:at+1], d[at+2:]
	}
	return d, ""
}

// plain takes Yarn's "npm:" off a range, which the dependant did not write.
func plain(constraint string) string {
	if _, _, alias := lockfile.NodeAlias(constraint); !alias {
		return strings.TrimPrefix(constraint, "npm:")
	}
	return constraint
}

// find returns the node that a dependency means. Yarn rewrites some ranges
// (resolutions, peers), and leaves the members of a Yarn 1 workspace out: then
// the one package of that name is meant.
func (l *lock) find(name, constraint string) (int32, bool) {
	for _, infix := range [...]string{"@", "@npm:"} {
		l.key = append(append(append(l.key[:0], name...), infix...), constraint...)
		if i, ok := l.at[string(l.key)]; ok {
			l.asked[i].claimed = true
			return l.asked[i].node, true
		}
	}
	if same := l.byName[name]; len(same) == 1 {
		return same[0], true
	}
	return 0, false
}

// edges resolves who asks for what.
func (l *lock) edges() {
	for _, w := range l.wanted {
		for _, n := range w.needs {
			to, ok := l.find(n.name, n.constraint)
			switch {
			case !ok && n.scope == kennel.ScopeOptional:
				continue // left out where its platform is not this one
			case !ok:
				if l.missing++; l.missing == 1 {
					l.example = n.name + "@" + n.constraint
				}
				continue
			}
			if to >= 0 && to != w.from {
				l.Need(w.from, to, plain(n.constraint), n.scope)
			}
		}
	}
	if !l.rooted {
		l.unclaimed()
	}
	l.Resolve()
	for i := range l.Occurrences { // of what a dependant asks for, the project may too
		if o := &l.Occurrences[i]; !l.rooted && o.Direct == kennel.Transitive {
			o.Direct = kennel.DirectUnknown
		}
	}
	if l.missing > 0 {
		l.gap("%d dependencies name a package that the lock file does not hold, such as %.80q", l.missing, l.example)
	}
}

// unclaimed finds what the project itself asks for in a lock file without its
// package.json: the descriptors that no package in it wrote. What the project
// asks for in the same words as one of its dependencies stays unknown.
func (l *lock) unclaimed() {
	for _, a := range l.asked {
		_, constraint := splitDescriptor(a.descriptor)
		if a.node >= 0 && !a.claimed && !strings.HasPrefix(constraint, "patch:") {
			l.Need(kennel.RootNode, a.node, plain(constraint), kennel.ScopeUnknown)
		}
	}
}
