package fetch

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// mirrored tells dates of publication from dates at which a mirror took the
// releases in, by what only the latter do: they run backwards (a higher patch
// of the same line is dated before a lower one, in more than a tenth of such
// neighbours and at least twice), or bunch (three quarters of ten releases or
// more are of one day). Few releases tell nothing: they count as published.
func mirrored(releases []kennel.Release) bool {
	type patch struct {
		line  string
		patch int
		at    time.Time
	}
	var patches []patch
	days := map[time.Time]int{}
	dated := 0
	for _, r := range releases {
		if r.Published.IsZero() {
			continue
		}
		dated++
		days[r.Published.Truncate(24*time.Hour)]++
		dot := strings.LastIndexByte(r.Version, '.')
		if dot < 0 {
			continue
		}
		if n, err := strconv.Atoi(r.Version[dot+1:]); err == nil && !strings.Contains(r.Version, "-") {
			patches = append(patches, patch{r.Version[:dot], n, r.Published})
		}
	}
	most := 0
	for _, n := range days {
		most = max(most, n)
	}
	if dated >= 10 && 4*most >= 3*dated {
		return true
	}
	slices.SortFunc(patches, func(a, b patch) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.patch, b.patch)) })
	pairs, backwards := 0, 0
	for i := 1; i < len(patches); i++ {
		if patches[i].line == patches[i-1].line {
			pairs++
			if patches[i].at.Before(patches[i-1].at) {
				backwards++
			}
		}
	}
	return backwards >= 2 && 10*backwards > pairs
}
