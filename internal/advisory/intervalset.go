package advisory

import (
	"cmp"
	"slices"
)

// clip keeps the part of each interval from lo to below above.
func clip(in []interval, lo, above uint32, end endKind) []interval {
	var out []interval
	for _, v := range in {
		v.lo = max(v.lo, lo)
		if v.hi >= above {
			if above == 0 {
				continue
			}
			v.hi, v.end = above-1, end
		}
		if v.lo <= v.hi {
			out = append(out, v)
		}
	}
	return out
}

// union sorts intervals and joins those that overlap or touch.
func union(in []interval) []interval {
	slices.SortFunc(in, func(a, b interval) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
	var out []interval
	for _, v := range in {
		if n := len(out); n > 0 && v.lo <= out[n-1].hi+1 {
			if v.hi > out[n-1].hi || v.hi == out[n-1].hi && v.end == endFixed {
				out[n-1].hi, out[n-1].end = v.hi, v.end
			}
			continue
		}
		out = append(out, v)
	}
	return out
}

// intersect keeps what is in both. An end comes from the list that ends first.
func intersect(a, b []interval) []interval {
	var out []interval
	for _, v := range a {
		for _, w := range b {
			x := interval{max(v.lo, w.lo), min(v.hi, w.hi), w.end}
			if v.hi < w.hi {
				x.end = v.end
			}
			if x.lo <= x.hi {
				out = append(out, x)
			}
		}
	}
	return union(out)
}
