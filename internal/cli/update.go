package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
	"github.com/kennel-oss/kennel/internal/config"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/target"
)

// Where the feeds are published.
const (
	publicOSV  = "https://osv-vulnerabilities.storage.googleapis.com"
	publicKEV  = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
	publicEPSS = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"
)

// updateFlags say what to fetch and where to put it.
type updateFlags struct {
	database       string
	from           string
	ecosystems     []string
	osv, kev, epss string
	quiet          bool
}

// feeds is what is remembered of the last update, beside the downloads.
type feeds struct {
	Files map[string]feedFile `json:"files"` // by path below the downloads
}

type feedFile struct {
	Address string    `json:"address"`
	ETag    string    `json:"etag"`
	Fetched time.Time `json:"fetched"` // when the server last said that this is its content
}

// update brings the database at f.database up to date.
func (a *app) update(ctx context.Context, f updateFlags, user config.Config) error {
	client := fetch.New("kennel/" + Version)
	if f.from != "" {
		return a.install(ctx, client, f)
	}
	f.osv = strings.TrimSuffix(cmp.Or(f.osv, user.Sources.OSV, publicOSV), "/")
	f.kev = cmp.Or(f.kev, user.Sources.KEV, publicKEV)
	f.epss = cmp.Or(f.epss, user.Sources.EPSS, publicEPSS)
	names := f.ecosystems
	if len(names) == 0 {
		for _, e := range ecosystems {
			names = append(names, string(e))
		}
	}
	// Downloads are kept beside the database, so that the next update fetches
	// only what changed.
	downloads := f.database + ".downloads"
	if err := os.MkdirAll(downloads, 0o755); err != nil {
		return &exit{exitFailed, err}
	}
	unlock, err := a.lock(ctx, filepath.Join(downloads, "lock"))
	if err != nil {
		return &exit{exitFailed, err}
	}
	defer unlock()
	state := readFeeds(filepath.Join(downloads, "feeds.json"))
	bar := a.progress(f.quiet)
	defer bar.done()
	changed := false
	get := func(address, name string) error {
		path := filepath.Join(downloads, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		etag := ""
		if old := state.Files[name]; old.Address == address {
			etag = old.ETag
		}
		r, err := client.File(ctx, address, path, etag, func(done, total int64) {
			if total > 0 {
				bar.show("%s: %d of %d MiB", name, done>>20, total>>20)
			} else {
				bar.show("%s: %d MiB", name, done>>20)
			}
		})
		if err != nil {
			return err
		}
		changed = changed || r.Changed
		state.Files[name] = feedFile{address, r.ETag, a.now}
		return state.write(filepath.Join(downloads, "feeds.json"))
	}
	src := advisory.Sources{OSV: filepath.Join(downloads, "osv"), Built: a.now.Truncate(time.Second), Fetched: map[kennel.Ecosystem]time.Time{}}
	wanted := map[string]bool{}
	for _, name := range names {
		if !safeEcosystem(name) {
			return usage("--ecosystem %q: write a name as OSV spells it, such as npm or Debian", name)
		}
		if other := meant(name); other != "" { // a bucket has it under no other case
			return usage("--ecosystem %s: write %s", name, other)
		}
		wanted[name] = true
		if err := get(f.osv+"/"+url.PathEscape(name)+"/all.zip", "osv/"+name+"/all.zip"); err != nil {
			if fetch.NotFound(err) && len(f.ecosystems) == 0 {
				fmt.Fprintf(a.stderr, "kennel: %s has no advisories at %s: left out\n", name, f.osv)
				continue
			}
			return &exit{exitFailed, fmt.Errorf("%w; the old database is untouched", err)}
		}
		src.Fetched[kennel.Ecosystem(name)] = a.now.Truncate(time.Second)
	}
	if len(src.Fetched) == 0 {
		return &exit{exitFailed, fmt.Errorf("there are no advisories at %s for %s; the old database is untouched", f.osv, strings.Join(names, ", "))}
	}
	for _, feed := range []struct {
		address, name string
		path          *string
	}{{f.kev, "kev.json", &src.KEV}, {f.epss, "epss.csv.gz", &src.EPSS}} {
		if feed.address == "none" {
			continue
		}
		if err := get(feed.address, feed.name); err != nil {
			return &exit{exitFailed, fmt.Errorf("%w; the old database is untouched", err)}
		}
		*feed.path = filepath.Join(downloads, feed.name)
	}
	// What was fetched for an earlier choice of ecosystems does not belong in
	// this database.
	old, err := os.ReadDir(src.OSV)
	if err != nil {
		return &exit{exitFailed, err}
	}
	for _, e := range old {
		if !wanted[e.Name()] {
			changed = true
			if err := os.RemoveAll(filepath.Join(src.OSV, e.Name())); err != nil {
				return &exit{exitFailed, err}
			}
		}
	}
	bar.done()
	if !changed {
		// Compiled again all the same: the database then says that its content
		// was seen to be current today.
		if db, err := advisory.Open(f.database); err == nil {
			if !f.quiet {
				fmt.Fprintf(a.stderr, "kennel: nothing changed since %s\n", db.Info().Built.Format(time.RFC3339))
			}
			db.Close()
		}
	}
	return a.compile(ctx, src, f.database, f.quiet)
}

// meant is the ecosystem whose name differs from this one in case, or "".
func meant(name string) string {
	for _, e := range ecosystems {
		if strings.EqualFold(string(e), name) && string(e) != name {
			return string(e)
		}
	}
	return ""
}

// lock keeps other updates away until the function it returns is called. It
// waits for one that is under way, and says so.
func (a *app) lock(ctx context.Context, path string) (func(), error) {
	type locked struct {
		unlock func()
		err    error
	}
	got := make(chan locked, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		got <- locked{unlock, err}
	}()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	for {
		select {
		case l := <-got:
			return l.unlock, l.err
		case <-patience.C:
			fmt.Fprintln(a.stderr, "kennel: waiting for another update to end")
		case <-ctx.Done():
			go func() {
				if l := <-got; l.err == nil {
					l.unlock()
				}
			}()
			return nil, context.Cause(ctx)
		}
	}
}

// safeEcosystem refuses names that could mean something in a path.
func safeEcosystem(name string) bool {
	return name != "" && fs.ValidPath(name) && !strings.ContainsAny(name, `/\:`) && name != "."
}

// install takes a database that somebody else built.
func (a *app) install(ctx context.Context, client *fetch.Client, f updateFlags) error {
	from := f.from
	if strings.HasPrefix(from, "https://") || strings.HasPrefix(from, "http://") {
		folder, err := os.MkdirTemp("", "kennel-db-")
		if err != nil {
			return &exit{exitFailed, err}
		}
		defer os.RemoveAll(folder)
		path := filepath.Join(folder, "db")
		bar := a.progress(f.quiet)
		_, err = client.File(ctx, from, path, "", func(done, total int64) { bar.show("%d MiB", done>>20) })
		bar.done()
		if err != nil {
			return &exit{exitFailed, err}
		}
		from = path
	}
	t, err := target.Open(ctx, from, target.Options{})
	if err != nil {
		return &exit{exitFailed, fmt.Errorf("--from: %w", err)}
	}
	defer t.Close()
	// An archive may hold the folder or what is in it.
	top := t.FS()
	if _, err := fs.Stat(top, "manifest.json"); err != nil {
		if found, _ := fs.Glob(top, "*/manifest.json"); len(found) == 1 {
			if top, err = fs.Sub(top, strings.TrimSuffix(found[0], "/manifest.json")); err != nil {
				return &exit{exitFailed, err}
			}
		}
	}
	info, err := advisory.Install(ctx, top, f.database)
	if err != nil {
		return &exit{exitFailed, fmt.Errorf("--from %s: %w; the old database is untouched", f.from, err)}
	}
	if !f.quiet {
		fmt.Fprintf(a.stderr, "kennel: %d records of %s in %s\n", info.Records, plural(len(info.Ecosystems), "ecosystem", "ecosystems"), f.database)
	}
	return nil
}

func readFeeds(path string) feeds {
	state := feeds{}
	if data, err := os.ReadFile(path); err != nil || json.Unmarshal(data, &state) != nil || state.Files == nil {
		state.Files = map[string]feedFile{} // nothing remembered: everything is fetched
	}
	return state
}

func (s feeds) write(path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	temp := path + ".part"
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temp, path)
}
