package advisory

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// probe asks a database of everything in world; what it says is either as the
// sound one says it, or an error.
func probe(db *DB) (answers []string) {
	for _, c := range []kennel.Component{
		component(kennel.NPM, "compat-data", "1.0.0"), component(kennel.NPM, "odd", "1.5.0"), component(kennel.NPM, "nothing", "1.0.0"),
		component(kennel.Cargo, "old", "0.1.0"), component(kennel.Go, "k8s.example/Ingress", "v1.8.0"),
		osPackage(kennel.Debian, "11", "libsrc1", "src", "1.0-1"),
	} {
		got, err := db.Match(c)
		if err != nil {
			answers = append(answers, "error")
			continue
		}
		answers = append(answers, fmt.Sprintf("%+v", got))
	}
	for _, id := range []string{"MAL-1", "CVE-2020-1", "DSA-1"} {
		got, err := db.Record(id)
		if err != nil && !errors.Is(err, ErrNoRecord) {
			answers = append(answers, "error")
			continue
		}
		answers = append(answers, fmt.Sprintf("%+v %v", got, err))
	}
	return answers
}

// TestDamage cuts and flips every file of a database: what is read from it is
// right or an error that says so, never something else.
func TestDamage(t *testing.T) {
	dir, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := probe(db)
	db.Close()
	for _, a := range want {
		if a == "error" {
			t.Fatalf("the sound database answers with errors: %q", want)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"+dataSuffix))
	if len(files) != 4 {
		t.Fatal(files)
	}
	random := rand.New(rand.NewPCG(1, 2))
	tried, refused, unnoticed := 0, 0, 0
	for _, path := range files {
		sound, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			b := bytes.Clone(sound)
			at := random.IntN(len(b))
			switch random.IntN(4) {
			case 0:
				b = b[:at]
			default:
				b[at] ^= byte(1 << random.IntN(8))
			}
			tried++
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			db, err := Open(dir)
			if err != nil {
				refused++
				if !strings.Contains(err.Error(), "kennel db update") && !strings.Contains(err.Error(), "update kennel") || !strings.Contains(err.Error(), filepath.Base(path)) {
					t.Errorf("the error names no file or no way out: %v", err)
				}
				continue
			}
			if verr := db.Verify(); verr == nil {
				t.Errorf("%s: byte %d: verify sees nothing", filepath.Base(path), at)
			}
			got := probe(db)
			same := true
			for i := range got {
				if got[i] == "error" {
					same = false
				} else if got[i] != want[i] {
					t.Errorf("%s: byte %d: %s instead of %s", filepath.Base(path), at, got[i], want[i])
				}
			}
			if same {
				unnoticed++ // in a part that nothing asked for
			}
			db.Close()
		}
		if err := os.WriteFile(path, sound, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d damaged, %d refused when opened, %d in parts that nothing asked for", tried, refused, unnoticed)
}

func TestManifestDamage(t *testing.T) {
	dir, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, manifestName)
	sound, _ := os.ReadFile(path)
	for _, c := range []struct{ text, want string }{
		{strings.Replace(string(sound), `"major": 1`, `"major": 2`, 1), "update kennel"},
		{strings.Replace(string(sound), `"major": 1`, `"major": 0`, 1), "kennel db update"},
		{string(sound[:len(sound)/2]), "kennel db update"},
		{"", "kennel db update"},
		{strings.Replace(string(sound), `"npm-`, `"../npm-`, 1), "kennel db update"},
		{strings.Replace(string(sound), `"npm-`, `"npx-`, 1), "kennel db update"}, // a file that is gone
	} {
		os.WriteFile(path, []byte(c.text), 0o644)
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, os.ErrNotExist) {
			t.Errorf("%.40q: %v", c.text, err)
		}
	}
}

// TestInterrupted stops an update at each of its steps, by an error (a full
// disk) and as if the process had been killed: the old database answers as
// before, and the next update succeeds.
func TestInterrupted(t *testing.T) {
	osv := func(id string) string {
		dir := t.TempDir()
		os.MkdirAll(filepath.Join(dir, "npm"), 0o755)
		os.WriteFile(filepath.Join(dir, "npm", "a.json"), []byte(`{"id":"`+id+`","affected":[{"package":{"ecosystem":"npm","name":"p"},"versions":["1.0.0"]}]}`), 0o644)
		os.MkdirAll(filepath.Join(dir, "Go"), 0o755)
		os.WriteFile(filepath.Join(dir, "Go", "a.json"), []byte(`{"id":"GO-1","affected":[{"package":{"ecosystem":"Go","name":"p"},"versions":["1.0.0"]}]}`), 0o644)
		return dir
	}
	older, newer := osv("OLD-1"), osv("NEW-1")
	out := filepath.Join(t.TempDir(), "db")
	compile := func(osv string, step func(string) error) error {
		_, _, err := Compile(context.Background(), Sources{OSV: osv, Built: time.Unix(1e9, 0)}, out, Options{step: step})
		return err
	}
	answer := func() string {
		db, err := Open(out)
		if err != nil {
			return err.Error()
		}
		defer db.Close()
		if err := db.Verify(); err != nil {
			return err.Error()
		}
		got, err := db.Match(component(kennel.NPM, "p", "1.0.0"))
		if err != nil {
			return err.Error()
		}
		return strings.Join(ids(got), " ")
	}
	var steps []string
	if err := compile(older, func(what string) error { steps = append(steps, what); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(steps) < 8 {
		t.Fatal(steps)
	}
	full := errors.New("no space left on device")
	for n := range len(steps) + 2 { // an update has a removal or two more
		for _, killed := range []bool{false, true} {
			if err := compile(older, nil); err != nil {
				t.Fatal(err)
			}
			count, at := 0, ""
			err := func() (err error) {
				defer func() {
					if killed {
						if p := recover(); p != nil {
							err = full
						}
					}
				}()
				return compile(newer, func(what string) error {
					if count++; count <= n {
						return nil
					}
					at = what
					if killed {
						panic(what)
					}
					return full
				})
			}()
			got := answer()
			switch {
			case err == nil && got == "NEW-1":
			case err != nil && got == "OLD-1":
			case err != nil && got == "NEW-1" && strings.HasPrefix(at, "remove "): // the new one is in place
			default:
				t.Errorf("stopped at %q (killed: %v): %v, and the database says %s", at, killed, err, got)
			}
		}
	}
	// What a killed update leaves behind goes with the next one; what is not
	// ours stays.
	for _, name := range []string{tempPrefix + "123" + tempSuffix, "npm-0123456789abcdef" + dataSuffix, "notes.txt"} {
		os.WriteFile(filepath.Join(out, name), []byte("left"), 0o600)
	}
	if err := compile(newer, nil); err != nil || answer() != "NEW-1" {
		t.Errorf("%v, %s", err, answer())
	}
	list, _ := os.ReadDir(out)
	var names []string
	for _, d := range list {
		names = append(names, d.Name())
	}
	if len(names) != 5 { // two ecosystems, the manifest, the lock and the notes
		t.Errorf("left behind: %v", names)
	}
}

// TestSameBytes compiles twice and compares everything.
func TestSameBytes(t *testing.T) {
	read := func(dir string) map[string]string {
		files := make(map[string]string)
		list, _ := os.ReadDir(dir)
		for _, d := range list {
			b, _ := os.ReadFile(filepath.Join(dir, d.Name()))
			files[d.Name()] = string(b)
		}
		return files
	}
	a, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	x, y := read(a), read(b)
	if len(x) < 5 || len(x) != len(y) {
		t.Fatalf("%d and %d files", len(x), len(y))
	}
	for name := range x {
		if x[name] != y[name] {
			t.Errorf("%s differs", name)
		}
	}
}

// TestTwoAtOnce runs updates of one folder side by side.
func TestTwoAtOnce(t *testing.T) {
	dir, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	src := t.TempDir()
	os.WriteFile(filepath.Join(src, "a.json"), []byte(`{"id":"X-1","affected":[{"package":{"ecosystem":"npm","name":"p"},"versions":["1.0.0"]}]}`), 0o644)
	errs := make(chan error)
	for i := range 4 {
		go func() {
			_, _, err := Compile(context.Background(), Sources{OSV: src, Built: time.Unix(int64(i), 0)}, dir, Options{})
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	db, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
}

// TestHostile compiles a folder of bad records: each is named, and the good
// one is in.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	put := func(name, text string) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	good := `{"id":"GOOD-1","affected":[{"package":{"ecosystem":"npm","name":"p"},"versions":["1.0.0"]}]}`
	put("GOOD-1.json", good)
	put("again.json", good)
	put("empty.json", "")
	put("cut.json", good[:40])
	put("deep.json", strings.Repeat(`{"a":`, 100_000))
	put("types.json", `{"id":"T-1","affected":"npm"}`)
	put("twice.json", `{"id":"T-2","id":"T-3","affected":[]}`)
	put("noid.json", `{"affected":[]}`)
	put("nothing.json", `null`)
	put("../../escape.json", `{"id":"E-1","affected":[{"package":{"ecosystem":"../npm","name":"x"}}]}`)
	put("long.json", `{"id":"`+strings.Repeat("x", 1000)+`","affected":[]}`)
	put("bomb.json", `{"id":"B-1","details":"`+strings.Repeat(" ", maxRecord)+`"}`)
	put("free.json", `{"id":"F-1","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N"},{"type":"?","score":"`+strings.Repeat("/", 300)+`"}],"database_specific":{"severity":{"a":1},"cvss_v3":7},"affected":[{"package":{"ecosystem":"npm","name":"q"},"database_specific":[1],"ecosystem_specific":"x","ranges":[{"type":"SEMVER","events":[{},{"fixed":""}]}],"versions":null}]}`)
	put("readme.txt", "not a record")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	os.MkdirAll(filepath.Join(dir, "npm"), 0o755)
	if err := os.WriteFile(filepath.Join(dir, "npm", "all.zip"), buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "db")
	_, stats, err := Compile(context.Background(), Sources{OSV: dir}, out, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if stats.Records != 2 || stats.Duplicates != 1 || stats.Elsewhere != 1 || stats.Bad != 9 || len(stats.BadRecords) != 9 {
		t.Errorf("%+v", stats)
	}
	db, err := Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if got, err := db.Match(component(kennel.NPM, "p", "1.0.0")); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}

	// An archive that is none, and one that is cut: an error that names it, and
	// the old database stays.
	for _, b := range [][]byte{[]byte("PK\x03\x04 not a zip"), buf.Bytes()[:buf.Len()-100]} {
		os.WriteFile(filepath.Join(dir, "npm", "all.zip"), b, 0o644)
		if _, _, err := Compile(context.Background(), Sources{OSV: dir}, out, Options{}); err == nil || !strings.Contains(err.Error(), "npm/all.zip") {
			t.Errorf("a broken archive: %v", err)
		}
	}
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
	if _, _, err := Compile(context.Background(), Sources{OSV: t.TempDir()}, out, Options{}); err == nil {
		t.Error("an empty folder makes a database")
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "a.json"), []byte(`{"id":"X-1","affected":[{"package":{"ecosystem":"npm","name":"p"}}]}`), 0o644)
	out := filepath.Join(t.TempDir(), "db")
	if _, _, err := Compile(ctx, Sources{OSV: dir}, out, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Open(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cancelled update left a database: %v", err)
	}
}
