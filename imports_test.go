package kennel_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/kennel-oss/kennel"

// floors is the drawing of the house: a room imports only rooms of lower
// floors, and never one of its own. The longest matching prefix counts.
//
// Why: a lock file must be followable to a verdict by opening few files, and
// a room that knows only what lies below it can be read, tested and replaced
// alone.
var floors = map[string]int{
	".":                  0,
	"internal/ecosystem": 1, "internal/policy": 1, "internal/config": 1, "internal/cache": 1, "internal/lockfile": 1, "internal/toml": 1,
	"internal/sbom": 2, "internal/vex": 2, "internal/advisory": 2, "internal/archive": 2, "internal/history": 2, "internal/osrelease": 2,
	"internal/target":  3,
	"internal/extract": 4, "internal/layer": 4,
	"internal/extract/all": 5, "internal/layer/all": 5, "internal/judge": 5,
	"internal/fetch": 6, "internal/report": 6,
	"internal/cli": 7,
	"cmd/kennel":   8,
	"scripts":      8, // what maintainers run; no part of the program
}

// guarded are the packages that only named rooms may import directly, and why.
var guarded = []struct {
	imports, why string
	rooms        []string
}{
	{"os", "who touches files must be few, so that hostile paths meet few doors",
		[]string{"internal/cache", "internal/advisory", "internal/archive", "internal/history", "internal/target",
			"internal/fetch", "internal/cli", "internal/extract/scalibr", "cmd/kennel", "scripts"}},
	{"os/exec", "nothing examined is ever executed; only git's plumbing runs", []string{"internal/history", "scripts"}},
	{"net", "Kennel connects only when asked, in one place", []string{"internal/fetch"}},
	{"net/http", "Kennel connects only when asked, in one place", []string{"internal/fetch"}},
	{"unsafe", "hostile input is read here", nil},
	{"github.com/google/osv-scalibr", "its API churns; one room knows it, and ecosystem its version order",
		[]string{"internal/extract/scalibr", "internal/ecosystem"}},
	{"github.com/google/go-cmp/cmp", "tests only: its start-up costs every run", nil},
	{"github.com/santhosh-tekuri/jsonschema/v6", "tests only: its start-up costs every run", nil},
}

func TestImportsGoOnlyDownward(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != ".") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		files++
		slashed := filepath.ToSlash(name)
		room, test := path.Dir(slashed), strings.HasSuffix(slashed, "_test.go")
		floor, known := floorOf(room)
		if !known {
			t.Errorf("%s: no floor of the house has this room; draw it in docs/design.md and add it here", room)
			return nil
		}
		// Parsed here, inside the test process: a cached pass would hide a break.
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if !test && !testHelp(room) {
				guard(t, slashed, room, imported)
			}
			below, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			below = strings.TrimPrefix(below, "/")
			if below == "" {
				below = "."
			}
			if below == room || test || testHelp(below) {
				continue
			}
			if f, ok := floorOf(below); !ok || f >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): imports go only downward, and rooms of one floor never meet", slashed, floor, below, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("no Go file was checked")
	}
}

func guard(t *testing.T, file, room, imported string) {
	for _, g := range guarded {
		if imported != g.imports && !strings.HasPrefix(imported, g.imports+"/") || g.imports == "os" && imported != "os" ||
			g.imports == "net" && imported != "net" {
			continue
		}
		allowed := false
		for _, r := range g.rooms {
			allowed = allowed || room == r || strings.HasPrefix(room, r+"/")
		}
		if !allowed {
			t.Errorf("%s imports %q: %s", file, imported, g.why)
		}
	}
}

// testHelp tells rooms that only tests import.
func testHelp(room string) bool { return strings.HasSuffix(room, "test") }

func floorOf(room string) (int, bool) {
	for at := room; ; at = path.Dir(at) {
		if f, ok := floors[at]; ok && (at != "." || room == ".") {
			return f, true
		}
		if at == "." {
			return 0, false
		}
	}
}
