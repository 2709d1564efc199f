package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/target"
)

// release is a name and version of the list.
type release struct{ name, version string }

// job is a release to examine, where it is, and its predecessor in the tree.
type job struct {
	release
	at       string
	previous string // its version, "" for none
	before   string // where the predecessor is
}

// answer is what the layers said of a release.
type answer struct {
	job
	hooked bool // something runs when it is installed
	files  int
	bytes  int64
	took   time.Duration
	c      kennel.Case
	err    error
}

// packages examines each release of a half of the list once, in the first
// place where the tree has it, and prints what is asked to be reviewed. With
// upgrades, it examines those of which the tree has an older release, too,
// against the next older one.
func packages(folder, list, half, only string, upgrades, all bool) error {
	j, err := judging(layers()...)
	if err != nil {
		return err
	}
	table, err := rows(list, 4)
	if err != nil {
		return err
	}
	wanted := map[release]bool{}
	for _, row := range table {
		if row[3] == half && (only == "" || row[0] == only) {
			wanted[release{row[0], row[1]}] = true
		}
	}
	if len(wanted) == 0 {
		return fmt.Errorf("%s names no package of the half %q", list, half)
	}
	tree, err := target.Open(context.Background(), folder, target.Options{})
	if err != nil {
		return err
	}
	defer tree.Close()
	places, at, unreadable, err := installed(folder, wanted)
	if err != nil {
		return err
	}

	jobs := plan(places, upgrades)
	owned := tree.Places(at)
	peak := watch()
	start := time.Now()
	answers := make([]answer, len(jobs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return
				}
				answers[i] = look(j, owned, jobs[i])
			}
		})
	}
	workers.Wait()
	took := time.Since(start)
	summarise(answers, half, len(wanted)-len(places), unreadable, took, peak(), all)
	return nil
}

// installed maps the wanted releases to where in the tree they are, as a path
// from the folder that holds node_modules, beside where any package is. Those
// whose manifest cannot be read are counted.
func installed(folder string, wanted map[release]bool) (places map[release]string, all []kennel.Location, unreadable int, err error) {
	places = map[release]string{}
	above := filepath.Dir(folder)
	err = filepath.WalkDir(folder, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "package.json" || d.IsDir() {
			return err
		}
		// A package's own folder is right below node_modules, or below a scope.
		up := filepath.Dir(filepath.Dir(at))
		if strings.HasPrefix(filepath.Base(up), "@") {
			up = filepath.Dir(up)
		}
		if filepath.Base(up) != "node_modules" {
			return nil
		}
		inside, err := filepath.Rel(above, at)
		if err != nil {
			return err
		}
		inside = filepath.ToSlash(inside)
		all = append(all, kennel.Location{Path: inside})
		var manifest struct{ Name, Version string }
		text, err := os.ReadFile(at)
		if err == nil {
			err = json.Unmarshal(text, &manifest)
		}
		if err != nil {
			unreadable++
			return nil
		}
		r := release{manifest.Name, manifest.Version}
		if !wanted[r] || places[r] != "" {
			return nil
		}
		places[r] = inside
		return nil
	})
	return places, all, unreadable, err
}

// plan orders the releases by name and version.
func plan(places map[release]string, upgrades bool) []job {
	var out []job
	for r, at := range places {
		out = append(out, job{release: r, at: at})
	}
	slices.SortFunc(out, func(a, b job) int {
		return cmp.Or(cmp.Compare(a.name, b.name), ecosystem.Order(kennel.NPM, a.version, b.version))
	})
	if !upgrades {
		return out
	}
	var later []job
	for i := 1; i < len(out); i++ {
		if out[i-1].name == out[i].name {
			j := out[i]
			j.previous, j.before = out[i-1].version, out[i-1].at
			later = append(later, j)
		}
	}
	return later
}

// look examines one release.
func look(j *judge.Judge, owned *target.Places, of job) answer {
	a := answer{job: of}
	unpacked, err := owned.Files(kennel.Location{Path: of.at})
	if err != nil {
		a.err = err
		return a
	}
	grants := kennel.Grants{Release: unpacked}
	if of.before != "" {
		if grants.Previous, a.err = owned.Files(kennel.Location{Path: of.before}); a.err != nil {
			return a
		}
	}
	fsys, err := fs.Sub(unpacked, path.Base(path.Dir(of.at)))
	if err != nil {
		a.err = err
		return a
	}
	a.err = fs.WalkDir(fsys, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			a.files++
			a.bytes += info.Size()
		}
		return err
	})
	if a.err != nil {
		return a
	}
	a.hooked = hooked(fsys)
	c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: of.name}, Version: of.version}
	start := time.Now()
	a.c, a.err = examine(j, of.name+"@"+of.version, kennel.NewSubject(c, start, grants))
	a.took = time.Since(start)
	return a
}

// hooked tells whether npm runs something when it installs the release.
func hooked(fsys fs.FS) bool {
	var manifest struct {
		Scripts struct{ Preinstall, Install, Postinstall string }
	}
	text, err := fs.ReadFile(fsys, "package.json")
	if err != nil || json.Unmarshal(text, &manifest) != nil {
		return false
	}
	_, err = fs.Stat(fsys, "binding.gyp")
	of := manifest.Scripts
	return of.Preinstall != "" || of.Install != "" || of.Postinstall != "" || err == nil
}
