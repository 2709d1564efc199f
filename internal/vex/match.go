package vex

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Product says what is being judged, for statements that speak of a product
// and perhaps of a component in it.
type Product struct {
	IDs    []string // package URLs and other names; a name without a version stands for none in particular
	Hashes []kennel.Hash
}

// ProductOf names a project as [Write] does, so that what Kennel wrote of it
// is found again: by what it calls itself, in its ecosystem or as a generic
// purl. A project without a name has no identity.
func ProductOf(p *kennel.Project) Product {
	if p.Name == "" {
		return Product{}
	}
	if p.Ecosystem != "" {
		c := kennel.Component{Package: kennel.Package{Ecosystem: p.Ecosystem, Name: p.Name}, Version: p.Version}
		if id := ecosystem.Purl(c); id != "" {
			return Product{IDs: []string{id}}
		}
	}
	return Product{IDs: []string{generic(p.Name, p.Version)}}
}

func generic(name, version string) string {
	return ecosystem.Purl(kennel.Component{Package: kennel.Package{Ecosystem: "generic", Name: name}, Version: version})
}

// Book answers which statement speaks of a finding. It is safe for concurrent
// use.
type Book struct {
	entries []entry
	byID    map[string][]int // vulnerability or alias, folded -> entries
	mu      sync.Mutex
}

type entry struct {
	Statement
	product, component matcher
	used               bool
	nearest            string // a component that had the problem and did not match
}

// Unused is a statement that no lookup matched.
type Unused struct {
	Statement
	// Nearest is the purl of a component that has the problem and that no
	// statement speaks of: most often this one was meant to. "" when there is
	// none.
	Nearest string
}

// New makes a book of statements, which may come from several documents.
func New(statements []Statement) *Book {
	b := &Book{entries: make([]entry, len(statements)), byID: make(map[string][]int)}
	for i, s := range statements {
		b.entries[i] = entry{Statement: s, product: newMatcher(s.Product), component: newMatcher(s.Component)}
		ids := append([]string{s.Vulnerability}, s.Aliases...)
		for k, id := range ids {
			if id = fold(id); !slices.ContainsFunc(ids[:k], func(other string) bool { return fold(other) == id }) {
				b.byID[id] = append(b.byID[id], i)
			}
		}
	}
	return b
}

// Lookup returns the statement that holds for a finding in a product. It must
// name the problem by its id or one of its aliases, and
//
//   - its product is the component itself, or
//   - its product is the one judged, and it names no component in it or this one.
//
// Of several the newest holds; of equally new ones the last.
func (b *Book) Lookup(f kennel.Finding, product Product) (Statement, bool) {
	if b == nil || len(b.entries) == 0 {
		return Statement{}, false
	}
	found := -1
	var missed []int
	seen := func(id string) {
		for _, i := range b.byID[fold(id)] {
			if !b.entries[i].speaksOf(f.Component, product) {
				missed = append(missed, i)
				continue
			}
			b.mark(i)
			if found < 0 || !b.entries[i].Time.Before(b.entries[found].Time) && (i > found || b.entries[i].Time.After(b.entries[found].Time)) {
				found = i
			}
		}
	}
	seen(f.ID)
	for _, alias := range f.Aliases {
		seen(alias)
	}
	if found < 0 {
		b.miss(missed, f.Component)
		return Statement{}, false
	}
	return b.entries[found].Statement, true
}

func (e *entry) speaksOf(c kennel.Component, product Product) bool {
	if e.Component.Empty() {
		return e.product.component(c) || e.product.product(product)
	}
	return e.component.component(c) && (e.Product.Empty() || e.product.product(product))
}

func (b *Book) mark(i int) {
	b.mu.Lock()
	b.entries[i].used = true
	b.mu.Unlock()
}

// miss notes the statements on a component's problem of which none speaks of
// the component.
func (b *Book) miss(entries []int, c kennel.Component) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range entries {
		e := &b.entries[i]
		if purl := ecosystem.Purl(c); e.nearest == "" || purl < e.nearest { // the same whatever the order
			e.nearest = purl
		}
	}
}

// Unused lists the statements that no lookup has matched so far, in the order
// they were given.
func (b *Book) Unused() []Unused {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Unused
	for i := range b.entries {
		if e := &b.entries[i]; !e.used {
			out = append(out, Unused{e.Statement, e.nearest})
		}
	}
	return out
}

// matcher is a subject, parsed.
type matcher struct {
	subject    Subject
	components []kennel.Component // of the identifiers that are purls
	plain      []string           // the others
}

func newMatcher(s Subject) matcher {
	m := matcher{subject: s}
	for _, id := range s.IDs {
		if c, err := ecosystem.FromPurl(id); err == nil {
			m.components = append(m.components, c)
		} else {
			m.plain = append(m.plain, id)
		}
	}
	return m
}

// component reports whether the subject is a component of the inventory.
func (m *matcher) component(c kennel.Component) bool {
	return slices.ContainsFunc(m.components, func(said kennel.Component) bool { return covers(said, c) }) ||
		sharesHash(m.subject.Hashes, c.Hashes)
}

// product reports whether the subject is what is being judged.
func (m *matcher) product(p Product) bool {
	if sharesHash(m.subject.Hashes, p.Hashes) {
		return true
	}
	for _, id := range p.IDs {
		if slices.ContainsFunc(m.plain, func(said string) bool { return said == id }) {
			return true
		}
		if c, err := ecosystem.FromPurl(id); err == nil && slices.ContainsFunc(m.components, func(said kennel.Component) bool {
			return covers(said, c) || sameProduct(said, c)
		}) {
			return true
		}
	}
	return false
}

// sameProduct compares products of which one is generic: a bill of materials
// names what it describes without an ecosystem, and the lock file that it was
// made from with one.
func sameProduct(said, c kennel.Component) bool {
	const none = kennel.Ecosystem("generic")
	if said.Ecosystem == c.Ecosystem || said.Ecosystem != none && c.Ecosystem != none {
		return false
	}
	plain := func(name string) string { return strings.ReplaceAll(strings.TrimPrefix(name, "@"), ":", "/") }
	return strings.EqualFold(plain(said.Name), plain(c.Name)) && (said.Version == "" || sameVersion(none, said.Version, c.Version))
}

// covers reports whether what a statement says holds for a component. A purl
// without a version holds for all; every qualifier it has must be the
// component's; those that only say where a copy was fetched are no part of an
// identity. "arch=source" means the source package, as distributions use it.
func covers(said, c kennel.Component) bool {
	if said.Ecosystem != c.Ecosystem {
		return false
	}
	name, version := c.Name, c.Version
	for _, q := range said.Qualifiers {
		switch {
		case q.Key == "vcs_url", q.Key == "download_url", q.Key == "checksum":
		case q.Key == "arch" && (q.Value == "source" || q.Value == "src") && c.Source.Name != "":
			name, version = c.Source.Name, cmp.Or(c.Source.Version, c.Version)
		case q.Key == "type" && q.Value == "jar" && c.Ecosystem == kennel.Maven && qualifier(c, "type") == "": // the default
		case qualifier(c, q.Key) != q.Value:
			return false
		}
	}
	// Purls fold the case of many names, so it cannot tell two packages apart.
	if !strings.EqualFold(ecosystem.NameKey(said.Package), ecosystem.NameKey(kennel.Package{Ecosystem: c.Ecosystem, Name: name})) {
		return false
	}
	if said.Release != "" && !ecosystem.SameRelease(c.Ecosystem, said.Release, c.Release) {
		return false
	}
	if said.Source.Name != "" && c.Source.Name != "" && said.Source.Name != c.Source.Name {
		return false
	}
	return said.Version == "" || sameVersion(c.Ecosystem, said.Version, version)
}

func sameVersion(e kennel.Ecosystem, a, b string) bool {
	if a == b || strings.TrimPrefix(a, "v") == strings.TrimPrefix(b, "v") {
		return true
	}
	order, err := ecosystem.Compare(e, a, b)
	return err == nil && order == 0
}

func qualifier(c kennel.Component, key string) string {
	for _, q := range c.Qualifiers {
		if q.Key == key {
			return q.Value
		}
	}
	return ""
}

func sharesHash(a, b []kennel.Hash) bool {
	return slices.ContainsFunc(a, func(h kennel.Hash) bool { return slices.Contains(b, h) })
}

func fold(id string) string { return strings.ToUpper(strings.TrimSpace(id)) }

// at narrows a subject to a version.
func (s Subject) at(version string) Subject {
	out := Subject{Hashes: s.Hashes}
	for _, id := range s.IDs {
		if c, err := ecosystem.FromPurl(id); err == nil {
			c.Version = version
			id = ecosystem.Purl(c)
		}
		out.IDs = append(out.IDs, id)
	}
	return out
}
