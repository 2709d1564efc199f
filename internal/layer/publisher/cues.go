package publisher

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// publishers tells of a person who published none of the releases before, and
// was not among those who could when the last of them was. A pipeline is no person.
func (c *change) publishers() {
	who := c.now.Publisher
	if call(who) == "" || c.now.Trusted {
		return
	}
	known := 0
	var last kennel.Release
	for _, r := range c.earlier {
		if same(who, r.Publisher) || among(who, r.Maintainers) {
			return
		}
		if call(r.Publisher) != "" {
			known, last = known+1, r
		}
	}
	if known < settled {
		return
	}
	c.add("publisher", c.now.Version, fmt.Sprintf("%s, who published none of the %d releases before, published %s", call(who), known, c.now.Version),
		"a new maintainer was let in and released, or the same person has a new account",
		evidence(c.now, "by "+call(who)), evidence(last, "by "+call(last.Publisher)))
}

// maintainers tells when all who could publish are others than before.
func (c *change) maintainers() {
	was, is := c.before.Maintainers, c.now.Maintainers
	if len(was) == 0 || len(is) == 0 || slices.ContainsFunc(is, func(p kennel.Person) bool { return among(p, was) }) {
		return
	}
	c.add("maintainers", c.now.Version, fmt.Sprintf("of those who could publish %s nobody could publish %s", c.before.Version, c.now.Version),
		"a project was handed over whole, or moved to an organisation's account",
		evidence(*c.before, "maintainers: "+names(was)), evidence(c.now, "maintainers: "+names(is)))
}

// trust tells when the last releases came from a pipeline or were attested, and
// this one did not and is not. Of an old line only its own releases count.
func (c *change) trust() {
	if c.now.Trusted || c.now.Attested {
		return
	}
	line := major(c.now.Version)
	run := 0
	for _, r := range slices.Backward(c.earlier) {
		if major(r.Version) != line {
			continue
		}
		if !r.Trusted && !r.Attested {
			break
		}
		run++
	}
	if run < settled {
		return
	}
	c.add("trust", c.now.Version, fmt.Sprintf("the %d releases before %s came from a build pipeline or were attested, and it did not and is not", run, c.now.Version),
		"the pipeline was broken, or an old line is released by hand: compare the release with its source",
		evidence(c.now, "no provenance, by "+call(c.now.Publisher)), evidence(*c.before, "before it"))
}

func major(version string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	return first
}

// hooks tells of install hooks that the release before had not.
func (c *change) hooks() {
	if c.now.Hooks && !c.before.Hooks {
		c.add("hooks", c.now.Version, c.now.Version+" runs something when it is installed, which the release before did not",
			"native code came in and is built on installation", evidence(c.now, "has an install hook"), evidence(*c.before, "has none"))
	}
}

// moved tells of another source repository. The protocol, the case and the
// ending are spelling.
func (c *change) moved() {
	was, is := place(c.before.Source), place(c.now.Source)
	if was == "" || is == "" || was == is {
		return
	}
	c.add("moved", c.now.Version, fmt.Sprintf("%s names another source repository than the release before", c.now.Version),
		"the repository was renamed, or moved into an organisation or a monorepo",
		evidence(*c.before, c.before.Source), evidence(c.now, c.now.Source))
}

func place(source string) string {
	source = strings.TrimSpace(source)
	if rest, ok := strings.CutPrefix(source, "github:"); ok {
		source = "github.com/" + rest
	}
	if _, rest, ok := strings.Cut(source, "://"); ok {
		source = rest
	}
	if _, rest, ok := strings.Cut(source, "@"); ok {
		source = strings.Replace(rest, ":", "/", 1)
	}
	if strings.Count(source, "/") == 1 && !strings.Contains(source[:strings.IndexByte(source, '/')], ".") {
		source = "github.com/" + source // npm's shorthand
	}
	source, _, _ = strings.Cut(source, "#")
	if unescaped, err := url.PathUnescape(source); err == nil {
		source = unescaped
	}
	source = strings.TrimPrefix(strings.ToLower(source), "www.")
	return strings.TrimSuffix(strings.TrimSuffix(source, "/"), ".git")
}

// dormant tells of a release after a silence, by dates of publication.
func (c *change) dormant() {
	if c.Mirrored || c.now.Published.IsZero() {
		return
	}
	var gaps []time.Duration
	var last time.Time
	for _, r := range c.earlier {
		if r.Published.IsZero() {
			continue
		}
		if !last.IsZero() {
			gaps = append(gaps, r.Published.Sub(last))
		}
		last = r.Published
	}
	gap := c.now.Published.Sub(last)
	if len(gaps) < settled || gap < silence || gap < silenceTimes*slices.Sorted(slices.Values(gaps))[len(gaps)/2] {
		return
	}
	c.add("dormant", c.now.Version, fmt.Sprintf("%s came after %d days without a release", c.now.Version, int(gap/day)),
		"finished software is released rarely", evidence(c.now, "this release"), kennel.Evidence{Kind: "release", What: "the one before", Says: last.Format(time.DateOnly)})
}

// withdrawn tells that the release was taken back.
func (c *change) withdrawn() {
	if c.now.Withdrawn {
		c.add("withdrawn", c.now.Version, c.now.Version+" was withdrawn", "it was broken, and a better one followed", evidence(c.now, "withdrawn"))
	}
}

// dependencies asks how old the packages are that the release newly needs.
func (c *change) dependencies(ctx context.Context, registry kennel.Registry) error {
	if c.Mirrored || c.now.Published.IsZero() {
		return nil // there is no day to hold them against
	}
	asked := 0
	for _, name := range c.now.Dependencies {
		if slices.Contains(c.before.Dependencies, name) {
			continue
		}
		if asked++; asked > maxAsked {
			return &kennel.CouldNotLook{Reason: fmt.Sprintf("only the first %d new dependencies were asked about", maxAsked)}
		}
		l, err := registry.Listing(ctx, kennel.Package{Ecosystem: c.subject.Ecosystem, Name: name})
		if errors.Is(err, fs.ErrNotExist) {
			c.add("dependency", name, fmt.Sprintf("%s newly needs %s, which the registry does not list", c.now.Version, name),
				"it was unpublished since, or is private", evidence(c.now, "needs "+name))
			continue
		}
		if err != nil {
			return &kennel.CouldNotLook{Reason: "the registry could not be asked about a new dependency", Retry: true, Err: err}
		}
		if l.Mirrored || len(l.Releases) == 0 || l.Releases[0].Published.IsZero() {
			continue
		}
		first := l.Releases[0]
		if age := c.now.Published.Sub(first.Published); age < young {
			c.add("dependency", name, fmt.Sprintf("%s newly needs %s, first published %.1f days before it", c.now.Version, name, age.Hours()/24),
				"a project splits off a part of itself and publishes it apart",
				evidence(c.now, "needs "+name), kennel.Evidence{Kind: "release", What: name + "@" + first.Version, Says: "published " + first.Published.Format("2006-01-02 15:04Z") + " by " + call(first.Publisher)})
		}
	}
	return nil
}
