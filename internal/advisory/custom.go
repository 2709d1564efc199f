package advisory

import "slices"

// noRelease is what every version of a Go module without releases is below:
// they are called 0.0.0-date-commit.
const noRelease = "0.0.0"

// closeWith reads Go's custom ranges beside the standard ones. Custom bounds
// are versions that a project publishes and the module proxy does not know.
//
// Where the standard range has no end, they say where it ends: among releases
// when they name releases, and among commits without a release when they name
// such commits. Where it has an
// end, it holds for what the proxy knows, and closed custom ranges are added
// above it: versions such as 3.5.0 of a program whose module is at 0.305.0.
func (t *versionTable) closeWith(standard, custom []interval) []interval {
	top := uint32(0)
	for _, v := range standard {
		if v.end == endOpen {
			return t.endWith(standard, custom)
		}
		top = max(top, v.hi+1)
	}
	out := slices.Clone(standard)
	for _, v := range clip(custom, top+1, t.last()+1, endOpen) {
		if v.end != endOpen {
			out = append(out, v)
		}
	}
	return union(out)
}

// endWith lets custom ranges end standard ones.
func (t *versionTable) endWith(standard, custom []interval) []interval {
	out := intersect(standard, custom)
	if len(out) == 0 {
		return standard
	}
	release := uint32(2*t.index[noRelease] + 1)
	commits, releases := false, false // which of them the custom bounds name
	for _, v := range custom {
		for _, bound := range [2]uint32{v.lo, v.hi + 1} {
			commits = commits || 0 < bound && bound < release
			releases = releases || release < bound && bound <= t.last()
		}
	}
	if !commits {
		out = append(out, clip(standard, 0, release, endOpen)...)
	}
	if !releases {
		out = append(out, clip(standard, release, t.last()+1, endOpen)...)
	}
	return union(out)
}
