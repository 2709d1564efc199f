package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/authority"
	"github.com/kennel-oss/kennel/internal/layer/source"
	"github.com/kennel-oss/kennel/internal/report"
	"github.com/kennel-oss/kennel/internal/target"
)

func (a *app) vet() *cobra.Command {
	var f scanFlags
	var repository, sourceOf, ref string
	cmd := &cobra.Command{
		Use:   "vet [ARTIFACT] --source REPOSITORY | --history REPOSITORY",
		Short: "Look for cues of a compromise before there is an advisory",
		Long: `Vet asks of a release whether it is what its repository says, and of a repository
who can release, and whether that changed. The answer is a case: what happened, in
the order of time, each cue with evidence a person can check and its ordinary
explanation. People are not accused; changes are shown.

With ARTIFACT (a tarball, zip, wheel, crate, gem or npm package, or an unpacked
folder) and --source, it compares the release with its tag: files that are in no
tree or differ, without those of the known toolchain, ranked by whether the build
runs them. The tag is found by the version in the artifact's name, or named by --ref.

With --history it reads who signed and tagged, tag by tag, as of a day.

Repositories are local, bare or not, and nothing of them is run. What git says of
dates and names can be forged. Packages by name, and dependency updates, are to come.`,
		Example: `  kennel vet xz-5.4.1.tar.gz --source ./xz.git
  kennel vet xz-5.4.1.tar.gz --source ./xz.git --ref v5.4.1
  kennel vet --history ./xz.git
  kennel vet --history ./xz.git --as-of 2023-03-18      as somebody would have seen it that day
  kennel vet --history . --format json -o case.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && repository == "":
				return usage("vet: name a repository: kennel vet --history ./project.git, or a release and its source: kennel vet project-1.2.tar.gz --source ./project.git")
			case len(args) == 1 && (sourceOf == "" || repository != ""):
				return usage("vet %s: name its repository alone: --source ./project.git", args[0])
			case len(args) == 0 && (sourceOf != "" || ref != ""):
				return usage("vet: --source and --ref go with a release: kennel vet project-1.2.tar.gz --source ./project.git")
			}
			outputs, err := f.outputs()
			if err != nil {
				return err
			}
			for _, o := range outputs {
				if o.format != report.Text && o.format != report.JSON {
					return usage("vet writes text or json so far, not %s", o.format)
				}
			}
			if err := f.checkFailOn(); err != nil {
				return err
			}
			asOf, err := f.moment(a.now)
			if err != nil {
				return err
			}
			org, err := organisation(f.policy)
			if err != nil {
				return err
			}
			rules, err := compilePolicy(org, trusted{}) // the examined brings no rules
			if err != nil {
				return err
			}
			var c kennel.Case
			if len(args) == 1 {
				c, err = a.vetRelease(cmd.Context(), args[0], sourceOf, ref, judge.Options{Policy: rules}, asOf)
			} else {
				c, err = a.vetHistory(cmd.Context(), repository, judge.Options{Policy: rules}, asOf)
			}
			if err != nil {
				return err
			}
			for _, o := range outputs {
				width, _ := terminal(a.stdout)
				options := report.Options{Tool: tool(), Width: width, Color: o.path == "" && a.colour(a.stdout)}
				if err := a.writeTo(o.path, func(w io.Writer) error { return report.WriteCase(w, o.format, c, options) }); err != nil {
					return &exit{exitFailed, err}
				}
			}
			if f.fails(c.Verdict) {
				return &exit{code: exitVerdict}
			}
			for _, o := range c.Outcomes {
				if o.State == kennel.StateCouldNotLook {
					return &exit{code: exitFailed}
				}
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&repository, "history", "", "the git repository to read")
	flags.StringVar(&sourceOf, "source", "", "the git repository that the release says it was made from")
	flags.StringVar(&ref, "ref", "", "the tag or commit it was made from (default: the tag named after its version)")
	flags.StringVar(&f.asOf, "as-of", "", "judge as of this day (YYYY-MM-DD) instead of now")
	flags.StringVar(&f.policy, "policy", "", "an organisation's policy, instead of the built-in rules")
	flags.StringVar(&f.failOn, "fail-on", "review", "the verdict that fails the run: deny, review, or never")
	flags.StringVar(&f.format, "format", "", "text or json (default: by the name of -o, else text)")
	flags.StringArrayVarP(&f.output, "output", "o", nil, "write to FILE; may be given several times")
	return cmd
}

// vetHistory makes the case of a repository.
func (a *app) vetHistory(ctx context.Context, folder string, o judge.Options, asOf time.Time) (kennel.Case, error) {
	repository, err := history.Open(ctx, folder)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	defer repository.Close()
	o.Layers = []kennel.Layer{authority.New()}
	return makeCase(ctx, o, folder, kennel.NewSubject(kennel.Component{}, asOf, kennel.Grants{History: repository}))
}

// vetRelease makes the case of a release against its source.
func (a *app) vetRelease(ctx context.Context, artifact, folder, ref string, o judge.Options, asOf time.Time) (kennel.Case, error) {
	t, err := target.Open(ctx, artifact, target.Options{})
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	defer t.Close()
	if t.Kind == target.File {
		return kennel.Case{}, &exit{exitFailed, fmt.Errorf("%s is neither an archive nor a folder", artifact)}
	}
	repository, err := history.Open(ctx, folder)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	defer repository.Close()
	o.Layers = []kennel.Layer{source.New()}
	c := release(filepath.Base(artifact))
	c.Commit = ref
	return makeCase(ctx, o, artifact, kennel.NewSubject(c, asOf, kennel.Grants{Release: t.FS(), History: repository}))
}

func makeCase(ctx context.Context, o judge.Options, name string, subject kennel.Subject) (kennel.Case, error) {
	made, err := judge.New(o).Case(ctx, name, subject)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	return made, nil
}

// release reads name and version from an artifact's file name: the version
// begins at the first digit behind a dash or underscore.
func release(file string) kennel.Component {
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
