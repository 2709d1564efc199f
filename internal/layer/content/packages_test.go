package content

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/semver"

	"github.com/kennel-oss/kennel"
)

// installed is a package of an installed tree.
type installed struct {
	component kennel.Component
	dir       string
	bytes     int64 // without its own node_modules
}

// installedPackages lists the npm packages below a folder, each version once.
func installedPackages(tb testing.TB, root string) []installed {
	tb.Helper()
	var out []installed
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "package.json" {
			return err
		}
		parent := filepath.Dir(filepath.Dir(name))
		if filepath.Base(parent) != "node_modules" && (!strings.HasPrefix(filepath.Base(parent), "@") || filepath.Base(filepath.Dir(parent)) != "node_modules") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var m struct{ Name, Version string }
		if json.Unmarshal(text, &m) != nil || m.Name == "" || m.Version == "" || seen[m.Name+"@"+m.Version] {
			return nil
		}
		seen[m.Name+"@"+m.Version] = true
		p := installed{dir: filepath.Dir(name), component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: m.Name}, Version: m.Version}}
		err = filepath.WalkDir(p.dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "node_modules" {
				return fs.SkipDir
			}
			if info, e := d.Info(); err == nil && e == nil && d.Type().IsRegular() {
				p.bytes += info.Size()
			}
			return err
		})
		out = append(out, p)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// examineAll runs the layer over packages and tells how each ended.
func examineAll(tb testing.TB, packages []installed, workers int, say func(installed, []kennel.Finding, error)) {
	next := make(chan installed)
	var wait sync.WaitGroup
	var lock sync.Mutex
	for range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for p := range next {
				subject := kennel.NewSubject(p.component, time.Time{}, kennel.Grants{Release: os.DirFS(p.dir)})
				findings, err := New().Examine(context.Background(), subject)
				lock.Lock()
				say(p, findings, err)
				lock.Unlock()
			}
		}()
	}
	for _, p := range packages {
		next <- p
	}
	close(next)
	wait.Wait()
}

// TestPackages tells what the layer says of the npm packages below
// KENNEL_PACKAGES: how many a person would be asked to look at.
func TestPackages(t *testing.T) {
	root := os.Getenv("KENNEL_PACKAGES")
	if root == "" {
		t.Skip("KENNEL_PACKAGES names no folder with installed npm packages")
	}
	packages := installedPackages(t, root)
	if len(packages) == 0 {
		t.Fatal("no package was found")
	}
	reviewed, unseen, bytes := 0, 0, int64(0)
	var told []string
	start := time.Now()
	examineAll(t, packages, runtime.GOMAXPROCS(0), func(p installed, findings []kennel.Finding, err error) {
		bytes += p.bytes
		if err != nil {
			unseen++
			told = append(told, fmt.Sprintf("? %s@%s: %v", p.component.Name, p.component.Version, err))
		}
		review := false
		for _, f := range findings {
			mark := "."
			if f.Severity >= kennel.SeverityMedium || f.Severity == kennel.SeverityUnknown {
				mark, review = "!", true
			}
			told = append(told, fmt.Sprintf("%s %s@%s: %s (%s): %s", mark, p.component.Name, p.component.Version, f.Rule, f.Severity, f.Title))
			for _, e := range f.Evidence {
				told[len(told)-1] += fmt.Sprintf("\n\t%s: %s", e.What, e.Says)
			}
		}
		if review {
			reviewed++
		}
	})
	slices.Sort(told)
	for _, line := range told {
		t.Log(line)
	}
	took := time.Since(start)
	t.Logf("%d packages, %.1f MiB, %d reviewed (%.2f%%), %d not wholly looked at; %.1f MiB/s on %d cores", len(packages), float64(bytes)/(1<<20),
		reviewed, 100*float64(reviewed)/float64(len(packages)), unseen, float64(bytes)/(1<<20)/took.Seconds(), runtime.GOMAXPROCS(0))
}

func BenchmarkPackages(b *testing.B) {
	root := os.Getenv("KENNEL_PACKAGES")
	if root == "" {
		b.Skip("KENNEL_PACKAGES names no folder with installed npm packages")
	}
	packages := installedPackages(b, root)
	bytes := int64(0)
	for _, p := range packages {
		bytes += p.bytes
	}
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("cores=%d", workers), func(b *testing.B) {
			b.SetBytes(bytes)
			for b.Loop() {
				examineAll(b, packages, workers, func(installed, []kennel.Finding, error) {})
			}
		})
	}
}

// BenchmarkJavaScript reads a text that is made up of what packages hold.
func BenchmarkJavaScript(b *testing.B) {
	const module = `'use strict';
const fs = require('fs'), path = require("path");
/* A comment that says what the next function does, as comments do. */
function load(name, options = {}) {
  const file = path.join(__dirname, 'data', name + '.json'); // where it is
  if (!options.cache || /^[a-z/]+$/.test(name)) { return JSON.parse(fs.readFileSync(file, 'utf8')); }
  return options.cache[name] || (options.cache[name] = load(name, {...options, cache: null}));
}
class Thing extends Base { constructor(a, b) { super(a); this.b = b ?? 'none'; } get size() { return this.items.map(x => x * 2).length / 2; } }
!function(e,t){for(var n=0,r=t.length;n<r;n++)e[t[n]]=function(i){return i&&i.a?i.b(e,"x"+n):null}}(exports,["one","two"]);
module.exports = { load, Thing };
`
	text := strings.Repeat(module, 2<<20/len(module))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		readJavaScript(source{"a.js", text, 1}, new(facts))
	}
}

// TestUpgrades tells what the layer says of the packages that are below
// KENNEL_PACKAGES in several versions, each against the one before it.
func TestUpgrades(t *testing.T) {
	root := os.Getenv("KENNEL_PACKAGES")
	if root == "" {
		t.Skip("KENNEL_PACKAGES names no folder with installed npm packages")
	}
	packages := installedPackages(t, root)
	slices.SortFunc(packages, func(a, b installed) int {
		return cmp.Or(strings.Compare(a.component.Name, b.component.Name), semver.Compare("v"+a.component.Version, "v"+b.component.Version))
	})
	pairs, reviewed, minor, minorReviewed := 0, 0, 0, 0
	for i := 1; i < len(packages); i++ {
		old, p := packages[i-1], packages[i]
		if old.component.Name != p.component.Name {
			continue
		}
		pairs++
		near := semver.Major("v"+old.component.Version) == semver.Major("v"+p.component.Version)
		if near {
			minor++
		}
		subject := kennel.NewSubject(p.component, time.Time{}, kennel.Grants{Release: os.DirFS(p.dir), Previous: os.DirFS(old.dir)})
		findings, err := New().Examine(t.Context(), subject)
		if err != nil {
			t.Log(p.component.Name, err)
		}
		review := false
		for _, f := range findings {
			if f.Severity <= kennel.SeverityLow {
				continue
			}
			review = true
			says := ""
			for _, e := range f.Evidence {
				says += fmt.Sprintf("\n\t%s: %s", e.What, e.Says)
			}
			t.Logf("! %s %s -> %s: %s (%s): %s%s", p.component.Name, old.component.Version, p.component.Version, f.Rule, f.Severity, f.Title, says)
		}
		if review {
			reviewed++
			if near {
				minorReviewed++
			}
		}
	}
	t.Logf("%d upgrades, %d reviewed; %d within a major version, %d reviewed", pairs, reviewed, minor, minorReviewed)
}
