package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
	"github.com/kennel-oss/kennel/internal/config"
)

// staleAfter is how old a database may be before every report says so.
// Advisories of exploited problems come daily; a week is when teams that
// update weekly have missed once.
const staleAfter = 7 * 24 * time.Hour

// databasePath says where the database lies.
func (a *app) databasePath(flag string, user config.Config) (string, error) {
	for _, p := range []string{flag, a.getenv("KENNEL_DB"), user.Database} {
		if p != "" {
			return p, nil
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("where the database lies is not known: %w; name its folder with --db", err)
	}
	return filepath.Join(cache, "kennel", "db"), nil
}

// locateDatabase is databasePath for commands that read nothing else of the
// user's configuration.
func (a *app) locateDatabase(flag string) (string, error) {
	user, err := a.userConfig()
	if err != nil {
		return "", err
	}
	path, err := a.databasePath(flag, user)
	if err != nil {
		return "", &exit{exitFailed, err}
	}
	return path, nil
}

// openDatabase opens the advisory database, after updating it where that was
// asked for. Without one the built-in starter set answers. What a reader has
// to know of it comes back as gaps.
func (a *app) openDatabase(ctx context.Context, f *scanFlags, user config.Config) (*advisory.DB, []kennel.Gap, error) {
	path, err := a.databasePath(f.database, user)
	if err != nil {
		return nil, nil, &exit{exitFailed, err}
	}
	var gaps []kennel.Gap
	if f.update || user.Update == "auto" && !f.offline && a.stale(path) {
		if err := a.update(ctx, updateFlags{database: path, quiet: f.quiet}, user); err != nil {
			if f.update {
				return nil, nil, err
			}
			gaps = append(gaps, kennel.Gap{Kind: kennel.GapNotJudged, What: "advisory database", Why: "could not be updated, the old one answers: " + err.Error()})
		}
	}
	db, err := openOrStarter(path, f.database != "")
	if err != nil || db.Info().Starter {
		return db, gaps, err
	}
	if days := age(db.Info(), a.now); days > int(staleAfter.Hours()/24) {
		gaps = append(gaps, kennel.Gap{Kind: kennel.GapNotJudged, What: "advisory database",
			Why: fmt.Sprintf("is %d days old: what was published since is not known here; run: kennel db update", days)})
	}
	return db, gaps, nil
}

// openOrStarter opens the database at path. Where there is none the built-in
// starter set answers, unless somebody named the path.
func openOrStarter(path string, named bool) (*advisory.DB, error) {
	db, err := advisory.Open(path)
	if errors.Is(err, fs.ErrNotExist) && !named {
		db, err = advisory.Starter()
	}
	if err != nil {
		return nil, &exit{exitFailed, err}
	}
	return db, nil
}

// stale reports whether the database is missing or older than a day.
func (a *app) stale(path string) bool {
	db, err := advisory.Open(path)
	if err != nil {
		return true
	}
	defer db.Close()
	return a.now.Sub(db.Info().Built) > 24*time.Hour
}

// age is how many days ago the database last saw something new: it was built
// no earlier, and its newest record says when its sources were current. A
// database that was built today from old files is as old as the files.
func age(info kennel.DatabaseInfo, now time.Time) int {
	current := info.Built
	var newest time.Time
	for _, part := range info.Ecosystems {
		for _, seen := range []time.Time{part.Newest, part.Fetched} {
			if seen.After(newest) {
				newest = seen
			}
		}
	}
	if !newest.IsZero() && newest.Before(current) {
		current = newest
	}
	return int(now.Sub(current).Hours() / 24)
}
