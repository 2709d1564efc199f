package bun

import (
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// keyMax and depthMax bound a package's key, in bytes and in steps, since
// finding a dependency climbs all the way up in it.
const (
	keyMax   = 1024
	depthMax = 60
)

// tree is the packages by key: "a", or "a/b" for the b that only a sees.
type tree struct {
	entries []entry
	at      map[string]int32
	key     []byte // scratch
}

const none int32 = -2

func (l *lock) resolve(f kennel.File) kennel.Project {
	t := tree{entries: l.packages, at: make(map[string]int32, len(l.packages))}
	g := lockfile.Graph{Occurrences: make([]kennel.Occurrence, 0, len(l.packages))}
	folders := make(map[string]*member, len(l.workspaces))
	for i := range l.workspaces {
		folders[l.workspaces[i].folder] = &l.workspaces[i]
	}
	nodes := make(map[string]int32) // workspace folder -> node
	for i := range l.packages {
		e := &l.packages[i]
		e.node = none
		name, ref := splitID(e.id)
		if name == "" || len(e.key) > keyMax || strings.Count(e.key, "/") > depthMax {
			l.gap("line %d: %.80q is not understood", e.line, e.key)
			continue
		}
		if _, twice := t.at[e.key]; twice {
			l.gap("line %d: %.80q is there twice; this one counts", e.line, e.key)
		}
		t.at[e.key] = int32(i)
		if strings.HasPrefix(ref, "root:") {
			continue // a member asks for the root
		}
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: kennel.NPM, Name: name},
				Hashes:  lockfile.Integrity(e.integrity),
			},
			Locations: []kennel.Location{{Path: f.Path(), Line: e.line, Layer: f.Layer()}},
		}
		o.Origin, o.Commit = lockfile.NodeOrigin(ref)
		switch {
		case o.Origin == kennel.OriginRegistry:
			o.Version = ref
		case o.Origin == kennel.OriginUnknown, o.Origin == kennel.OriginVCS && o.Commit == "" && strings.HasPrefix(ref, "."):
			o.Origin = kennel.OriginLocal
		}
		folder, isMember := strings.CutPrefix(ref, "workspace:")
		if m := folders[folder]; isMember && m != nil {
			if n, have := nodes[folder]; have {
				e.node = n
				continue
			}
			o.Version = m.Version
			e.Needs = m.Needs
			e.node = g.Add(o)
			nodes[folder] = e.node
			g.Need(kennel.RootNode, e.node, "", kennel.ScopeShipped)
			continue
		}
		e.node = g.Add(o)
	}
	for i := range l.packages {
		if e := &l.packages[i]; e.node >= 0 {
			t.needs(&g, e.key, e.node, e.Needs)
		}
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.NPM, Graph: true}
	if root := folders[""]; root != nil {
		p.Name, p.Version = root.Name, root.Version
		t.needs(&g, "", kennel.RootNode, root.Needs)
	}
	g.Resolve()
	p.Occurrences, p.Edges = g.Occurrences, g.Edges
	return p
}

// splitID splits "name@version".
func splitID(id string) (name, ref string) {
	if at := strings.IndexByte(id[min(1, len(id)):], '@'); at >= 0 {
		return id[:at+1], id[at+2:]
	}
	return "", ""
}

func (t *tree) needs(g *lockfile.Graph, key string, node int32, needs []lockfile.Need) {
	for _, n := range needs {
		if to := t.find(key, n.Alias); to >= 0 && to != node {
			g.Need(node, to, n.Constraint, n.Scope)
		}
	}
}

// find returns the node that name means to the package at key: the nearest
// one, as in folders of node_modules.
func (t *tree) find(key, name string) int32 {
	for {
		t.key = append(t.key[:0], key...)
		if key != "" {
			t.key = append(t.key, '/')
		}
		t.key = append(t.key, name...)
		if i, ok := t.at[string(t.key)]; ok {
			return t.entries[i].node
		}
		if key == "" {
			return none
		}
		// Take the last name off, with its scope.
		key = key[:max(strings.LastIndexByte(key, '/'), 0)]
		if scope := key[strings.LastIndexByte(key, '/')+1:]; strings.HasPrefix(scope, "@") {
			key = strings.TrimSuffix(key[:len(key)-len(scope)], "/")
		}
	}
}
