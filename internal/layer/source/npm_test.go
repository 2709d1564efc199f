package source

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

// severities are the rules that a release gets, with their severities.
func severities(t *testing.T, release map[string]string, tree map[string]string) string {
	t.Helper()
	var out []string
	for _, f := range examine(t, bowl, unpacked("package/", release), repository{"v1.4.0", day, tree}) {
		out = append(out, f.Rule+" "+f.Severity.String())
	}
	return strings.Join(out, ", ")
}

func TestNPM(t *testing.T) {
	builds := with(unmade, "package.json", `{"name":"bowl","version":"0.0.0","main":"lib/a.js","scripts":{"prepublishOnly":"npm run tsc"}}`)
	unbuilt := with(unmade, "package.json", `{"name":"bowl","version":"1.4.0","main":"out/a.js"}`)
	for name, test := range map[string]struct {
		tree map[string]string
		add  []string
		want string
	}{
		"as it is":                  {unmade, nil, ""},
		"a test beside":             {unmade, []string{"test/x.js", "1\n"}, ""},
		"imported, not built":       {with(unmade, "lib/a.js", "require('./c')\n"), []string{"lib/c.js", "1\n"}, "phantom medium"},
		"a folder":                  {with(unmade, "lib/a.js", "import(\"./c\")\n"), []string{"lib/c/index.mjs", "1\n"}, "phantom medium"},
		"a folder with a manifest":  {with(unmade, "lib/a.js", "require('../c')\n"), []string{"c/package.json", `{"main":"d"}`, "c/d.cjs", "1\n"}, "phantom medium"},
		"more than a few":           {with(unmade, "lib/a.js", "require('./c')\n"), []string{"lib/c.js", "1\n", "lib/d.js", "1\n", "lib/e.js", "1\n", "lib/f.js", "1\n"}, "built low"},
		"types":                     {with(unmade, "lib/a.js", "import './c.d.ts'\n"), []string{"lib/c.d.ts", "1\n"}, ""},
		"built by a script":         {builds, []string{"dist/c.js", "1\n", "package.json", `{"name":"bowl","version":"1.4.0"}`}, "built low"},
		"built by what it names":    {unbuilt, []string{"out/a.js", "1\n"}, "built low"},
		"built over a source":       {builds, []string{"lib/a.js", "2\n", "package.json", `{"name":"bowl","version":"1.4.0"}`}, "modified medium"},
		"bundled over a source":     {builds, []string{"lib/a.js", "2\n", "package.json", `{"name":"bowl","version":"1.4.0"}`, "lib/b.js", "-"}, "built low"},
		"a bundle of the tree":      {with(builds, "dist/a.js", "1\n"), []string{"dist/a.js", "2\n", "package.json", `{"name":"bowl","version":"1.4.0"}`}, "built low"},
		"a dist that nothing makes": {with(unmade, "dist/a.js", "1\n"), []string{"dist/a.js", "2\n"}, "modified medium"},
		"line endings":              {unmade, []string{"lib/a.js", strings.ReplaceAll(unmade["lib/a.js"], "\n", "\r\n")}, ""},
		"a sibling":                 {unmade, []string{"package.json", `{"name":"bowl","version":"1.4.0","optionalDependencies":{"@bowl/linux":"1"}}`}, "manifest low"},
		"a twin":                    {unmade, []string{"package.json", `{"name":"bowl","version":"1.4.0","optionalDependencies":{"@b0wl/linux":"1"}}`}, "manifest high"},
		"brought along":             {with(unmade, "package.json", `{"name":"bowl","version":"1.4.0","bundleDependencies":["c"]}`), []string{"node_modules/c/index.js", "1\n"}, "built low"},
		"a Makefile nobody runs":    {unmade, []string{"Makefile", "all:\n\tsh x.sh\n"}, ""},
		"a Makefile of a hook":      {with(unmade, "package.json", `{"name":"bowl","version":"1.4.0","scripts":{"install":"make"}}`), []string{"Makefile", "all:\n\tsh x.sh\n"}, "phantom medium"},
		"all of exports":            {with(unmade, "package.json", `{"name":"bowl","version":"1.4.0","exports":{"./*":{"import":["./lib/*.js"]}}}`), []string{"lib/x/y.js", "1\n"}, "phantom medium"},
	} {
		release := with(test.tree, test.add...)
		maps.DeleteFunc(release, func(_, content string) bool { return content == "-" })
		if got := severities(t, release, test.tree); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// The package is looked for by its name, not by where most files are.
func TestFolderOfAPackage(t *testing.T) {
	tree := map[string]string{"package.json": `{"name":"all"}`, "LICENSE": "x\n", "README.md": "All.\n", "index.js": "1\n",
		"kennels/food-bowl/package.json": `{"name":"bowl","version":"1.4.0","scripts":{"build":"x"}}`, "kennels/food-bowl/src/index.ts": "1\n",
		"kennels/bowl/package.json": `{"name":"another"}`}
	release := map[string]string{"package.json": `{"name":"bowl","version":"1.4.0","main":"lib/index.js"}`, "LICENSE": "x\n", "README.md": "All.\n", "lib/index.js": "2\n"}
	c, err := Compare(t.Context(), kennel.NewSubject(bowl, time.Time{}, kennel.Grants{Release: unpacked("package/", release), History: repository{"v1.4.0", day, tree}}))
	if err != nil || c.Folder != "kennels/food-bowl/" {
		t.Errorf("%+v, %v", c, err)
	}
	// Nowhere, although half of its files are there.
	delete(tree, "kennels/food-bowl/package.json")
	delete(tree, "README.md")
	_, err = Compare(t.Context(), kennel.NewSubject(bowl, time.Time{}, kennel.Grants{Release: unpacked("package/", release), History: repository{"v1.4.0", day, tree}}))
	if could := (*kennel.CouldNotLook)(nil); !errors.As(err, &could) || !strings.Contains(could.Reason, "called this package") {
		t.Errorf("%v", err)
	}
}

func TestCandidates(t *testing.T) {
	tags := []kennel.Tag{{Name: "v1.4.0", Commit: "a"}, {Name: "bowl@1.4.0", Commit: "b"}, {Name: "nightly", Commit: "c"}}
	lead := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Go, Name: "kennel.example/lead"}, Version: "v1.4.0"}
	for _, test := range []struct {
		c      kennel.Component
		commit string
		want   string // commits in their order
	}{
		{bowl, "", "ba"}, {bowl, "a", "ab"}, {bowl, "d", "dba"}, {bowl, "nightly", "c"},
		{lead, "", "ab"}, {lead, "d", "ab"}, {leash(), "d", "d"},
	} {
		test.c.Commit = test.commit
		got := ""
		for _, tag := range candidates(tags, test.c, "") {
			got += tag.Commit
		}
		if got != test.want {
			t.Errorf("%s of %q: %q, want %q", test.c.Name, test.commit, got, test.want)
		}
	}
	lead.Version, lead.Commit = "v9.0.0", "d"
	if got := candidates(tags, lead, ""); len(got) != 1 || got[0].Commit != "d" {
		t.Errorf("a module without a tag: %v", got)
	}
}

func TestForeign(t *testing.T) {
	for tag, want := range map[string]bool{"v1.4.0": false, "bowl@1.4.0": false, "release-1.4.0": false, "food-bowl@1.4.0": true, "@k/other@1.4.0": true, "x": false} {
		if foreign(tag, bowl) != want {
			t.Errorf("%s: %v", tag, !want)
		}
	}
}

func TestBuilds(t *testing.T) {
	for scripts, want := range map[string]bool{
		`{"test":"webpack"}`: false, `{"prepare":"husky install"}`: false, `{"prepack":"tshy"}`: true, `{"build:cjs":"x"}`: true,
		`{"rebuild-docs":"x"}`: false, `[]`: false, `{"build":1}`: false,
	} {
		if got := builds(npmManifest{Scripts: []byte(scripts)}); got != want {
			t.Errorf("%s: %v", scripts, got)
		}
	}
	if !slices.Contains(endings[:], "") {
		t.Error("a name with its ending resolves to nothing")
	}
}
