package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	kennel "github.com/kennel-oss/kennel"
)

const (
	// dated is how many of a module's releases, the highest, are asked for by
	// themselves: a proxy says the times one by one. The times of others are
	// told where the cache has them or the version itself says it.
	dated   = 20
	atOnce  = 8
	maxList = 200_000
)

// listing returns what the module proxies list. Times are those of commits, as
// proxies give them. Nobody says who published a module, and Dependencies is
// left empty: a release's go.mod says it.
func (g *goProxy) listing(ctx context.Context, path string) (kennel.Listing, error) {
	l := kennel.Listing{Package: kennel.Package{Ecosystem: kennel.Go, Name: path}}
	if err := module.CheckPath(path); err != nil {
		return l, fmt.Errorf("%q is no path of a Go module", path)
	}
	text, err := g.read(ctx, path, "@v/list", fresh)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return l, fmt.Errorf("the module proxy has no module %s: %w", path, fs.ErrNotExist)
		}
		return l, fmt.Errorf("what Go's proxies list of %s: %w", path, err)
	}
	versions, err := readList(path, string(text))
	if err != nil {
		return l, err
	}
	if len(versions) == 0 { // no release is tagged: there may be a newest commit
		if latest, err := g.latest(ctx, path); err == nil {
			versions = append(versions, latest)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return l, fmt.Errorf("what Go's proxies list of %s: %w", path, err)
		}
	}
	semver.Sort(versions)
	versions = slices.Compact(versions)
	l.Releases = make([]kennel.Release, len(versions))
	var wait sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	failed := make([]error, len(versions))
	for i, version := range versions {
		l.Releases[i] = undated(path, version)
		if i < len(versions)-dated && !g.knows(path, version) {
			continue
		}
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var info moduleInfo
			if info, failed[i] = g.info(ctx, path, version); failed[i] == nil {
				date(&l.Releases[i], info)
			}
		})
	}
	wait.Wait()
	for _, err := range failed {
		// One that a proxy lists and does not have stays undated; anything else
		// is a fault of which less would be told than there is.
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrOffline) {
			return l, fmt.Errorf("what Go's proxies list of %s: %w", path, err)
		}
	}
	if len(versions) > 0 {
		g.retract(ctx, path, versions, l.Releases)
	}
	slices.SortStableFunc(l.Releases, func(a, b kennel.Release) int { return a.Published.Compare(b.Published) })
	l.Mirrored = mirrored(l.Releases)
	return l, nil
}

// readList returns the versions of a module that a proxy lists. What is none of
// this module is passed over.
func readList(path, text string) (versions []string, err error) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line) // some proxies write a time behind it
		if len(fields) > 0 && module.Check(path, fields[0]) == nil {
			versions = append(versions, fields[0])
		}
		if len(versions) > maxList {
			return nil, fmt.Errorf("the module proxy lists more than %d versions of %s", maxList, path)
		}
	}
	return versions, nil
}

func (g *goProxy) latest(ctx context.Context, path string) (string, error) {
	text, err := g.read(ctx, path, "@latest", fresh)
	if err != nil {
		return "", err
	}
	i, err := readInfo(text)
	if err == nil && module.Check(path, i.Version) != nil {
		err = fmt.Errorf("the module proxy answered with the version %.80q", i.Version)
	}
	return i.Version, err
}

// knows reports whether the cache has a version's facts.
func (g *goProxy) knows(path, version string) bool {
	key, err := g.infoKey(path, version)
	_, ok := g.cache.Find(key)
	return err == nil && ok
}

// undated is what a version says by itself.
func undated(path, version string) kennel.Release {
	r := kennel.Release{Version: version}
	r.Source, r.Folder = moduleSource(path)
	if module.IsPseudoVersion(version) {
		r.Published, _ = module.PseudoVersionTime(version)
		r.Commit, _ = module.PseudoVersionRev(version)
	}
	return r
}

func date(r *kennel.Release, i moduleInfo) {
	r.Published = i.Time.UTC()
	if i.Origin.VCS == "git" && i.Origin.URL != "" {
		r.Source, r.Folder = i.Origin.URL, i.Origin.Subdir
		r.Commit = cmp.Or(i.Origin.Hash, r.Commit)
	}
}

// retract marks what the highest release takes back. That its go.mod cannot be
// read takes nothing away from the list.
func (g *goProxy) retract(ctx context.Context, path string, versions []string, releases []kennel.Release) {
	highest := versions[len(versions)-1]
	for _, v := range slices.Backward(versions) { // a prerelease takes nothing back
		if semver.Prerelease(v) == "" {
			highest = v
			break
		}
	}
	escaped, err := module.EscapeVersion(highest)
	if err != nil {
		return
	}
	text, err := g.read(ctx, path, "@v/"+escaped+".mod", forever)
	if err != nil {
		return
	}
	markRetracted(text, versions, releases)
}

// markRetracted marks the releases, of these sorted versions, that a go.mod
// takes back. A go.mod can hold a million ranges: each is two searches.
func markRetracted(text []byte, versions []string, releases []kennel.Release) {
	mod, err := modfile.ParseLax("go.mod", text, nil)
	if err != nil {
		return
	}
	begins := make([]int, len(versions)+1) // how many ranges begin here, less those that ended
	for _, r := range mod.Retract {
		low := sort.Search(len(versions), func(i int) bool { return semver.Compare(versions[i], r.Low) >= 0 })
		past := sort.Search(len(versions), func(i int) bool { return semver.Compare(versions[i], r.High) > 0 })
		if low < past {
			begins[low]++
			begins[past]--
		}
	}
	within := 0
	for i := range releases {
		within += begins[i]
		releases[i].Withdrawn = within > 0
	}
}

// moduleSource tells a module's repository and folder from its path, where the
// path alone says it.
func moduleSource(path string) (source, folder string) {
	host, rest, _ := strings.Cut(path, "/")
	parts := strings.Split(rest, "/")
	switch host {
	case "github.com", "bitbucket.org":
		if len(parts) < 2 {
			return "", ""
		}
		source, parts = "https://"+host+"/"+parts[0]+"/"+parts[1], parts[2:]
	case "golang.org":
		if len(parts) < 2 || parts[0] != "x" {
			return "", ""
		}
		source, parts = "https://go.googlesource.com/"+parts[1], parts[2:]
	default:
		return "", ""
	}
	folder = strings.Join(parts, "/")
	if bare, major, ok := module.SplitPathVersion("example.com/" + folder); ok && major != "" && folder != "" {
		folder = strings.TrimPrefix(strings.TrimPrefix(bare, "example.com"), "/")
	}
	return source, folder
}
