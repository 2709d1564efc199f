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
	"internal/ecosystem": 1, "internal/policy": 1, "internal/config": 1, "internal/lockfile": 1, "internal/toml": 1, "internal/cache": 1, "internal/demo": 1, "internal/datatest": 1,
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
// Tests may import them all.
var guarded = []struct {
	imports, why string
	rooms        []string
}{
	{"os", "who touches files must be few, so that hostile paths meet few doors",
		[]string{"internal/advisory", "internal/archive", "internal/history", "internal/target",
			"internal/cache", "internal/fetch", "internal/cli", "cmd/kennel", "scripts"}},
	{"os/exec", "nothing examined is ever executed; only git's plumbing runs", []string{"internal/history", "scripts"}},
	{"net", "Kennel connects only when asked, in one place", []string{"internal/fetch"}},
	{"net/http", "Kennel connects only when asked, in one place", []string{"internal/fetch"}},
	{"unsafe", "hostile input is read here", nil},
	{"github.com/google/osv-scalibr", "tests only: ecosystem's version order is compared with it", nil},
	{"deps.dev/util/semver", "tests only: ecosystem's version order and constraints are compared with it", nil},
	{"github.com/google/go-cmp/cmp", "tests only: its start-up costs every run", nil},
	{"github.com/santhosh-tekuri/jsonschema/v6", "tests only: its start-up costs every run", nil},
}

func TestImportsGoOnlyDownward(t *testing.T) {
	files := 0
	used := map[string]bool{} // floors and grants that something in the tree needs
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
		used[drawn(room)] = true
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
				guard(t, slashed, room, imported, used)
			}
			below, ours := strings.CutPrefix(imported, module)
			if !ours {
				continue
			}
			below = strings.TrimPrefix(below, "/")
			if below == "" {
				below = "."
			}
			if below == room || test || testHelp(room) && testHelp(below) {
				continue
			}
			if testHelp(below) {
				t.Errorf("%s imports %s: what helps tests is no part of the program", slashed, below)
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
	for room := range floors {
		if !used[room] {
			t.Errorf("%s is drawn and is not there", room)
		}
	}
	for _, g := range guarded {
		for _, room := range g.rooms {
			if !used[room+" imports "+g.imports] {
				t.Errorf("%s may import %q and does not: take the right away", room, g.imports)
			}
		}
	}
}

func guard(t *testing.T, file, room, imported string, used map[string]bool) {
	for _, g := range guarded {
		if imported != g.imports && !strings.HasPrefix(imported, g.imports+"/") || g.imports == "os" && imported != "os" ||
			g.imports == "net" && imported != "net" {
			continue
		}
		allowed := false
		for _, r := range g.rooms {
			if room == r || strings.HasPrefix(room, r+"/") {
				allowed, used[r+" imports "+g.imports] = true, true
			}
		}
		if !allowed {
			t.Errorf("%s imports %q: %s", file, imported, g.why)
		}
	}
}

// testHelp tells rooms that only tests import.
func testHelp(room string) bool { return strings.HasSuffix(room, "test") }

func floorOf(room string) (int, bool) {
	f, ok := floors[drawn(room)]
	return f, ok
}

// drawn returns the longest prefix of room that the drawing names, "" for none.
func drawn(room string) string {
	for at := room; ; at = path.Dir(at) {
		if _, ok := floors[at]; ok && (at != "." || room == ".") {
			return at
		}
		if at == "." {
			return ""
		}
	}
}
