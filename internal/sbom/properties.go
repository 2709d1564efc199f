package sbom

import (
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// cdxProperties gathers the properties and external references of a component
// that say what it is for and where it came from. Only conventions that a
// generator documents or that a taxonomy registers are read.
// Source: https://github.com/CycloneDX/cyclonedx-property-taxonomy
type cdxProperties struct {
	kennel      ownProperties
	local       bool
	commit      string
	vcs         bool
	development bool
	groups      bool // names groups of its package manager …
	shipped     bool // … and one of them ships
	source      struct{ name, epoch, version, release string }
}

func (p *cdxProperties) set(name, value string) {
	if own, ok := strings.CutPrefix(name, ownPrefix); ok {
		p.kennel.set(own, value)
		return
	}
	switch name {
	case "cdx:npm:package:development", "cdx:composer:package:isDevRequirement", "cdx:maven:package:test":
		p.development = p.development || value == "true"
	case "cdx:poetry:group", "cdx:pipenv:category":
		p.groups = true
		p.shipped = p.shipped || value == "main" || value == "default"
	case "cdx:npm:package:private":
		// A package that its own manifest marks private is published nowhere.
		p.local = p.local || value == "true"
	case "cdx:npm:package:path":
		// What is installed lies in node_modules; another path is a workspace's.
		p.local = p.local || value != "" && !strings.Contains("/"+value+"/", "/node_modules/")
	case "cdx:python:package:source:local:editable":
		p.local = p.local || value == "true"
	case "syft:metadata:resolved":
		p.reference("distribution", value)
	case "syft:metadata:source", "aquasecurity:trivy:SrcName":
		p.source.name = value
	case "syft:metadata:sourceVersion", "aquasecurity:trivy:SrcVersion":
		p.source.version = value
	case "aquasecurity:trivy:SrcRelease":
		p.source.release = value
	case "aquasecurity:trivy:SrcEpoch":
		p.source.epoch = value
	}
}

// reference reads an external reference. Only a distribution says where the
// component was resolved from; "vcs" is merely where its project lives.
func (p *cdxProperties) reference(kind, url string) {
	if kind != "distribution" {
		return
	}
	switch {
	case strings.HasPrefix(url, "file:"), strings.HasPrefix(url, "link:"), strings.HasPrefix(url, "workspace:"):
		p.local = true
	case strings.HasPrefix(url, "git+"), strings.HasPrefix(url, "git:"):
		p.vcs = true
		if _, commit, ok := strings.Cut(url, "#"); ok && ecosystem.IsCommit(commit) {
			p.commit = commit
		}
	}
}

// apply moves what was gathered into the entry. What Kennel itself wrote is
// exact and goes before every convention.
func (p *cdxProperties) apply(e *entry) {
	switch {
	case p.local:
		e.origin = kennel.OriginLocal
	case p.vcs:
		e.origin, e.commit = kennel.OriginVCS, p.commit
	}
	if p.development || p.groups && !p.shipped {
		e.scope = kennel.ScopeDevelopment
	}
	if s := p.source; s.name != "" {
		e.source = kennel.SourcePackage{Name: s.name, Version: s.version}
		if s.epoch != "" && s.epoch != "0" {
			e.source.Version = s.epoch + ":" + e.source.Version
		}
		if s.release != "" {
			e.source.Version += "-" + s.release
		}
	}
	p.kennel.apply(e)
}

// ownPrefix begins the names of the properties that Kennel writes, and the
// lines of its SPDX annotations, for what the formats have no field for.
const ownPrefix = "kennel:"

// ownProperties are Kennel's own. See write.go for who writes them.
type ownProperties struct {
	written       bool
	scope, direct string
	origin        string
	project       string // of a part: its manifest
	member        string // the part that a component belongs to
	source        string
	ecosystem     string
	name, release string
	commit        string
	graph         bool
	unnamed       bool // a project without a name, though the format demands one
	edges         []ownEdge
}

// ownEdge is what an edge says beyond its ends.
type ownEdge struct{ to, scope, constraint string }

func (p *ownProperties) set(name, value string) {
	p.written = true
	switch name {
	case "scope":
		p.scope = value
	case "direct":
		p.direct = value
	case "origin":
		p.origin = value
	case "project":
		p.project = value
	case "member":
		p.member = value
	case "source":
		p.source = value
	case "ecosystem":
		p.ecosystem = value
	case "name":
		p.name = value
	case "release":
		p.release = value
	case "commit":
		p.commit = value
	case "unnamed":
		p.unnamed = value == "true"
	case "graph":
		p.graph = value == "complete"
	case "edge":
		f := strings.SplitN(value, " ", 3)
		if len(f) == 3 {
			p.edges = append(p.edges, ownEdge{f[0], f[1], f[2]})
		}
	}
}

func (p *ownProperties) apply(e *entry) {
	if !p.written {
		return
	}
	e.own = true
	e.scope = named(p.scope, kennel.ScopeUnknown, kennel.ScopeDevelopment)
	e.direct = named(p.direct, kennel.DirectUnknown, kennel.Transitive)
	e.origin = named(p.origin, kennel.OriginUnknown, kennel.OriginLocal)
	e.part, e.manifest, e.isPart = p.member, p.project, p.project != ""
	e.graph, e.edges = p.graph, p.edges
	e.exactly = kennel.Package{Ecosystem: kennel.Ecosystem(p.ecosystem), Name: p.name}
	e.release, e.commit = p.release, p.commit
	if p.unnamed {
		e.group, e.name = "", ""
	}
	if name, version, ok := strings.Cut(p.source, " "); ok {
		e.source = kennel.SourcePackage{Name: name, Version: version}
	}
}

// named returns the value between first and last that prints as s, else first.
func named[T interface {
	~uint8
	String() string
}](s string, first, last T) T {
	for v := first; v <= last; v++ {
		if v.String() == s {
			return v
		}
	}
	return first
}
