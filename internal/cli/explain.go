package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

func (a *app) explain() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "explain ID | PURL",
		Short: "Say what the database knows of an advisory or a package",
		Long: `Explain prints an advisory with all that it says: which versions of which
packages, since when, how bad, whether it is exploited, and where to read more.
For a package it lists every advisory; for a package at a version, which of them
hold for that version and why.`,
		Example: `  kennel explain CVE-2021-44228
  kennel explain GHSA-jfh8-c2jp-5v3q
  kennel explain pkg:npm/lodash
  kennel explain pkg:npm/lodash@4.17.15`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
				fmt.Fprintln(a.stderr, "kennel: only the built-in starter set answers; run: kennel db update")
			}
			if strings.HasPrefix(args[0], "pkg:") {
				return a.explainPackage(db, args[0])
			}
			return a.explainRecord(db, args[0])
		},
	}
	cmd.Flags().StringVar(&path, "db", "", "the database's folder (default: $KENNEL_DB, else the user's cache)")
	return cmd
}

func (a *app) explainRecord(db *advisory.DB, id string) error {
	records, err := db.Record(id)
	if errors.Is(err, advisory.ErrNoRecord) {
		return &exit{exitFailed, fmt.Errorf("the database knows no %s; write an id such as CVE-2021-44228, or a purl such as pkg:npm/lodash", printable(id))}
	}
	if err != nil {
		return &exit{exitFailed, err}
	}
	out := bufio.NewWriter(a.stdout)
	defer out.Flush()
	for i, r := range records {
		if i > 0 {
			fmt.Fprintln(out)
		}
		printRecord(out, r)
	}
	return nil
}

// affectedShown bounds how many packages of a record are listed: some name
// thousands.
const affectedShown = 40

func printRecord(out *bufio.Writer, r advisory.Record) {
	fmt.Fprintf(out, "%s  %s\n", printable(r.ID), printable(r.Summary))
	put := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-10s %s\n", name, value)
		}
	}
	if !r.Withdrawn.IsZero() {
		put("withdrawn", r.Withdrawn.Format(time.DateOnly)+": it matches nothing")
	}
	if r.Kind != kennel.Vulnerability {
		put("kind", r.Kind.String())
	}
	put("aliases", printable(strings.Join(r.Aliases, ", ")))
	severity := r.Severity.String()
	if r.Score > 0 {
		severity += fmt.Sprintf(" %.1f (%s)", r.Score, printable(r.Vector))
	}
	put("severity", severity)
	if !r.Published.IsZero() {
		put("published", r.Published.Format(time.DateOnly))
	}
	if r.KEV != nil {
		put("exploited", fmt.Sprintf("known to CISA since %s, due %s", r.KEV.Added.Format(time.DateOnly), r.KEV.Due.Format(time.DateOnly)))
	}
	if r.EPSS != nil {
		put("EPSS", fmt.Sprintf("%.1f%% in the next 30 days (above %.1f%% of all)", 100*r.EPSS.Probability, 100*r.EPSS.Percentile))
	}
	put("source", printable(r.Source))
	for i, affected := range r.Affected {
		if i == affectedShown {
			fmt.Fprintf(out, "  and %d more packages\n", len(r.Affected)-i)
			break
		}
		name := string(affected.Ecosystem)
		if affected.Release != "" {
			name += ":" + affected.Release
		}
		what := strings.Join(affected.Ranges, " || ")
		if len(affected.Versions) > 0 {
			shown := affected.Versions[:min(len(affected.Versions), 8)]
			if what != "" {
				what += "; "
			}
			what += "listed: " + strings.Join(shown, ", ")
			if more := len(affected.Versions) - len(shown); more > 0 {
				what += fmt.Sprintf(" and %d more", more)
			}
		}
		put("affects", printable(fmt.Sprintf("%s %s  %s", name, affected.Name, what)))
	}
	for _, ref := range r.References[:min(len(r.References), 10)] {
		put("see", printable(ref.URL))
	}
	if r.Details != "" {
		fmt.Fprintln(out)
		for line := range strings.Lines(r.Details) {
			fmt.Fprintf(out, "  %s\n", printable(strings.TrimRight(line, "\r\n")))
		}
	}
}

func (a *app) explainPackage(db *advisory.DB, purl string) error {
	c, err := ecosystem.FromPurl(purl)
	if err != nil {
		return &exit{exitUsage, err}
	}
	out := bufio.NewWriter(a.stdout)
	defer out.Flush()
	records, err := db.Package(c.Package)
	if err != nil {
		return &exit{exitFailed, err}
	}
	if !slices.ContainsFunc(db.Info().Ecosystems, func(p kennel.DatabasePart) bool { return p.Ecosystem == c.Ecosystem }) {
		fmt.Fprintf(out, "the database holds no advisories for %s", printable(string(c.Ecosystem)))
		if len(records) == 0 {
			fmt.Fprintf(out, ": it cannot say anything of %s\n", label(c))
			return nil
		}
		fmt.Fprintf(out, " but those of the built-in starter set\n")
	}
	if len(records) == 0 {
		fmt.Fprintf(out, "the database has no advisory on %s\n", label(c))
		return nil
	}
	if c.Version != "" {
		matches, err := db.Match(c)
		fmt.Fprintf(out, "%s: %s\n", label(c), plural(len(matches), "advisory holds", "advisories hold"))
		for _, m := range matches {
			fmt.Fprintf(out, "  %-22s %-8s %s (%s)\n", printable(m.Advisory.ID), m.Advisory.Severity, printable(m.Advisory.Summary), printable(m.Range))
		}
		if err != nil {
			fmt.Fprintf(out, "  not everything could be judged: %s\n", printable(err.Error()))
		}
		if rest := len(records) - len(matches); rest > 0 {
			fmt.Fprintf(out, "and %s on other versions; kennel explain %s lists them\n", plural(rest, "advisory", "advisories"), printable(ecosystem.Purl(kennel.Component{Package: c.Package})))
		}
		return nil
	}
	slices.SortFunc(records, func(a, b advisory.Record) int {
		return cmp.Or(b.Published.Compare(a.Published), strings.Compare(a.ID, b.ID))
	})
	fmt.Fprintf(out, "%s: %s, newest first\n", label(c), plural(len(records), "advisory", "advisories"))
	for _, r := range records {
		day := "undated   "
		if !r.Published.IsZero() {
			day = r.Published.Format(time.DateOnly)
		}
		fmt.Fprintf(out, "  %s  %-22s %-8s %s\n", day, printable(r.ID), r.Severity, printable(r.Summary))
	}
	return nil
}
