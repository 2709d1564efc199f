// Package ruby reads what Bundler and RubyGems leave behind: Gemfile.lock,
// gems.locked, and the specifications of installed gems. Of a Gemfile without a
// lock file it says that nothing is known.
package ruby

import (
	"context"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of Ruby's lock files and installed gems.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "ruby" }

func (extractor) Match(f kennel.File) bool {
	return gemfileOf(f.Path()) != "" || isSpecification(f.Path()) || lockOf(f.Path()) != ""
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if lockOf(f.Path()) != "" {
		return readUnlocked(f, text), nil
	}
	if isSpecification(f.Path()) {
		return readSpecification(f, text)
	}
	if err := lockfile.CheckConflict(text); err != nil {
		return kennel.Extraction{}, err
	}
	return readLock(f, text)
}

// lockOf returns the lock file that a Gemfile ought to have, "" when p is no
// Gemfile of the product's: those inside installed gems are other people's.
func lockOf(p string) string {
	if strings.Contains(p, "/gems/") {
		return ""
	}
	switch base := p[strings.LastIndexByte(p, '/')+1:]; {
	case base == "Gemfile", strings.HasSuffix(base, ".gemfile"):
		return p + ".lock"
	case base == "gems.rb":
		return strings.TrimSuffix(p, "rb") + "locked"
	}
	return ""
}

// gemfileOf returns the Gemfile that a lock file belongs to, "" when p is no
// lock file of Bundler's.
func gemfileOf(p string) string {
	base := p[strings.LastIndexByte(p, '/')+1:]
	switch {
	case base == "Gemfile.lock", strings.HasSuffix(base, ".gemfile.lock"):
		return strings.TrimSuffix(p, ".lock")
	case base == "gems.locked":
		return strings.TrimSuffix(p, "locked") + "rb"
	}
	return ""
}
