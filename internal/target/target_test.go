package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
)

// lister is a fake extractor: it reads files named "*.list", each line of
// which is a package. The lines "panic", "fail" and "owns PATH" do as they
// say.
type lister struct{}

func (lister) Name() string { return "list" }

func (lister) Match(f kennel.File) bool {
	if strings.HasSuffix(f.Path(), ".matchpanic") {
		panic("match")
	}
	return strings.HasSuffix(f.Path(), ".list") || strings.HasPrefix(string(f.Head()), "LIST\n")
}

func (lister) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	b, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	var out kennel.Extraction
	p := kennel.Project{Root: filepath.ToSlash(filepath.Dir(f.Path())), Manifest: f.Path(), Ecosystem: kennel.NPM}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "LIST":
		case line == "panic":
			panic("at the disco")
		case line == "fail":
			return out, errors.New("failed as told")
		case strings.HasPrefix(line, "owns "):
			out.Owned = append(out.Owned, strings.TrimPrefix(line, "owns "))
			p.Ecosystem = kennel.Debian
		default:
			name, at, found := strings.Cut(line, " @ ")
			if !found {
				at = f.Path()
			}
			p.Occurrences = append(p.Occurrences, kennel.Occurrence{
				Component: kennel.Component{Package: kennel.Package{Ecosystem: p.Ecosystem, Name: name}},
				Locations: []kennel.Location{{Path: at, Layer: f.Layer()}},
			})
		}
	}
	out.Projects = []kennel.Project{p}
	return out, nil
}

var extractors = []kennel.Extractor{lister{}}

// write makes a folder of files; a name that ends with "/" is a folder.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if to, link := strings.CutPrefix(content, "-> "); link {
			if err := os.Symlink(to, path); err != nil {
				t.Skip("symbolic links cannot be made here: ", err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func inventory(t testing.TB, arg string, opts Options) kennel.Inventory {
	t.Helper()
	tg, err := Open(t.Context(), arg, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	inv, err := tg.Inventory(t.Context(), extractors, nil)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// summary writes an inventory one line a project and gap.
func summary(inv kennel.Inventory) []string {
	var lines []string
	for _, p := range inv.Projects {
		line := p.Manifest + ":"
		for _, o := range p.Occurrences {
			line += " " + o.Name
		}
		lines = append(lines, line)
	}
	for _, g := range inv.Gaps {
		lines = append(lines, fmt.Sprintf("gap %s %s: %s", g.Kind, g.What, g.Why))
	}
	if inv.Ignored > 0 {
		lines = append(lines, fmt.Sprint("ignored ", inv.Ignored))
	}
	return lines
}

func TestInventoryOfFolder(t *testing.T) {
	tests := []struct {
		name   string
		files  map[string]string
		ignore []string
		limits archive.Limits
		want   []string
	}{
		{name: "empty", files: map[string]string{"readme": ""}},
		{
			name: "nested, in order, without version control",
			files: map[string]string{
				"b/x.list": "two\n", "a.list": "one\n", "c/d/e/f.list": "three\n",
				".git/hidden.list": "no\n", "c/.svn/hidden.list": "no\n", "z/.gitlab/seen.list": "four\n",
			},
			want: []string{"a.list: one", "b/x.list: two", "c/d/e/f.list: three", "z/.gitlab/seen.list: four"},
		},
		{
			name:  "by content",
			files: map[string]string{"anything": "LIST\none\n", "other": "list\none\n"},
			want:  []string{"anything: one"},
		},
		{
			name:  "one failure is a gap and the rest goes on",
			files: map[string]string{"a.list": "panic\n", "b.list": "fail\n", "c.list": "one\n", "d.matchpanic": ""},
			want: []string{"c.list: one",
				"gap unreadable a.list: the list extractor failed on it, which is an error of Kennel's: at the disco",
				"gap unreadable b.list: failed as told",
				"gap unreadable d.matchpanic: the list extractor failed to look at it, which is an error of Kennel's: match"},
		},
		{
			name:   "ignored paths are counted",
			files:  map[string]string{"vendor/a.list": "a\n", "x/testdata/b.list": "b\n", "x/c.list": "c\n", "build": "LIST\nd\n", "x/build/e.list": "e\n", "y/top.list": "f\n"},
			ignore: []string{"vendor/**", "**/testdata/**", "build/", "/top.list"},
			want:   []string{"build: d", "x/c.list: c", "y/top.list: f", "ignored 3"},
		},
		{
			name:   "bounds show",
			files:  map[string]string{"big.list": "0123456789\n", "a/b/c/d/deep.list": "x\n"},
			limits: archive.Limits{FileSize: 10, Depth: 2},
			want: []string{
				"gap unreadable a/b/c/d: the folder is deeper than the bound of 2; --max-depth moves it",
				"gap unreadable big.list: the file is over the bound of 10 B; --max-file-size moves it"},
		},
		{
			name:   "entries",
			files:  map[string]string{"a/1.list": "x\n", "b/2.list": "x\n", "b/3.list": "x\n"},
			limits: archive.Limits{Entries: 3},
			want: []string{"a/1.list: x",
				"gap unreadable b: the walk stopped here, at the bound of 3 entries; --max-entries moves it, and ignore globs save entries"},
		},
		{
			name: "links inside count once, links outside are not followed",
			files: map[string]string{
				"a/x.list": "one\n", "b/x.list": "-> ../a/x.list", "c": "-> a", "loop.list": "-> loop.list",
				"named.list": "-> a/plain", "a/plain": "two\n", "d/self": "-> .", "a/inner/up": "-> ../..",
				"out.list": "-> ../../x.list", "abs.list": "-> /etc/hosts", "outdir": "-> ../..", "gone.list": "-> nowhere",
			},
			want: []string{
				"a/x.list: one", "named.list: two",
				"gap unreadable abs.list: the symbolic link cannot be followed: it leads out of the target",
				"gap unreadable gone.list: the symbolic link cannot be followed: no such file or directory",
				"gap unreadable loop.list: the symbolic link cannot be followed: too many symbolic links",
				"gap unreadable out.list: the symbolic link cannot be followed: it leads out of the target",
				"gap unresolved outdir: symbolic links lead out of the target and were not followed: 1, this one the first; what they lead to can be scanned by its own path",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := summary(inventory(t, write(t, tt.files), Options{Ignore: tt.ignore, Limits: tt.limits}))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestSingleFile(t *testing.T) {
	dir := write(t, map[string]string{"sub/a.list": "one\n", "sub/b.list": "two\n", "sub/readme": "LIST\nthree\n", "sub/none": ""})
	for name, want := range map[string][]string{"a.list": {"a.list: one"}, "readme": {"readme: three"}, "none": nil} {
		got := summary(inventory(t, filepath.Join(dir, "sub", name), Options{}))
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	tg, err := Open(t.Context(), filepath.Join(dir, "sub", "a.list"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	if _, err := fs.ReadFile(tg.FS(), "b.list"); err != nil {
		t.Error("what lies beside the file:", err)
	}
}

// TestNamedLink: what the user names is followed wherever it leads.
func TestNamedLink(t *testing.T) {
	dir := write(t, map[string]string{"store/a.list": "one\n", "in/b.list": "-> ../store/a.list", "in/c.list": "-> d", "in/d": "two\n", "in/gone": "-> nowhere"})
	for name, want := range map[string]string{"b.list": "a.list: one", "c.list": "c.list: two"} {
		if d := cmp.Diff([]string{want}, summary(inventory(t, filepath.Join(dir, "in", name), Options{}))); d != "" {
			t.Error(name, d)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "in", "gone"), Options{}); err == nil {
		t.Error("a dangling link was opened")
	}
}

func TestStdin(t *testing.T) {
	got := summary(inventory(t, "-", Options{Stdin: strings.NewReader("LIST\none\n")}))
	if d := cmp.Diff([]string{"stdin: one"}, got); d != "" {
		t.Error(d)
	}
	_, err := Open(t.Context(), "-", Options{Stdin: endless{}, Limits: archive.Limits{FileSize: 1 << 20}})
	if limit := (*archive.LimitError)(nil); !errors.As(err, &limit) {
		t.Errorf("an endless input: %v", err)
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		arg  string
		opts Options
	}{
		{arg: filepath.Join(dir, "missing")},
		{arg: "-"},
		{arg: dir, opts: Options{Ignore: []string{"[a"}}},
		{arg: dir, opts: Options{Ignore: []string{"!a"}}},
		{arg: dir, opts: Options{Ignore: []string{"/"}}},
	} {
		if tg, err := Open(t.Context(), tt.arg, tt.opts); err == nil {
			tg.Close()
			t.Errorf("%+v: no error", tt)
		}
	}
}

var _ io.Reader = endless{}
