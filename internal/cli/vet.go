package cli

import (
	"context"
	"io"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/report"
)

// vetFlags are vet's own; what it shares with scan is in scanFlags.
type vetFlags struct {
	scanFlags
	history, source, ref, previous string
	upgrade                        bool
	cache                          string
}

func (a *app) vet() *cobra.Command {
	var f vetFlags
	cmd := &cobra.Command{
		Use:   "vet RELEASE | PURL | FOLDER | --upgrade OLD NEW | --history REPOSITORY",
		Short: "Look for cues of a compromise before there is an advisory",
		Long: `Vet asks whether to let a release in although nobody has warned of it yet. The
answer is a case: what happened, in the order of time, each cue with evidence a
person can check and its ordinary explanation. People are not accused; changes
are shown. Nothing that is examined is ever run.

RELEASE is a tarball, zip, wheel, crate, gem or npm package, or an unpacked
folder: what can it do when it is built, installed or imported? With --source it
is compared with the tag it was made from, with --previous with the release
before it.

PURL names a release of a registry, such as pkg:npm/semver@6.3.1: the release,
its predecessor, what the registry tells of its publishers, and its source
repository are fetched. npm and Go so far, as this machine's npm and go are set
up.

FOLDER is an installed tree (node_modules, site-packages, or a project with
one): everything installed there is looked at, offline.

--upgrade looks only at what a dependency update brings in: OLD and NEW are lock
files, or folders with lock files. A pull request of Renovate or Dependabot
should not be merged by a machine when it fails.

--history reads who signed, tagged and wrote in a git repository, tag by tag. What
git says of dates and names can be forged.

Exit status:
  0  nothing at or above --fail-on
  1  a verdict at or above --fail-on (review by default)
  2  wrong use
  3  could not do the job, or a layer could not look
  4  of several packages, some could not be looked at; --allow-gaps accepts that`,
		Example: `  kennel vet --upgrade old/package-lock.json package-lock.json
  kennel vet pkg:npm/semver@6.3.1
  kennel vet ./node_modules
  kennel vet xz-5.4.1.tar.gz --source ./xz.git --previous xz-5.4.0.tar.gz
  kennel vet --history ./xz.git --as-of 2023-03-18      as somebody would have seen it that day
  kennel vet --history . -o case.html -o case.json`,
		Args: arguments(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runVet(cmd.Context(), &f, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.history, "history", "", "the git repository to read")
	flags.StringVar(&f.source, "source", "", "the git repository that the release says it was made from")
	flags.StringVar(&f.ref, "ref", "", "the tag or commit it was made from (default: the tag named after its version)")
	flags.StringVar(&f.previous, "previous", "", "the release before this one, to compare with")
	flags.BoolVar(&f.upgrade, "upgrade", false, "look at what is in the second lock file or folder and not in the first")
	flags.StringVar(&f.cache, "cache", "", "the folder of downloads (default: $KENNEL_CACHE, else the user's cache)")
	flags.StringVar(&f.database, "db", "", "the advisory database's folder (default: $KENNEL_DB, else the user's cache)")
	flags.BoolVar(&f.offline, "offline", false, "connect to nothing: what the cache does not have could not be looked at")
	flags.StringVar(&f.config, "config", "", "a kennel.yaml that counts; the examined project's own never does")
	flags.StringVar(&f.policy, "policy", "", "an organisation's policy, instead of the built-in rules")
	flags.StringVar(&f.asOf, "as-of", "", "judge as of this day (YYYY-MM-DD) instead of now")
	flags.StringVar(&f.failOn, "fail-on", "review", "the verdict that fails the run: deny, review, or never")
	flags.BoolVar(&f.allowGaps, "allow-gaps", false, "accept what could not be looked at: no exit status 3 or 4 for it")
	flags.StringVar(&f.format, "format", "", "text, json, sarif, html or markdown (default: by the name of -o, else text)")
	flags.StringArrayVarP(&f.output, "output", "o", nil, "write the case to FILE; may be given several times, each format by its name: .json .sarif .html .md .txt")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "leave out paths of an installed tree that match this glob")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "tell low cues and what is clear of every package, not just of those for a person")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on the terminal")
	f.registerTarget(cmd)
	return cmd
}

// check refuses combinations of arguments that mean nothing.
func (f *vetFlags) check(args []string) error {
	release := f.source != "" || f.ref != "" || f.previous != ""
	switch {
	case f.upgrade && (len(args) != 2 || f.history != "" || release):
		return usage("vet --upgrade: name two lock files or folders, the old one first: kennel vet --upgrade old/package-lock.json package-lock.json")
	case f.upgrade:
	case len(args) == 2:
		return usage("vet takes one release at a time; for two lock files: kennel vet --upgrade %s %s", printable(args[0]), printable(args[1]))
	case f.history != "" && (len(args) > 0 || release):
		return usage("vet --history: name the repository alone: kennel vet --history ./project.git; a release and its source: kennel vet project-1.2.tar.gz --source ./project.git")
	case f.history == "" && len(args) == 0:
		return usage("vet: name a release, a purl, an installed tree or a repository: kennel vet project-1.2.tar.gz, kennel vet pkg:npm/name@1.2.3, kennel vet ./node_modules, kennel vet --history ./project.git")
	case f.ref != "" && f.source == "" && !isPurl(args[0]):
		return usage("vet --ref names a tag of a repository: name that too: --source ./project.git")
	}
	return nil
}

func isPurl(arg string) bool { return strings.HasPrefix(arg, "pkg:") }

func (a *app) runVet(ctx context.Context, f *vetFlags, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	outputs, err := f.caseOutputs()
	if err != nil {
		return err
	}
	if err := f.checkFailOn(); err != nil {
		return err
	}
	// A run unpacks and reads a great deal, and lets go of it soon.
	debug.SetGCPercent(100)
	v, err := a.newVetting(f)
	if err != nil {
		return err
	}
	defer v.close()
	c, err := v.vet(ctx, args)
	if err != nil {
		return err
	}
	if err := a.reports(outputs, f.verbose, func(w io.Writer, as report.Format, o report.Options) error { return report.WriteCase(w, as, c, o) }); err != nil {
		return err
	}
	f.written(a.stderr, c.Verdict.String(), outputs)
	switch {
	case f.fails(c.Verdict):
		return &exit{code: exitVerdict}
	case f.allowGaps:
		return nil
	case blind(c):
		return &exit{code: exitFailed}
	}
	for _, p := range c.Parts {
		if blind(p) {
			return &exit{code: exitGaps}
		}
	}
	for _, g := range c.Gaps {
		if g.Kind != kennel.GapNotJudged {
			return &exit{code: exitGaps}
		}
	}
	return nil
}

// caseOutputs are the outputs of a command that writes a case.
func (f *scanFlags) caseOutputs() ([]output, error) {
	outputs, err := f.outputs()
	for _, o := range outputs {
		switch o.format {
		case report.CycloneDX, report.SPDX, report.OpenVEX:
			return nil, usage("a case is written as text, json, sarif, html or markdown, not as %s", o.format)
		}
	}
	return outputs, err
}

// vet makes the case that the arguments ask for.
func (v *vetting) vet(ctx context.Context, args []string) (kennel.Case, error) {
	switch {
	case v.f.upgrade:
		return v.upgrade(ctx, args[0], args[1])
	case v.f.history != "":
		return v.repository(ctx, v.f.history)
	case isPurl(args[0]):
		return v.listed(ctx, args[0])
	}
	return v.local(ctx, args[0])
}

// blind reports whether a layer that is made for the subject could not look, or
// not everywhere.
func blind(c kennel.Case) bool {
	for _, o := range c.Outcomes {
		if o.Reason != "" && !o.Beyond {
			return true
		}
	}
	return false
}

// release reads name and version from an artifact's file name: the version
// begins at the first digit behind a dash or underscore.
func release(file string) kennel.Component {
	file = filepath.Base(file)
	for _, ending := range []string{".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".txz", ".tar", ".zip", ".whl", ".crate", ".gem"} {
		if stem, ok := strings.CutSuffix(file, ending); ok {
			file = strings.TrimSuffix(stem, ".orig") // as Debian names upstream's
			break
		}
	}
	for i := 1; i+1 < len(file); i++ {
		if (file[i] == '-' || file[i] == '_') && '0' <= file[i+1] && file[i+1] <= '9' {
			version, _, _ := strings.Cut(file[i+1:], "-py") // a wheel's tags
			return kennel.Component{Package: kennel.Package{Name: file[:i]}, Version: version}
		}
	}
	return kennel.Component{Package: kennel.Package{Name: file}}
}
