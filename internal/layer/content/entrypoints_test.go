package content

import (
	"strings"
	"testing"
)

func TestEntryPoints(t *testing.T) {
	for text, want := range map[string][]entryPoint{
		"[project]\nname = \"leash\"\n[project.entry-points.pytest11]\nleash = \"leash._report\"\n[project.scripts]\nwalk = 'leash.walk:main'\n[tool.other]\nx = \"y.z\"\n": {
			{"the entry point project.entry-points.pytest11", "leash._report"}, {"the entry point project.scripts", "leash.walk"}},
		"[metadata]\nname = leash\n[options.entry_points]\npytest11 =\n    leash = leash.plugin\n[options]\npackages = find:\n": {{"the entry point options.entry_points", "leash.plugin"}},
		"[console_scripts]\nwalk = leash.walk:main\n":                                            {{"the entry point console_scripts", "leash.walk"}},
		"[tool.poetry.plugins.\"x\"]\na = \"../evil\"\nb = \"b c\"\n[[package]]\nname = \"x\"\n": nil,
	} {
		got := entryPoints(text, strings.HasPrefix(text, "[console"))
		if len(got) != len(want) {
			t.Errorf("%q: %+v, want %+v", text, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: %+v, want %+v", text, got[i], want[i])
			}
		}
	}
}
