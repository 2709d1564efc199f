// Package name is the layer that asks of a package's name whether it is the one
// that was meant.
//
//	typosquat      one slip of the fingers or the eyes away from a name in wide use
//	lookalike      a name in wide use with other separators, words, or an affix
//	owner          an owner (npm's scope, a Go module's host and folder, Maven's group)
//	               one slip away from one in wide use, who has a package of that name
//	internal       a name that the organisation calls its own, listed by a registry
//
// What is in wide use was counted (see popular and scripts/popular-names), and
// is never itself asked about; nor is what the same owner publishes, nor, when
// the registry can be asked, what the same people publish; what has long been
// there is told and no more. A name alone proves nothing: most names near
// another are somebody's good idea.
package name

import (
	"context"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// New returns the layer. Internal are patterns of the names that only the
// organisation itself publishes, in which "*" stands for any text: "@acme/*",
// "acme-*", "corp.example/*". They hold in every ecosystem.
func New(internal []string) kennel.Layer {
	l := layer{}
	for _, p := range internal {
		l.internal = append(l.internal, strings.ToLower(p))
	}
	return l
}

type layer struct{ internal []string }

func (layer) Name() string       { return "name" }
func (layer) Needs() kennel.Need { return kennel.NeedRegistry }

// Examine looks at the name of s.Component. It needs the registry only where
// there is something to ask it: without, a name taken for another is told all
// the same, and of an internal name it could not look whether the public
// registry has it.
func (l layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	p := s.Component.Package
	if p.Name == "" {
		return nil, &kennel.CouldNotLook{Reason: "a repository has no package name"}
	}
	var found []kennel.Finding
	var err error
	if pattern := l.matching(p.Name); pattern != "" {
		found, err = confusion(ctx, s, pattern)
	} else if likeness, ok := l.likeness(p); ok && s.Component.Origin != kennel.OriginLocal {
		found, err = likeness.finding(ctx, s)
	}
	for i := range found {
		f := &found[i]
		f.Layer, f.Component, f.ID = "name", s.Component, f.Rule+":"+p.Name
	}
	return found, err
}
