package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	"github.com/kennel-oss/kennel/internal/extract/all"
	"github.com/kennel-oss/kennel/internal/judge"
	layers "github.com/kennel-oss/kennel/internal/layer/all"
	"github.com/kennel-oss/kennel/internal/policy"
	"github.com/kennel-oss/kennel/internal/report"
	"github.com/kennel-oss/kennel/internal/target"
)

// scanFlags are the flags that scan and its relatives share.
type scanFlags struct {
	database  string
	offline   bool
	update    bool
	config    string
	trustFrom string
	policy    string
	baseline  string
	vex       []string
	ignore    []string
	asOf      string
	failOn    string
	allowGaps bool
	format    string
	output    []string
	verbose   bool
	quiet     bool
	limits    archive.Limits
	platform  string
}

func (a *app) scan() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [TARGET]",
		Short: "Say what open source is in a product and what is known to be dangerous in it",
		Long: `Scan takes the inventory of a target, matches it with the advisory database
and judges what it finds by policy.

TARGET is a folder (the current one by default), a lock file or manifest, an
SBOM (CycloneDX or SPDX, whatever the file is called), a container image as
"docker save" or an OCI layout writes it, or - for an SBOM on standard input.

Exit status:
  0  nothing at or above --fail-on
  1  a verdict at or above --fail-on
  2  wrong use
  3  could not do the job, or recognised nothing in TARGET
  4  a recognised input was unreadable, or only the built-in starter set
     answered; --allow-gaps accepts that`,
		Example: `  kennel scan .
  kennel scan --format sarif -o kennel.sarif .
  kennel scan -o report.html -o scan.json package-lock.json
  kennel scan --baseline last.json .         judge only what is new
  docker save app:latest -o app.tar && kennel scan app.tar
  kennel sbom . | kennel scan -`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runScan(cmd.Context(), &f, argument(args))
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.format, "format", "", "text, json, sarif, cyclonedx, spdx, openvex, html or markdown (default: by the name of -o, else text)")
	cmd.Flags().StringArrayVarP(&f.output, "output", "o", nil, "write the report to FILE; may be given several times, each format by its name: .json .sarif .html .md .cdx.json .spdx.json .vex.json .txt")
	cmd.Flags().StringVar(&f.baseline, "baseline", "", "a JSON report of an earlier scan: judge only what is new (malware and new KEV entries always are)")
	cmd.Flags().StringVar(&f.failOn, "fail-on", "deny", "the verdict that fails the run: deny, review, or never")
	cmd.Flags().BoolVar(&f.allowGaps, "allow-gaps", false, "accept unreadable inputs and the starter set: no exit status 4")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "list every finding, not just those that ask for something")
	return cmd
}

// register adds the flags that scan, sbom and why share.
func (f *scanFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.database, "db", "", "the advisory database's folder (default: $KENNEL_DB, else the user's cache)")
	flags.BoolVar(&f.offline, "offline", false, "connect to nothing, whatever the configuration says")
	flags.BoolVar(&f.update, "update", false, "update the advisory database first")
	flags.StringVar(&f.config, "config", "", "the configuration that counts, instead of the target's kennel.yaml")
	flags.StringVar(&f.trustFrom, "trust-config-from", "", "read kennel.yaml from this git revision of the target, such as origin/main")
	flags.StringVar(&f.policy, "policy", "", "an organisation's policy: a project's rules can add to it, not take away")
	flags.StringArrayVar(&f.vex, "vex", nil, "a VEX document (OpenVEX or CycloneDX) that counts")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "leave out paths that match this glob, such as '**/testdata/**'; counted in the report")
	flags.StringVar(&f.asOf, "as-of", "", "judge as of this day (YYYY-MM-DD) instead of now")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on the terminal")
	cmd.MarkFlagsMutuallyExclusive("offline", "update")
	f.registerTarget(cmd)
}

// registerTarget adds the flags that say how a target is read. Reports name
// the bounds when they are hit.
func (f *scanFlags) registerTarget(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.platform, "platform", "", "of an image for several platforms, read this one, such as linux/arm64 (default: linux/amd64, else the first)")
	flags.Int64Var(&f.limits.FileSize, "max-file-size", 0, "bytes of one file that are read (default 256 MiB)")
	flags.Int64Var(&f.limits.TotalSize, "max-total-size", 0, "bytes that an archive or image may unpack to (default 8 GiB)")
	flags.IntVar(&f.limits.Entries, "max-entries", 0, "files that are met (default 500,000 in an archive, 10 million in a folder)")
	flags.IntVar(&f.limits.Depth, "max-depth", 0, "folders in folders (default 128)")
}

func argument(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

func (a *app) runScan(ctx context.Context, f *scanFlags, arg string) error {
	outputs, err := f.outputs()
	if err != nil {
		return err
	}
	if err := f.checkFailOn(); err != nil {
		return err
	}
	j, err := a.judge(ctx, f, arg)
	if err != nil {
		return err
	}
	if err := a.reports(outputs, f.verbose, func(w io.Writer, as report.Format, o report.Options) error { return report.Write(w, as, j, o) }); err != nil {
		return err
	}
	f.written(a.stderr, report.Answer(&j), outputs)
	return f.status(&j)
}

// checkFailOn refuses a --fail-on that names no verdict to fail on.
func (f *scanFlags) checkFailOn() error {
	if v, ok := kennel.ParseVerdict(f.failOn); f.failOn != "never" && (!ok || v == kennel.Allow) {
		return usage("--fail-on %q: write deny, review or never", f.failOn)
	}
	return nil
}

// fails reports whether --fail-on makes a verdict fail the run.
func (f *scanFlags) fails(v kennel.Verdict) bool {
	limit, ok := kennel.ParseVerdict(f.failOn)
	return ok && v <= limit
}

func tool() report.Tool { return report.Tool{Name: "kennel", Version: Version} }

// status turns a judgement into the exit status.
func (f *scanFlags) status(j *kennel.Judgement) error {
	if f.fails(j.Verdict) {
		return &exit{code: exitVerdict}
	}
	if len(j.Inventory.Projects) == 0 && len(j.Inventory.Gaps) == 0 {
		return &exit{exitFailed, fmt.Errorf("nothing in %s was recognised: name a folder with lock files, a lock file, an SBOM or an image", j.Inventory.Target)}
	}
	if f.allowGaps {
		return nil
	}
	if err := nothingChecked(&j.Inventory); err != nil {
		return err
	}
	for _, g := range j.Gaps {
		if g.Kind == kennel.GapUnreadable || g.Kind == kennel.GapDatabase {
			return &exit{code: exitGaps}
		}
	}
	return nil
}

// nothingChecked is an error when an inventory has no project and every input
// was read: a lone manifest without its lock file, say, which is not a pass.
func nothingChecked(inv *kennel.Inventory) error {
	if len(inv.Projects) > 0 || len(inv.Gaps) == 0 {
		return nil
	}
	for _, g := range inv.Gaps {
		if g.Kind == kennel.GapUnreadable {
			return nil // has a status of its own
		}
	}
	return &exit{exitFailed, fmt.Errorf("nothing in %s could be checked: %s: %s", inv.Target, inv.Gaps[0].What, inv.Gaps[0].Why)}
}

// judge is the whole line: target, extract, inventory, judge.
func (a *app) judge(ctx context.Context, f *scanFlags, arg string) (kennel.Judgement, error) {
	asOf, err := f.moment(a.now)
	if err != nil {
		return kennel.Judgement{}, err
	}
	project, err := a.projectConfig(ctx, arg, f.config, f.trustFrom)
	if err != nil {
		return kennel.Judgement{}, err
	}
	user, err := a.userConfig()
	if err != nil {
		return kennel.Judgement{}, err
	}
	org, err := organisation(f.policy)
	if err != nil {
		return kennel.Judgement{}, err
	}
	// The policy compiles and the database opens while the target is read.
	type compiled struct {
		p   *policy.Policy
		err error
	}
	rules := make(chan compiled, 1)
	go func() {
		p, err := compilePolicy(org, project)
		rules <- compiled{p, err}
	}()
	db, notes, err := a.openDatabase(ctx, f, user)
	if err != nil {
		return kennel.Judgement{}, err
	}
	defer db.Close()

	t, inv, err := a.inventory(ctx, f, arg, project)
	if err != nil {
		return kennel.Judgement{}, err
	}
	defer t.Close()
	c := <-rules
	if c.err != nil {
		return kennel.Judgement{}, c.err
	}
	if project.notice != "" {
		notes = append(notes, kennel.Gap{Kind: kennel.GapUnresolved, What: ConfigFile, Why: project.notice})
	}
	suppress, err := a.suppressors(f, org, project, t)
	if err != nil {
		return kennel.Judgement{}, err
	}
	j, err := judge.New(judge.Options{
		Layers:   layers.Layers(),
		Grants:   kennel.Grants{Advisories: db},
		Policy:   c.p,
		Suppress: suppress.list,
	}).Inventory(ctx, inv, asOf)
	if err != nil {
		return kennel.Judgement{}, &exit{exitFailed, err}
	}
	addGaps(&j, append(notes, suppress.gaps...))
	suppress.describe(&j)
	return j, nil
}

// addGaps adds what is not in the inventory and is not the judge's to know:
// what the database, the configuration and VEX documents lack.
func addGaps(j *kennel.Judgement, gaps []kennel.Gap) {
	if len(gaps) == 0 {
		return
	}
	j.Complete = false
	j.Gaps = append(j.Gaps, gaps...)
	slices.SortFunc(j.Gaps, kennel.CompareGaps)
	j.Gaps = slices.Compact(j.Gaps)
}

// moment is the time to judge as of: now, or the end of a day.
func (f *scanFlags) moment(now time.Time) (time.Time, error) {
	if f.asOf == "" {
		return now, nil
	}
	day, err := time.Parse(time.DateOnly, f.asOf)
	if err != nil {
		return now, usage("--as-of %q: write YYYY-MM-DD", f.asOf)
	}
	return day.Add(24*time.Hour - time.Second), nil // the day as a whole
}

// inventory opens a target and says what is in it.
func (a *app) inventory(ctx context.Context, f *scanFlags, arg string, project trusted) (*target.Target, kennel.Inventory, error) {
	extractors := all.Extractors()
	t, err := target.Open(ctx, arg, target.Options{Stdin: a.stdin, Ignore: append(f.ignore, project.Ignore...),
		Limits: f.limits, Platform: f.platform, Extractors: extractors})
	if err != nil {
		return nil, kennel.Inventory{}, &exit{exitFailed, err}
	}
	bar := a.progress(f.quiet)
	inv, err := t.Inventory(ctx, extractors, func(p target.Progress) {
		if p.Inputs == 0 {
			bar.show("%d files", p.Entries)
		} else {
			bar.show("%d of %d inputs read", p.Done, p.Inputs)
		}
	})
	bar.done()
	if err != nil {
		t.Close()
		return nil, kennel.Inventory{}, &exit{exitFailed, err}
	}
	inv.Target = arg
	return t, inv, nil
}

// output is one report to write.
type output struct {
	path   string
	format report.Format
}

// endings says which format a file's name asks for; longer ones first.
var endings = []struct {
	ending string
	format report.Format
}{
	{".cdx.json", report.CycloneDX}, {".bom.json", report.CycloneDX}, {"bom.json", report.CycloneDX},
	{".spdx.json", report.SPDX}, {".spdx", report.SPDX},
	{".openvex.json", report.OpenVEX}, {".vex.json", report.OpenVEX},
	{".sarif.json", report.SARIF}, {".sarif", report.SARIF},
	{".json", report.JSON}, {".html", report.HTML}, {".htm", report.HTML},
	{".md", report.Markdown}, {".markdown", report.Markdown}, {".txt", report.Text},
}

func (f *scanFlags) outputs() ([]output, error) {
	var format report.Format
	if f.format != "" {
		var ok bool
		if format, ok = report.ParseFormat(f.format); !ok {
			return nil, usage("--format %q: write one of %s", f.format, formatNames())
		}
	}
	if len(f.output) == 0 {
		if format == "" {
			format = report.Text
		}
		return []output{{"", format}}, nil
	}
	if format != "" && len(f.output) > 1 {
		return nil, usage("--format with several -o: leave --format out, each file's format follows from its name")
	}
	var out []output
	for _, path := range f.output {
		if path == "-" {
			path = ""
		}
		o := output{path, format}
		for _, e := range endings {
			if o.format == "" && strings.HasSuffix(strings.ToLower(filepath.Base(path)), e.ending) {
				o.format = e.format
			}
		}
		if o.format == "" {
			if path != "" {
				return nil, usage("-o %s: its name names no format: add --format, one of %s", path, formatNames())
			}
			o.format = report.Text
		}
		out = append(out, o)
	}
	return out, nil
}

func formatNames() string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

func paths(outputs []output) string {
	var names []string
	for _, o := range outputs {
		names = append(names, o.path)
	}
	return strings.Join(names, ", ")
}

// readFlagFile reads a file that a flag names.
func readFlagFile(flag, path string) ([]byte, error) {
	data, err := readNamed(path)
	if err != nil {
		return nil, &exit{exitUsage, fmt.Errorf("%s: %w", flag, err)}
	}
	return data, nil
}

// namedMax bounds a file that a flag or a trusted configuration names, in
// bytes: a baseline may come from a hostile build.
const namedMax = 256 << 20

// readNamed reads a file, or a pipe that a shell made.
func readNamed(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size <= namedMax {
		var b bytes.Buffer
		b.Grow(int(size) + bytes.MinRead)
		size, err = b.ReadFrom(io.LimitReader(f, namedMax+1))
		if err != nil {
			return nil, err
		}
		if size <= namedMax {
			return b.Bytes(), nil
		}
	}
	return nil, fmt.Errorf("%s is over the bound of %d MiB", path, namedMax>>20)
}
