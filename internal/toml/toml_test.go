package toml

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/kennel-oss/kennel/internal/datatest"
)

// documents are seeds, and the cases of the differential test.
var documents = []string{
	"",
	"a = 1",
	"# only a comment",
	"a = \"x\"\nb.c . \"d e\" = 'y'\n[t]\n[[t.u]]\nk = [1, [\"a\", 'b'],\n # in between\n true,]\n",
	"[[package]]\nname = \"demo\"\nversion = \"1.0\"\nfiles = [\n    {file = \"demo.whl\", hash = \"sha256:00\"},\n]\n\n[package.dependencies]\nother = {version = \">=1\", markers = \"os_name == \\\"nt\\\"\"}\n",
	"s = \"\"\"\nfirst\n  second \\\n   joined \"\"quoted\"\"\"\"\"\nt = '''\r\nraw \\ '''\n",
	"d = 1979-05-27 07:32:00Z\ne = +1e3\nf = -inf\ng = nan\nh = 0xff\ni = 07:32:00\n",
	"u = \"\\u00e9\\U0001F600\\t\\\\\"",
	"\"\" = 1\n'a.b' = {}\nx = { y = { z = [] } }",
	"a = [\n", "a = {b = 1", "a = \"", "[a", "a", "= 1", "a = 1 b = 2", "a = \"\\q\"", "<<<<<<< HEAD\na = 1\n",
	"a = \"x\ny\"", "[[a]\n", "a = '''", "a = \x01", "a = \"\xff\"", "a\r\n", "a = true # comment\r\nb = false\r\n",
	"a = [1 2]", "a = tru", "a = +true", "[ a . b ]\n[[ c ]]\n", "\"\"\"a\"\"\" = 1",
}

// ours lists what Reader gives of a text, one thing a line.
func ours(text string) (string, error) {
	var b strings.Builder
	r := New([]byte(text))
	var value func() error
	value = func() error {
		switch r.Kind() {
		case '"':
			s, err := r.String()
			fmt.Fprintf(&b, "string %q\n", s)
			return err
		case '[':
			b.WriteString("array\n")
			err := r.Array(func(int) error { return value() })
			b.WriteString("end\n")
			return err
		case '{':
			b.WriteString("table\n")
			err := r.Table(func(key []string) error {
				fmt.Fprintf(&b, "key %q\n", key)
				return value()
			})
			b.WriteString("end\n")
			return err
		}
		start := r.pos
		err := r.Skip()
		fmt.Fprintf(&b, "word %s\n", r.text[start:r.pos])
		return err
	}
	err := r.Document(func(path []string, array bool) error {
		fmt.Fprintf(&b, "header %q %v\n", path, array)
		return nil
	}, func(key []string) error {
		fmt.Fprintf(&b, "key %q\n", key)
		return value()
	})
	return b.String(), err
}

// theirs lists what the usual library gives of it.
func theirs(text string) (string, error) {
	var b strings.Builder
	var p unstable.Parser
	p.Reset([]byte(strings.TrimPrefix(text, "\xef\xbb\xbf")))
	keys := func(it unstable.Iterator) []string {
		var parts []string
		for it.Next() {
			parts = append(parts, string(it.Node().Data))
		}
		return parts
	}
	var value func(n *unstable.Node)
	value = func(n *unstable.Node) {
		switch n.Kind {
		case unstable.KeyValue:
			fmt.Fprintf(&b, "key %q\n", keys(n.Key()))
			value(n.Value())
		case unstable.String:
			fmt.Fprintf(&b, "string %q\n", n.Data)
		case unstable.Array, unstable.InlineTable:
			b.WriteString(map[unstable.Kind]string{unstable.Array: "array\n", unstable.InlineTable: "table\n"}[n.Kind])
			for it := n.Children(); it.Next(); {
				value(it.Node())
			}
			b.WriteString("end\n")
		default:
			fmt.Fprintf(&b, "word %s\n", n.Data)
		}
	}
	for p.NextExpression() {
		switch n := p.Expression(); n.Kind {
		case unstable.Table, unstable.ArrayTable:
			fmt.Fprintf(&b, "header %q %v\n", keys(n.Key()), n.Kind == unstable.ArrayTable)
		default:
			value(n)
		}
	}
	if err := p.Error(); err != nil {
		return "", err
	}
	var all map[string]any // checks what the token parser leaves open: numbers, dates, repeated keys
	return b.String(), toml.Unmarshal(p.Data(), &all)
}

// agree holds both readings of a text to one another.
func agree(t *testing.T, text string) {
	t.Helper()
	got, err := ours(text)
	want, theirErr := theirs(text)
	if theirErr != nil {
		return // what the library refuses is compared by the table below
	}
	if err != nil {
		if strings.Contains(err.Error(), "more than") { // our bounds are tighter
			return
		}
		t.Fatalf("%q\nwe refuse what the library reads: %v", text, err)
	}
	if got != want {
		t.Fatalf("%q\n--- we read\n%s--- the library reads\n%s", text, got, want)
	}
}

func TestSameAsLibrary(t *testing.T) {
	for _, text := range documents {
		agree(t, text)
		_, err := ours(text)
		_, theirErr := theirs(text)
		if (err == nil) != (theirErr == nil) {
			t.Errorf("%q: we say %v, the library says %v", text, err, theirErr)
		}
	}
}

func FuzzSameAsLibrary(f *testing.F) {
	for _, text := range documents {
		f.Add(text)
	}
	f.Fuzz(agree)
}

func TestErrorsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\nb = [\n1,\n":              "line 4: expected a value",
		"a = 1\n<<<<<<< HEAD\n":           "line 2: expected a key",
		"a = \"x\n":                       "line 1: a control character, or no end, in a string",
		"a = 1\n\nb = {c = 1 d = 2}":      "line 3: expected ',' or '}'",
		strings.Repeat("a.", 500) + "=1":  "line 1: a key of more than 200 parts",
		"a=" + strings.Repeat("[", 1e6):   "line 1: nested more than 200 deep",
		"a=" + strings.Repeat("{a=", 1e5): "line 1: nested more than 200 deep",
	} {
		if _, err := ours(text); err == nil || err.Error() != want {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

func TestLinesAndSkipping(t *testing.T) {
	r := New([]byte("a = [\n \"x\",\n \"y\" ]\n[t] # c\nb = 1\nc = '''\n\n'''\nd = true\n"))
	var got []string
	err := r.Document(func(path []string, _ bool) error {
		got = append(got, fmt.Sprint(path, r.Line()))
		return nil
	}, func(key []string) error {
		got = append(got, fmt.Sprint(key, r.Line()))
		switch key[0] {
		case "a":
			return r.Array(func(i int) error {
				got = append(got, fmt.Sprint(i, r.Line()))
				return nil
			})
		case "d":
			yes, err := r.Bool()
			got = append(got, fmt.Sprint(yes))
			return err
		}
		return nil
	})
	if want := "[a] 1|0 2|1 3|[t] 4|[b] 5|[c] 6|[d] 9|true"; err != nil || strings.Join(got, "|") != want {
		t.Errorf("%v, %v", strings.Join(got, "|"), err)
	}
}

// TestDataSameAsLibrary reads the TOML files of the data beside the checkout.
func TestDataSameAsLibrary(t *testing.T) {
	root := datatest.Folder(t)
	var paths []string
	for _, pattern := range []string{"*/*/*.lock", "*/*/*/*.lock", "*/*/*/*/*/*/*/*/*/*.lock"} {
		found, _ := filepath.Glob(filepath.Join(root, "inputs", pattern))
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Fatal("the data has no lock files")
	}
	read := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "[[package]]") {
			continue
		}
		read++
		agree(t, string(text))
		if _, err := ours(string(text)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if read == 0 {
		t.Error("no lock file of this format among the data")
	}
}

func BenchmarkSkip(b *testing.B) {
	var doc strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&doc, "[[package]]\nname = \"package-%d\"\nversion = \"1.%d.0\"\nfiles = [\n", i, i)
		for range 5 {
			fmt.Fprintf(&doc, "    {file = \"package_%d-1.%d.0-py3-none-any.whl\", hash = \"sha256:%064x\"},\n", i, i, i)
		}
		doc.WriteString("]\n\n")
	}
	text := []byte(doc.String())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := New(text).Document(nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWalkReadsEverySpellingAlike(t *testing.T) {
	want := "+a|a.name x|+a.b|a.b.c 1|a.l 2|a.l 3|+a|a.name y|+a.b|+a.b|a.b.c 4"
	for _, text := range []string{
		"[[a]]\nname = 'x'\nb = {c = '1'}\nl = ['2', '3']\n[[a]]\nname = 'y'\nb = [{}, {c = '4'}]\n",
		"a = [{name = 'x', b = {c = '1'}, l = ['2', '3']}, {name = 'y', b = [{}, {c = '4'}]}]",
		"[[a]]\nname = 'x'\n[a.b]\nc = '1'\n[a]\nl = ['2', '3']\n[[a]]\nname = 'y'\n[[a.b]]\n[[a.b]]\nc = '4'\n",
	} {
		var got []string
		r := New([]byte(text))
		err := r.Walk(func(path []string, _ bool) error {
			got = append(got, "+"+strings.Join(path, "."))
			return nil
		}, func(path []string) error {
			s, err := r.String()
			got = append(got, strings.Join(path, ".")+" "+s)
			return err
		})
		// The third text opens [a] once more.
		if joined := strings.Replace(strings.Join(got, "|"), "|+a|a.l", "|a.l", 1); err != nil || joined != want {
			t.Errorf("%q: %v\n got %s\nwant %s", text, err, joined, want)
		}
	}
}
