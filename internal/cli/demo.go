package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
	"github.com/kennel-oss/kennel/internal/demo"
	"github.com/kennel-oss/kennel/internal/extract/all"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/judge"
	layers "github.com/kennel-oss/kennel/internal/layer/all"
	"github.com/kennel-oss/kennel/internal/layer/authority"
	"github.com/kennel-oss/kennel/internal/layer/source"
	"github.com/kennel-oss/kennel/internal/report"
	"github.com/kennel-oss/kennel/internal/target"
)

func (a *app) demo() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See Kennel at work on a harmless replica of a real case",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.demoXZ())
	return cmd
}

func (a *app) demoXZ() *cobra.Command {
	var f scanFlags
	var keep string
	cmd := &cobra.Command{
		Use:   "xz",
		Short: "The back door in XZ Utils 5.6.0, on the day of its release",
		Long: `Xz tells the founding case, offline: what a scanner said of XZ Utils 5.6.0 on the
day of its release, what vet says of its tarball and repository on that day, and
what vet says of a clean release before it.

It makes a replica of public facts (who, when, which paths, how large, which
signature) in a temporary folder, and judges it by the code that judges any other
repository. Files are stubs that say so; nothing in it can do harm. It takes git.

With -o or --format the case is also written as other formats are; alone, --format
writes the case and tells nothing. The exit status is 0, whatever the verdict: it
is a demonstration.`,
		Example: `  kennel demo xz
  kennel demo xz -o case.html
  kennel demo xz --keep xz-replica        keep repository and tarballs, to try by hand
  kennel demo xz --format json`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			outputs, err := f.caseOutputs()
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			s := &scene{app: a, keep: keep}
			if err := s.make(ctx); err != nil {
				return failedDemo(err)
			}
			defer s.remove()
			c, err := s.vet(ctx, demo.Case, caseDay)
			if err != nil {
				return failedDemo(err)
			}
			alone := f.format != "" || len(f.output) > 0 // what goes to standard output, for whoever reads it from a pipe
			files := slices.DeleteFunc(slices.Clone(outputs), func(o output) bool { return o.path == "" && !alone })
			if err := a.reports(files, false, func(w io.Writer, as report.Format, o report.Options) error { return report.WriteCase(w, as, c, o) }); err != nil {
				return err
			}
			if alone && slices.ContainsFunc(outputs, func(o output) bool { return o.path == "" }) {
				return nil
			}
			if err := s.tell(ctx, c, outputs); err != nil {
				return failedDemo(err)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&keep, "keep", "", "keep the replica in this folder, which must not exist or be empty")
	flags.StringVar(&f.format, "format", "", "write the case alone, in this format: text, json, sarif, markdown or html")
	flags.StringArrayVarP(&f.output, "output", "o", nil, "also write the case to FILE, its format by its name: .html .md .json .sarif .txt; may be given several times")
	return cmd
}

func failedDemo(err error) error {
	return &exit{exitFailed, fmt.Errorf("demo xz: %w", err)}
}

// The days on which the case is looked at.
const (
	caseDay  = "2024-02-24" // 5.6.0 was released
	knownDay = "2024-03-30" // the day after its advisory
	cleanDay = "2023-01-11" // 5.4.1 was released
)

// Names in the replica's folder. Each says what it is.
const (
	replicaGit     = "replica-xz.git"
	replicaProduct = "replica-product.cdx.json"
	replicaReadMe  = "README.txt"
)

func replicaTarball(version string) string { return "replica-xz-" + version + ".tar.gz" }

// scene is one run of the demonstration.
type scene struct {
	*app
	keep   string // "" for a temporary folder
	folder string
}

// make makes the replica. What it made is gone when it fails.
func (s *scene) make(ctx context.Context) (err error) {
	if s.folder = s.keep; s.keep == "" {
		s.folder, err = os.MkdirTemp("", "kennel-demo-")
	} else if err = os.MkdirAll(s.keep, 0o755); err == nil {
		var list []os.DirEntry
		if list, err = os.ReadDir(s.keep); err == nil && len(list) > 0 {
			return fmt.Errorf("--keep %s: it is not empty: name a folder that does not exist yet", s.keep)
		}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.keep = ""
			s.remove()
		}
	}()
	for name, text := range map[string]string{replicaReadMe: demo.ReadMe, replicaProduct: demo.Product} {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, version := range []string{demo.Case, demo.Clean} {
		if err := s.writeTo(filepath.Join(s.folder, replicaTarball(version)), func(w io.Writer) error { return demo.Release(w, version) }); err != nil {
			return err
		}
	}
	stream, w := io.Pipe()
	go func() { w.CloseWithError(demo.History(w)) }()
	defer stream.Close()
	return history.Import(ctx, filepath.Join(s.folder, replicaGit), stream)
}

// remove removes the replica unless it is to be kept.
func (s *scene) remove() {
	if s.keep == "" {
		os.RemoveAll(s.folder)
	}
}

// vet makes the case of a release as vet does: its tarball against the
// repository, and who could release. What the files can do is not asked: of
// stubs, the answer would mean nothing.
func (s *scene) vet(ctx context.Context, version, day string) (kennel.Case, error) {
	v, err := s.newVetting(&vetFlags{scanFlags: scanFlags{asOf: day}})
	if err != nil {
		return kennel.Case{}, err
	}
	defer v.close()
	name := replicaTarball(version)
	t, err := target.Open(ctx, filepath.Join(s.folder, name), target.Options{})
	if err != nil {
		return kennel.Case{}, err
	}
	defer t.Close()
	repository, err := v.history(ctx, filepath.Join(s.folder, replicaGit))
	if err != nil {
		return kennel.Case{}, err
	}
	subject := kennel.NewSubject(release(name), v.asOf, kennel.Grants{Release: t.FS(), History: repository})
	return v.one(ctx, name, subject, source.New(), authority.New())
}

// scan judges the replica's product as scan does, by the starter set as it
// would have been on a day.
func (s *scene) scan(ctx context.Context, day string) (kennel.Judgement, error) {
	v, err := s.newVetting(&vetFlags{scanFlags: scanFlags{asOf: day}})
	if err != nil {
		return kennel.Judgement{}, err
	}
	db, err := advisory.Starter()
	if err != nil {
		return kennel.Judgement{}, err
	}
	defer db.Close()
	extractors := all.Extractors()
	t, err := target.Open(ctx, filepath.Join(s.folder, replicaProduct), target.Options{Extractors: extractors})
	if err != nil {
		return kennel.Judgement{}, err
	}
	defer t.Close()
	inv, err := t.Inventory(ctx, extractors, nil)
	if err != nil {
		return kennel.Judgement{}, err
	}
	return judge.New(judge.Options{Policy: v.rules, Layers: layers.Layers(), Grants: kennel.Grants{Advisories: published{db, v.asOf}}}).Inventory(ctx, inv, v.asOf)
}

// published is a database without what was published after a moment.
type published struct {
	*advisory.DB
	by time.Time
}

func (p published) Match(c kennel.Component) ([]kennel.Match, error) {
	list, err := p.DB.Match(c)
	return slices.DeleteFunc(list, func(m kennel.Match) bool { return m.Advisory.Published.After(p.by) }), err
}
