// Package auditable reads the dependency list that cargo-auditable links into
// Rust programs: a section with compressed JSON, which also holds the graph.
package auditable

import (
	"bytes"
	"compress/zlib"
	"context"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kennel-oss/kennel"
)

// New returns the extractor for auditable Rust programs.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "auditable" }

// Match takes what could be a program or library by its name or mode, and then
// by its first bytes. That Rust built it shows only inside.
func (extractor) Match(f kennel.File) bool {
	name := f.Path()
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case "", ".exe", ".so", ".dll", ".dylib":
	default:
		if f.Mode()&0o111 == 0 {
			return false
		}
	}
	return f.Size() >= minSize && formatOf(f.Head()) != unknown
}

// Bounds. A list has some 100 bytes a package; a large program has a thousand.
const (
	minSize     = 256
	maxPacked   = 8 << 20
	maxUnpacked = 64 << 20
	maxPackages = 100_000
)

type format uint8

const (
	unknown format = iota
	formatELF
	formatPE
	formatMachO
	formatFat
)

func formatOf(head []byte) format {
	if len(head) < 8 {
		return unknown
	}
	switch string(head[:4]) {
	case "\x7fELF":
		return formatELF
	case "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe":
		return formatMachO
	case "\xca\xfe\xba\xbe":
		if head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] < 32 { // Java's classes have a version there
			return formatFat
		}
	}
	if string(head[:2]) == "MZ" {
		return formatPE
	}
	return unknown
}

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	c, err := f.Open()
	if err != nil {
		return kennel.Extraction{}, err
	}
	defer c.Close()
	packed, err := section(c, formatOf(f.Head()))
	if err != nil || packed == nil {
		return kennel.Extraction{}, err
	}
	list, err := unpack(packed)
	if err != nil {
		return kennel.Extraction{}, fmt.Errorf("the dependency list of a Rust program is broken: %w", err)
	}
	p, err := list.project(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	return kennel.Extraction{Projects: []kennel.Project{p}}, ctx.Err()
}

// section returns the list's section, nil when there is none: most programs are
// not Rust's, or not auditable, and one that cannot be parsed is not known to
// be either.
func section(c kennel.Content, kind format) (r io.Reader, err error) {
	defer func() {
		if p := recover(); p != nil { // the readers below are not meant for hostile bytes
			r, err = nil, fmt.Errorf("its sections cannot be read: %v", p)
		}
	}()
	const name = ".dep-v0"
	switch kind {
	case formatELF:
		if x, err := elf.NewFile(c); err == nil {
			if s := x.Section(name); s != nil && s.Type != elf.SHT_NOBITS {
				return s.Open(), nil
			}
		}
	case formatPE:
		if x, err := pe.NewFile(c); err == nil {
			if s := x.Section(name); s != nil {
				return io.LimitReader(s.Open(), int64(s.VirtualSize)), nil
			}
		}
	case formatMachO:
		if x, err := macho.NewFile(c); err == nil {
			if s := x.Section(name); s != nil {
				return s.Open(), nil
			}
		}
	case formatFat:
		x, err := macho.NewFatFile(c)
		if err != nil {
			return nil, nil
		}
		for _, a := range x.Arches { // one source, whatever the architecture
			if s := a.Section(name); s != nil {
				return s.Open(), nil
			}
		}
	}
	return nil, nil
}

// list is the JSON that cargo-auditable writes.
// Source: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md
type list struct {
	Packages []struct {
		Name         string `json:"name"`
		Version      string `json:"version"`
		Source       string `json:"source"`
		Kind         string `json:"kind"`
		Dependencies []int  `json:"dependencies"`
		Root         bool   `json:"root"`
	} `json:"packages"`
}

func unpack(packed io.Reader) (*list, error) {
	z, err := zlib.NewReader(io.LimitReader(packed, maxPacked))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxUnpacked {
		return nil, fmt.Errorf("it unpacks to more than the bound of %d MiB", maxUnpacked>>20)
	}
	var l list
	if err := json.Unmarshal(bytes.TrimSpace(data), &l); err != nil {
		return nil, err
	}
	if len(l.Packages) == 0 {
		return nil, errors.New("it lists no packages")
	}
	if len(l.Packages) > maxPackages {
		return nil, fmt.Errorf("it lists more than %d packages", maxPackages)
	}
	return &l, nil
}

// project turns the list into a graph. Its root is the program itself.
func (l *list) project(f kennel.File) (kennel.Project, error) {
	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Cargo, Graph: true, Installed: true,
	}
	nodes := make([]int32, len(l.Packages)) // index in the list -> occurrence
	for i, one := range l.Packages {
		if one.Name == "" {
			return p, errors.New("a package of its dependency list has no name")
		}
		if one.Root && p.Name == "" {
			p.Name, p.Version = one.Name, one.Version
			nodes[i] = kennel.RootNode
			continue
		}
		nodes[i] = int32(len(p.Occurrences))
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: kennel.Cargo, Name: one.Name},
				Version: one.Version,
				Origin:  origin(one.Source),
			},
			Scope:     kennel.ScopeShipped,
			Direct:    kennel.Transitive,
			Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}},
		}
		if one.Kind == "build" {
			o.Scope = kennel.ScopeBuild
		}
		p.Occurrences = append(p.Occurrences, o)
	}
	for i, one := range l.Packages {
		for _, to := range one.Dependencies {
			if to < 0 || to >= len(nodes) {
				return p, errors.New("its dependency list points outside of itself")
			}
			if nodes[to] == kennel.RootNode {
				continue
			}
			if nodes[i] == kennel.RootNode {
				p.Occurrences[nodes[to]].Direct = kennel.Direct
			}
			p.Edges = append(p.Edges, kennel.Edge{From: nodes[i], To: nodes[to]})
		}
	}
	return p, nil
}

func origin(source string) kennel.Origin {
	switch {
	case source == "crates.io", source == "registry":
		return kennel.OriginRegistry
	case source == "local":
		return kennel.OriginLocal
	case strings.HasPrefix(source, "git"):
		return kennel.OriginVCS
	}
	return kennel.OriginUnknown
}
