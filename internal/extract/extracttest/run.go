package extracttest

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/kennel-oss/kennel"
)

var update = flag.Bool("update", false, "rewrite the want.txt of each txtar fixture")

// Run holds an extractor to its contract on every txtar fixture that glob
// names (relative to the calling package). A fixture is a tree of input files
// and one want.txt: what [Render] prints of the inventory. It fails when no
// fixture is found, or when the extractor matches no file of one.
//
// It also cuts and damages every matched file in many places: the extractor
// may return an error or gaps, but must not panic and must end.
func Run(t *testing.T, x kennel.Extractor, glob string) {
	t.Helper()
	if x.Name() == "" || x.Name() != strings.ToLower(x.Name()) {
		t.Errorf("name %q: want a short lower-case word", x.Name())
	}
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixture matches %s (%v)", glob, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tree, want := split(archive)
			inv, matched := Extract(t, x, tree)
			if matched == 0 {
				t.Fatal("the extractor matches no file of this fixture")
			}
			got := Render(inv)
			if *update {
				rewrite(t, path, archive, got)
				return
			}
			if got != want {
				t.Errorf("want.txt differs; run with -update and read the diff\n--- got\n%s--- want\n%s", got, want)
			}
			damage(t, x, tree)
		})
	}
}

// Extract runs x on every file it matches, as the program would, and returns
// the normalised inventory and how many files matched.
func Extract(t testing.TB, x kennel.Extractor, tree fstest.MapFS) (kennel.Inventory, int) {
	t.Helper()
	var inv kennel.Inventory
	matched := 0
	for _, f := range Files(tree) {
		if !x.Match(f) {
			continue
		}
		matched++
		e, err := x.Extract(context.Background(), f)
		if err != nil {
			inv.Gaps = append(inv.Gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: f.Path(), Why: err.Error()})
		}
		inv.Projects = append(inv.Projects, e.Projects...)
		inv.Gaps = append(inv.Gaps, e.Gaps...)
	}
	inv.Normalize()
	return inv, matched
}

// Render prints an inventory as text that a person can read and a fixture can
// hold.
func Render(inv kennel.Inventory) string {
	var b strings.Builder
	for _, p := range inv.Projects {
		fmt.Fprintf(&b, "project %s root=%s", p.Manifest, p.Root)
		put(&b, "ecosystem", string(p.Ecosystem))
		put(&b, "name", p.Name)
		put(&b, "version", p.Version)
		if p.Graph {
			b.WriteString(" graph")
		}
		if p.Installed {
			b.WriteString(" installed")
		}
		b.WriteByte('\n')
		for i, o := range p.Occurrences {
			fmt.Fprintf(&b, "  %s %s %s", o.Ecosystem, o.Name, o.Version)
			put(&b, "release", o.Release)
			put(&b, "source", strings.TrimSpace(o.Source.Name+" "+o.Source.Version))
			fmt.Fprintf(&b, " %s %s", o.Scope, o.Direct)
			if o.Origin != kennel.OriginRegistry {
				put(&b, "origin", o.Origin.String())
			}
			put(&b, "commit", o.Commit)
			for _, q := range o.Qualifiers {
				put(&b, q.Key, q.Value)
			}
			put(&b, "licenses", strings.Join(o.Licenses, ","))
			for _, h := range o.Hashes {
				put(&b, h.Algorithm, h.Value[:min(12, len(h.Value))])
			}
			for _, l := range o.Locations {
				if l.Line > 0 {
					fmt.Fprintf(&b, " @%s:%d", l.Path, l.Line)
				} else {
					fmt.Fprintf(&b, " @%s", l.Path)
				}
			}
			b.WriteByte('\n')
			for _, e := range p.Edges {
				if e.From == int32(i) {
					edge(&b, "    ", p, e)
				}
			}
		}
		for _, e := range p.Edges {
			if e.From == kennel.RootNode {
				edge(&b, "  root ", p, e)
			}
		}
	}
	for _, g := range inv.Gaps {
		fmt.Fprintf(&b, "gap (%s) %s: %s\n", g.Kind, g.What, g.Why)
	}
	return b.String()
}

func edge(b *strings.Builder, indent string, p kennel.Project, e kennel.Edge) {
	to := p.Occurrences[e.To]
	fmt.Fprintf(b, "%s-> %s %s", indent, to.Name, to.Version)
	if e.Constraint != "" {
		fmt.Fprintf(b, " (%s)", e.Constraint)
	}
	if e.Scope != kennel.ScopeUnknown {
		fmt.Fprintf(b, " %s", e.Scope)
	}
	b.WriteByte('\n')
}

func put(b *strings.Builder, key, value string) {
	if value != "" {
		fmt.Fprintf(b, " %s=%s", key, value)
	}
}

func split(archive *txtar.Archive) (fstest.MapFS, string) {
	tree, want := fstest.MapFS{}, ""
	for _, f := range archive.Files {
		if f.Name == "want.txt" {
			want = string(f.Data)
			continue
		}
		tree[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return tree, want
}

func rewrite(t *testing.T, path string, archive *txtar.Archive, got string) {
	files := archive.Files[:0]
	for _, f := range archive.Files {
		if f.Name != "want.txt" {
			files = append(files, f)
		}
	}
	archive.Files = append(files, txtar.File{Name: "want.txt", Data: []byte(got)})
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// damage feeds cut and spoiled copies of every matched file to x.
func damage(t *testing.T, x kennel.Extractor, tree fstest.MapFS) {
	for _, f := range Files(tree) {
		if !x.Match(f) {
			continue
		}
		whole := tree[f.Path()].Data
		for i := range 40 {
			cut := len(whole) * i / 40
			spoiled := bytes.Clone(whole)
			if len(spoiled) > 0 {
				spoiled[cut] ^= 0x5a
			}
			for _, data := range [][]byte{whole[:cut], spoiled, append(bytes.Clone(whole[:cut]), 0xff, 0xfe, 0)} {
				hurt := fstest.MapFS{}
				for name, file := range tree {
					hurt[name] = file
				}
				hurt[f.Path()] = &fstest.MapFile{Data: data, Mode: tree[f.Path()].Mode}
				e, _ := x.Extract(context.Background(), File(hurt, f.Path()))
				check(t, f.Path(), e)
			}
		}
	}
}

// check holds what an extractor returns to the words' own rules.
func check(t testing.TB, path string, e kennel.Extraction) {
	t.Helper()
	for _, p := range e.Projects {
		n := int32(len(p.Occurrences))
		for _, edge := range p.Edges {
			if edge.From < kennel.RootNode || edge.From >= n || edge.To < 0 || edge.To >= n {
				t.Fatalf("%s: edge %d -> %d outside %d occurrences", path, edge.From, edge.To, n)
			}
		}
		for _, o := range p.Occurrences {
			if o.Name == "" || o.Ecosystem == "" {
				t.Fatalf("%s: occurrence without name or ecosystem: %+v", path, o)
			}
			for _, l := range o.Locations {
				if !fs.ValidPath(strings.Split(l.Path, "!/")[0]) {
					t.Fatalf("%s: location %q is not a path in the target", path, l.Path)
				}
			}
		}
	}
}

// Fuzz feeds arbitrary bytes to x under each of the given file names, seeded
// with the files of the txtar fixtures that glob names. It fails without
// seeds.
func Fuzz(f *testing.F, x kennel.Extractor, glob string, names ...string) {
	paths, _ := filepath.Glob(glob)
	seeds := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name != "want.txt" {
				f.Add(file.Data)
				seeds++
			}
		}
	}
	if seeds == 0 || len(names) == 0 {
		f.Fatalf("no seeds in %s, or no names", glob)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range names {
			tree := fstest.MapFS{name: &fstest.MapFile{Data: data, Mode: 0o644}}
			e, _ := x.Extract(context.Background(), File(tree, name))
			check(t, name, e)
			inv := kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps}
			inv.Normalize()
		}
	})
}
