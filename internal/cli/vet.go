package cli

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/authority"
	"github.com/kennel-oss/kennel/internal/report"
)

func (a *app) vet() *cobra.Command {
	var f scanFlags
	var repository string
	cmd := &cobra.Command{
		Use:   "vet --history REPOSITORY",
		Short: "Look for cues of a compromise before there is an advisory",
		Long: `Vet reads the history of a source repository: who can release, whether that
changed, and what else changed with it, tag by tag. The answer is a case: what
happened, in the order of time, each cue with evidence a person can check and its
ordinary explanation. People are not accused; changes are shown.

It reads a local git repository, bare or not, and runs nothing of it. What git says
of dates and names can be forged.

So far vet looks at histories. Releases against their source, packages and
dependency updates are to come.`,
		Example: `  kennel vet --history ./xz.git
  kennel vet --history ./xz.git --as-of 2023-03-18      as somebody would have seen it that day
  kennel vet --history . --format json -o case.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if repository == "" {
				return usage("vet: name a repository: kennel vet --history ./project.git")
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
			limit, ok := kennel.ParseVerdict(f.failOn)
			if f.failOn != "never" && (!ok || limit == kennel.Allow) {
				return usage("--fail-on %q: write deny, review or never", f.failOn)
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
			c, err := a.vetHistory(cmd, repository, judge.Options{Policy: rules}, asOf)
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
			if ok && c.Verdict <= limit {
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
	flags.StringVar(&f.asOf, "as-of", "", "judge as of this day (YYYY-MM-DD) instead of now")
	flags.StringVar(&f.policy, "policy", "", "an organisation's policy, instead of the built-in rules")
	flags.StringVar(&f.failOn, "fail-on", "review", "the verdict that fails the run: deny, review, or never")
	flags.StringVar(&f.format, "format", "", "text or json (default: by the name of -o, else text)")
	flags.StringArrayVarP(&f.output, "output", "o", nil, "write to FILE; may be given several times")
	return cmd
}

// vetHistory makes the case of a repository.
func (a *app) vetHistory(cmd *cobra.Command, folder string, o judge.Options, asOf time.Time) (kennel.Case, error) {
	repository, err := history.Open(cmd.Context(), folder)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	defer repository.Close()
	o.Layers = []kennel.Layer{authority.New()}
	o.Grants = kennel.Grants{History: repository}
	c, err := judge.New(o).Case(cmd.Context(), folder, kennel.Component{}, asOf)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	return c, nil
}
