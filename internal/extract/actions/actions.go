// Package actions reads what GitHub Actions workflows and composite actions
// use: other people's code that runs when the product is built.
package actions

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of workflows and composite actions.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "actions" }

const folder = ".github/workflows"

// Match takes workflows and the description of an action, in any folder.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	if !strings.HasSuffix(p, ".yml") && !strings.HasSuffix(p, ".yaml") {
		return false
	}
	if strings.Contains(p, "node_modules/") {
		return false // what builds a dependency does not build the product
	}
	dir, base := path.Split(p)
	if base == "action.yml" || base == "action.yaml" {
		return true
	}
	return dir == folder+"/" || strings.HasSuffix(dir, "/"+folder+"/")
}

// maxUses bounds the uses of one file, which aliases can multiply.
const maxUses = 10_000

// Extract gives the workflows of a repository as one project, since they stand
// for one build: each file its part, under the name of their folder.
func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	found, err := read(text)
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, text)
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.GitHubActions}
	if dir := path.Dir(f.Path()); dir == folder || strings.HasSuffix(dir, "/"+folder) {
		p.Root, p.Manifest = path.Join(dir, "../.."), dir
	}
	var open openEnds
	if len(found) > maxUses {
		open.add(&open.rest, fmt.Sprintf("%d", len(found)-maxUses))
		found = found[:maxUses]
	}
	for _, u := range found {
		c, ok := component(u, &open)
		if !ok {
			continue
		}
		p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(len(p.Occurrences)), Constraint: ref(u.what), Scope: kennel.ScopeBuild})
		p.Occurrences = append(p.Occurrences, kennel.Occurrence{Component: c, Scope: kennel.ScopeBuild, Direct: kennel.Direct,
			Locations: []kennel.Location{{Path: f.Path(), Line: u.line, Layer: f.Layer()}}})
	}
	e := kennel.Extraction{Gaps: open.gaps(f.Path())}
	if len(p.Occurrences) > 0 {
		e.Projects = []kennel.Project{p}
	}
	return e, nil
}

// use is one "uses:" as written, with the comment behind it.
type use struct {
	what, comment string
	line          int
}

func ref(what string) string {
	_, ref, _ := strings.Cut(what, "@")
	return ref
}

// component reads a use. A path within the repository is part of the name, as
// in github/codeql-action/init. What an advisory cannot be asked about goes to
// open; ok is false for what is no component at all.
// Source: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#jobsjob_idstepsuses
func component(u use, open *openEnds) (c kennel.Component, ok bool) {
	name, ref, pinned := strings.Cut(u.what, "@")
	switch {
	case strings.HasPrefix(u.what, "./"), strings.HasPrefix(u.what, "$/"), u.what == ".":
		return c, false // in this repository: its own file is read as well
	case strings.HasPrefix(u.what, "docker://"):
		open.add(&open.images, u.what)
		return c, false
	case !isAction(name):
		open.add(&open.odd, u.what)
		return c, false
	}
	// The repository is where an action is published, and what advisories of
	// this ecosystem name: its registry.
	c = kennel.Component{Package: kennel.Package{Ecosystem: kennel.GitHubActions, Name: name}, Origin: kennel.OriginRegistry}
	switch {
	case ecosystem.IsCommit(ref):
		if c.Commit, c.Version = ref, commented(u.comment); c.Version == "" {
			open.add(&open.nameless, name)
		}
	case isVersion(ref):
		c.Version = ref
	case pinned && ref != "":
		open.add(&open.branches, u.what)
	default:
		open.add(&open.branches, name)
	}
	return c, true
}

// isAction accepts owner/repository and paths below it.
func isAction(name string) bool {
	parts := strings.Split(name, "/")
	if len(parts) < 2 {
		return false
	}
	for _, p := range parts {
		if p == "" || p == "." || p == ".." || strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
			return false
		}
	}
	return true
}

// isVersion: a tag that begins with a number, with or without "v". Others are
// taken for branches.
func isVersion(s string) bool {
	s = strings.TrimPrefix(s, "v")
	return s != "" && '0' <= s[0] && s[0] <= '9' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") == ""
}

// commented returns the version that the comment behind a commit names, in the
// ways in which tools and people write it: "v1.2.3", "tag=v1.2.3",
// "pin@v1.2.3", "ratchet:owner/name@v1".
func commented(comment string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(comment), " ")
	if i := strings.LastIndexAny(word, "=@:"); i >= 0 {
		word = word[i+1:]
	}
	if !isVersion(word) || ecosystem.IsCommit(word) {
		return ""
	}
	return word
}

// openEnds are the uses that nobody can look up, by reason.
type openEnds struct {
	images, branches, nameless, odd, rest []string
}

func (o *openEnds) add(to *[]string, what string) {
	if !slices.Contains(*to, what) && len(*to) < 100 {
		*to = append(*to, what)
	}
}

func (o *openEnds) gaps(file string) []kennel.Gap {
	var gaps []kennel.Gap
	for _, g := range []struct {
		what []string
		kind kennel.GapKind
		why  string
	}{
		{o.images, kennel.GapNotJudged, "container images that steps use are not looked into"},
		{o.branches, kennel.GapNotJudged, "a branch says no version, and its code changes: pin a commit and name its version"},
		{o.nameless, kennel.GapNotJudged, "a commit without its version: name it in a comment behind, as # v1.2.3"},
		{o.odd, kennel.GapUnresolved, "not a reference to an action"},
		{o.rest, kennel.GapUnresolved, "more uses than are read in one file"},
	} {
		if n := len(g.what); n > 0 {
			shown := slices.Clone(g.what[:min(n, 5)])
			for i := range shown {
				shown[i] = fmt.Sprintf("%.100q", shown[i])
			}
			if n > len(shown) {
				shown = append(shown, fmt.Sprintf("and %d more", n-len(shown)))
			}
			gaps = append(gaps, kennel.Gap{Kind: g.kind, What: file, Why: g.why + " (" + strings.Join(shown, ", ") + ")"})
		}
	}
	return gaps
}
