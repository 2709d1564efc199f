package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
)

func (a *app) db() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Update, build and look at the advisory database",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.dbUpdate(), a.dbBuild(), a.dbStatus(), a.dbVerify())
	return cmd
}

func (a *app) dbBuild() *cobra.Command {
	var src advisory.Sources
	var out, built string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "build --osv DIR -o PATH",
		Short: "Compile a database from files that are already here",
		Long: `Build compiles a database from advisories in OSV format, laid out as osv.dev lays
its bucket out (DIR/{Ecosystem}/all.zip; folders of .json files will do), and the
feeds of CISA KEV and FIRST EPSS. It connects to nothing. The same inputs and
--built give the same bytes.

A database that is at PATH already is replaced when the new one is whole.`,
		Example: `  kennel db build --osv osv --kev kev.json --epss epss.csv.gz -o db
  kennel scan --db db .`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if src.OSV == "" || out == "" {
				return usage("db build needs --osv DIR and -o PATH")
			}
			src.Built = a.now.Truncate(time.Second)
			if built != "" {
				t, err := time.Parse(time.RFC3339, built)
				if err != nil {
					return usage("--built %q: write a time such as 2026-01-31T12:00:00Z", built)
				}
				src.Built = t
			}
			for flag, path := range map[string]string{"--osv": src.OSV, "--kev": src.KEV, "--epss": src.EPSS} {
				if _, err := os.Stat(path); path != "" && err != nil {
					return usage("%s: %v", flag, err)
				}
			}
			return a.compile(cmd.Context(), src, out, quiet)
		},
	}
	cmd.Flags().StringVar(&src.OSV, "osv", "", "folder of advisories")
	cmd.Flags().StringVar(&src.KEV, "kev", "", "CISA's known_exploited_vulnerabilities.json")
	cmd.Flags().StringVar(&src.EPSS, "epss", "", "FIRST's epss_scores .csv or .csv.gz")
	cmd.Flags().StringVarP(&out, "output", "o", "", "folder to write the database to")
	cmd.Flags().StringVar(&built, "built", "", "the time to stamp, for builds that must not differ (default: now)")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "no progress on the terminal")
	return cmd
}

// compile builds a database and says on standard error what came of it.
func (a *app) compile(ctx context.Context, src advisory.Sources, out string, quiet bool) error {
	bar := a.progress(quiet)
	info, stats, err := advisory.Compile(ctx, src, out, advisory.Options{Progress: func(done, total int64, what string) {
		bar.show("%3d%% %s", done*100/max(total, 1), what)
	}})
	bar.done()
	if err != nil {
		return &exit{exitFailed, err}
	}
	if !quiet {
		fmt.Fprintf(a.stderr, "kennel: %d records of %s in %s\n", info.Records, plural(len(info.Ecosystems), "ecosystem", "ecosystems"), out)
	}
	for _, bad := range stats.BadRecords {
		fmt.Fprintf(a.stderr, "kennel: left out: %s: %v\n", printable(bad.Name), printable(bad.Err.Error()))
	}
	if more := stats.Bad - len(stats.BadRecords); more > 0 {
		fmt.Fprintf(a.stderr, "kennel: left out: %d more records that could not be read\n", more)
	}
	return nil
}

func (a *app) dbStatus() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what is in the database and how fresh it is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			where, err := a.locateDatabase(path)
			if err != nil {
				return err
			}
			db, err := openOrStarter(where, path != "")
			if err != nil {
				return err
			}
			defer db.Close()
			if db.Info().Starter {
				fmt.Fprintf(a.stdout, "no database at %s: the built-in starter set answers; run: kennel db update\n\n", where)
			}
			return a.printStatus(db.Info())
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "the database's folder (default: $KENNEL_DB, else the user's cache)")
	return cmd
}

func (a *app) printStatus(info kennel.DatabaseInfo) error {
	day := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(time.DateOnly)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
	if !info.Starter {
		fmt.Fprintf(w, "path\t%s\n", info.Path)
		fmt.Fprintf(w, "digest\t%s\n", info.Digest)
		fmt.Fprintf(w, "built\t%s (%d days ago)\n", info.Built.Format(time.RFC3339), int(a.now.Sub(info.Built).Hours()/24))
	}
	fmt.Fprintf(w, "records\t%d\nKEV\t%s\nEPSS\t%s\n\n", info.Records, day(info.KEV), day(info.EPSS))
	fmt.Fprintf(w, "ecosystem\trecords\tnewest\tfetched\n")
	for _, e := range info.Ecosystems {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", e.Ecosystem, e.Records, day(e.Newest), day(e.Fetched))
	}
	return w.Flush()
}

func (a *app) dbVerify() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Read the whole database and compare it with its digests",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			where, err := a.locateDatabase(path)
			if err != nil {
				return err
			}
			db, err := advisory.Open(where)
			if err != nil {
				return &exit{exitFailed, err}
			}
			defer db.Close()
			if err := db.Verify(); err != nil {
				return &exit{exitFailed, err}
			}
			fmt.Fprintf(a.stdout, "%s: every file is as its manifest says (%s)\n", where, db.Info().Digest)
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "the database's folder (default: $KENNEL_DB, else the user's cache)")
	return cmd
}

func (a *app) dbUpdate() *cobra.Command {
	var f updateFlags
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Fetch what is new and compile it",
		Long: `Update fetches the advisories of each ecosystem from an OSV-style bucket, and the
KEV and EPSS feeds, asking the servers for what changed since last time; then it
compiles the database. The old one answers until the new one is whole.

With --from it takes a database that somebody else built: a folder, or a .tar,
.tar.gz or .tar.zst of one, by path or address. Its digests are checked.

Addresses come from the flags, else from "sources" in the user's configuration,
else they are the public ones. HTTP_PROXY, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE
and SSL_CERT_DIR are honoured.`,
		Example: `  kennel db update
  kennel db update --ecosystem npm,Go,PyPI
  kennel db update --osv-url https://mirror.example/osv
  kennel db update --from https://mirror.example/kennel-db.tar.zst`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			user, err := a.userConfig()
			if err != nil {
				return err
			}
			if f.database, err = a.databasePath(f.database, user); err != nil {
				return &exit{exitFailed, err}
			}
			return a.update(cmd.Context(), f, user)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.database, "db", "", "the database's folder (default: $KENNEL_DB, else the user's cache)")
	flags.StringVar(&f.from, "from", "", "take a prebuilt database from this folder, file or address")
	flags.StringSliceVar(&f.ecosystems, "ecosystem", nil, "only these ecosystems, as OSV spells them (default: "+defaultEcosystems()+")")
	flags.StringVar(&f.osv, "osv-url", "", "an OSV-style bucket: {address}/{Ecosystem}/all.zip")
	flags.StringVar(&f.kev, "kev-url", "", "CISA's KEV feed")
	flags.StringVar(&f.epss, "epss-url", "", "FIRST's EPSS feed")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on the terminal")
	return cmd
}

// ecosystems are what update fetches unless told otherwise: what extractors
// find in projects and common images. The other distributions are fetched by
// name: Ubuntu's and SUSE's records alone are larger than all of these.
var ecosystems = []kennel.Ecosystem{kennel.NPM, kennel.Go, kennel.PyPI, kennel.Maven, kennel.Cargo, kennel.RubyGems,
	kennel.Packagist, kennel.NuGet, kennel.Hex, kennel.Pub, kennel.Swift, kennel.Conan, kennel.GitHubActions, kennel.Debian, kennel.Alpine}

func defaultEcosystems() string {
	var names []string
	for _, e := range ecosystems {
		names = append(names, string(e))
	}
	return strings.Join(names, ", ")
}
