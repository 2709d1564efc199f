package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/advisory"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/authority"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/layer/known"
	"github.com/kennel-oss/kennel/internal/layer/name"
	"github.com/kennel-oss/kennel/internal/layer/source"
	"github.com/kennel-oss/kennel/internal/lockfile"
	"github.com/kennel-oss/kennel/internal/policy"
	"github.com/kennel-oss/kennel/internal/target"
)

// vetting is one run of vet: what its forms share.
type vetting struct {
	*app
	f      *vetFlags
	asOf   time.Time
	rules  *policy.Policy
	config trusted     // what --config names; the examined brings none
	opened []io.Closer // closed in this order
}

func (a *app) newVetting(f *vetFlags) (*vetting, error) {
	v := &vetting{app: a, f: f}
	var err error
	if v.asOf, err = f.moment(a.now); err != nil {
		return nil, err
	}
	if f.config != "" {
		data, err := readFlagFile("--config", f.config)
		if err != nil {
			return nil, err
		}
		if v.config, err = parseConfig(f.config, data, besideFile(f.config)); err != nil {
			return nil, err
		}
	}
	org, err := organisation(f.policy)
	if err != nil {
		return nil, err
	}
	v.rules, err = compilePolicy(org, v.config)
	return v, err
}

func (v *vetting) close() {
	for _, c := range v.opened {
		c.Close()
	}
}

func (v *vetting) judge(layers ...kennel.Layer) *judge.Judge {
	return judge.New(judge.Options{Layers: layers, Policy: v.rules})
}

// one makes the case of one subject.
func (v *vetting) one(ctx context.Context, name string, s kennel.Subject, layers ...kennel.Layer) (kennel.Case, error) {
	c, err := v.judge(layers...).Case(ctx, name, s)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	return c, nil
}

// registered is what the forms of vet have that are asked for releases by name.
type registered struct {
	*fetch.Registries
	grants kennel.Grants  // the registry, and the advisories where there are some
	layers []kennel.Layer // known, where it can look
	gaps   []kennel.Gap
}

// registries opens the way to package registries, and the advisory database
// where there is one.
func (v *vetting) registries() (registered, error) {
	db, err := v.advisories()
	if err != nil {
		return registered{}, err
	}
	r, err := fetch.NewRegistries(fetch.RegistryOptions{Agent: "kennel/" + Version, Cache: v.f.cache, Offline: v.f.offline})
	if err != nil {
		return registered{}, &exit{exitFailed, err}
	}
	out := registered{Registries: r, grants: kennel.Grants{Registry: r}}
	if db == nil {
		out.gaps = []kennel.Gap{noAdvisories}
	} else {
		out.grants.Advisories, out.layers = db, []kennel.Layer{known.New()}
	}
	return out, nil
}

// advisories opens the advisory database where there is one. The starter set
// alone would look like an answer.
func (v *vetting) advisories() (*advisory.DB, error) {
	path, err := v.locateDatabase(v.f.database)
	if err != nil {
		return nil, err
	}
	db, err := openOrStarter(path, v.f.database != "")
	if err != nil {
		return nil, err
	}
	if db.Info().Starter {
		return nil, db.Close()
	}
	v.opened = append(v.opened, db)
	return db, nil
}

// noAdvisories is the gap that stands for layer known where it was not asked.
var noAdvisories = kennel.Gap{Kind: kennel.GapNotJudged, What: "known advisories",
	Why: "were not looked up, since there is no advisory database here; run: kennel db update"}

// repository makes the case of a repository's history.
func (v *vetting) repository(ctx context.Context, folder string) (kennel.Case, error) {
	repository, err := v.history(ctx, folder)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	return v.one(ctx, folder, kennel.NewSubject(kennel.Component{}, v.asOf, kennel.Grants{History: repository}), authority.New())
}

func (v *vetting) history(ctx context.Context, folder string) (*history.Repository, error) {
	r, err := history.Open(ctx, folder)
	if err == nil {
		v.opened = append(v.opened, r)
	}
	return r, err
}

// local makes the case of a release, or of an installed tree, on this machine.
func (v *vetting) local(ctx context.Context, arg string) (kennel.Case, error) {
	t, err := target.OpenRelease(ctx, arg, target.Options{Stdin: v.stdin, Ignore: v.f.ignore, Limits: v.f.limits, Platform: v.f.platform})
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: name a release, an installed tree, or a purl such as pkg:npm/semver@6.3.1", err)
		}
		return kennel.Case{}, &exit{exitFailed, err}
	}
	defer t.Close()
	release := v.f.source != "" || v.f.previous != ""
	if t.Kind == target.Folder && !release && t.HoldsInstalled() {
		return v.tree(ctx, arg, t)
	}
	if t.Kind == target.File {
		return kennel.Case{}, &exit{exitFailed, fmt.Errorf("%s is no archive that could be read, nor a folder: is it whole?", arg)}
	}
	return v.artifact(ctx, arg, t)
}

// artifact makes the case of one release that is here.
func (v *vetting) artifact(ctx context.Context, arg string, t *target.Target) (kennel.Case, error) {
	grants := kennel.Grants{Release: t.FS()}
	layers := []kennel.Layer{content.New()}
	var notes []kennel.Gap
	if v.f.source == "" {
		notes = append(notes, kennel.Gap{Kind: kennel.GapNotJudged, What: "source", Why: "was not compared: name the repository it was made from with --source"})
	} else {
		repository, err := v.history(ctx, v.f.source)
		if err != nil {
			return kennel.Case{}, &exit{exitFailed, err}
		}
		if err := checkRef(repository, v.f.ref); err != nil {
			return kennel.Case{}, err
		}
		grants.History = repository
		layers = append([]kennel.Layer{source.New(), authority.New()}, layers...)
	}
	if v.f.previous == "" {
		notes = append(notes, kennel.Gap{Kind: kennel.GapNotJudged, What: "previous release", Why: "was not compared with: name it with --previous"})
	} else {
		before, err := target.OpenRelease(ctx, v.f.previous, target.Options{Limits: v.f.limits})
		if err != nil {
			return kennel.Case{}, &exit{exitFailed, err}
		}
		defer before.Close()
		if before.Kind == target.File {
			return kennel.Case{}, &exit{exitFailed, fmt.Errorf("--previous %s is no archive that could be read, nor a folder: is it whole?", v.f.previous)}
		}
		grants.Previous = before.FS()
	}
	component := identify(t.FS(), arg)
	component.Commit = v.f.ref
	if component.Ecosystem != "" {
		layers = append(layers, v.nameLayer())
	}
	notes = append(notes, t.Gaps()...)
	s := kennel.NewSubject(component, v.asOf, grants)
	if v.f.previous != "" {
		s.Before = release(v.f.previous)
	}
	c, err := v.one(ctx, arg, s, layers...)
	c.Previous, c.Gaps = s.Before.Version, notes
	return c, err
}

// checkRef refuses a --ref that is no tag and no commit of the repository, and
// names the tags that are like it.
func checkRef(h kennel.History, ref string) error {
	if ref == "" {
		return nil
	}
	tags, err := h.Tags()
	if err != nil {
		return &exit{exitFailed, err}
	}
	var like []string
	for _, t := range tags {
		if t.Name == ref {
			return nil
		}
		if strings.Contains(t.Name, strings.TrimLeft(ref, "v")) && len(like) < 8 {
			like = append(like, printable(t.Name))
		}
	}
	if _, err := h.Tree(ref); err == nil {
		return nil
	}
	if len(like) > 0 {
		return usage("--ref %s is no tag of the repository: name one (such as %s), or a whole commit id", printable(ref), strings.Join(like, ", "))
	}
	return usage("--ref %s is no tag of the repository: name one of its %d tags, or a whole commit id", printable(ref), len(tags))
}

// identify says which release an unpacked artifact is: by its manifest where
// that is a registry's, else by the artifact's name.
func identify(fsys fs.FS, arg string) kennel.Component {
	named := release(arg)
	folders := []string{"."}
	if entries, err := fs.ReadDir(fsys, "."); err == nil && len(entries) == 1 && entries[0].IsDir() {
		folders = append(folders, entries[0].Name())
	}
	for _, folder := range folders {
		info, err := fs.Stat(fsys, path.Join(folder, "package.json"))
		if err != nil || info.Size() > 4<<20 {
			continue
		}
		if m, err := lockfile.ReadManifest(fsys, folder); err == nil && m.Name != "" && m.Version != "" && !m.Private {
			named.Package = kennel.Package{Ecosystem: kennel.NPM, Name: m.Name}
			named.Version = cmp.Or(named.Version, m.Version) // a manifest may lie of it
		}
	}
	return named
}

// nameLayer asks whether a package is the one that was meant.
func (v *vetting) nameLayer() kennel.Layer { return name.New(v.config.Names.Internal) }
