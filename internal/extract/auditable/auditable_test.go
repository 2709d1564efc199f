package auditable

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

const listed = `{"packages":[
{"name":"anyhow","version":"1.0.75","source":"crates.io"},
{"name":"cc","version":"1.0.83","source":"crates.io","kind":"build"},
{"name":"hound","version":"0.1.0","source":"local","dependencies":[0,1,3],"root":true},
{"name":"near","version":"0.1.0","source":"local","dependencies":[4]},
{"name":"far","version":"2.0.0","source":"git+https://git.example/far","dependencies":[0]}],"format":1}`

func compressed(text string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// elfOf makes a 64-bit ELF file of one section.
func elfOf(name string, content []byte) []byte {
	names := "\x00.shstrtab\x00" + name + "\x00"
	le := binary.LittleEndian
	head := make([]byte, 64)
	copy(head, "\x7fELF\x02\x01\x01")
	le.PutUint16(head[16:], 2)
	le.PutUint16(head[18:], 62)
	le.PutUint32(head[20:], 1)
	le.PutUint64(head[40:], uint64(64+len(names)+len(content)))
	le.PutUint16(head[52:], 64)
	le.PutUint16(head[58:], 64)
	le.PutUint16(head[60:], 3)
	le.PutUint16(head[62:], 1)
	section := func(name, kind uint32, at, size int) []byte {
		s := make([]byte, 64)
		le.PutUint32(s, name)
		le.PutUint32(s[4:], kind)
		le.PutUint64(s[24:], uint64(at))
		le.PutUint64(s[32:], uint64(size))
		return s
	}
	return slices.Concat(head, []byte(names), content,
		make([]byte, 64), section(1, 3, 64, len(names)), section(11, 1, 64+len(names), len(content)))
}

func read(t testing.TB, data []byte) string {
	t.Helper()
	inv, matched := extracttest.Extract(t, New(), fstest.MapFS{"usr/bin/hound": {Data: data, Mode: 0o755}})
	if matched != 1 {
		t.Fatal("not matched")
	}
	return extracttest.Render(inv)
}

func TestExtract(t *testing.T) {
	const want = `project usr/bin/hound root=usr/bin ecosystem=crates.io name=hound version=0.1.0 graph installed
  crates.io anyhow 1.0.75 shipped direct @usr/bin/hound
  crates.io cc 1.0.83 build direct @usr/bin/hound
  crates.io far 2.0.0 shipped transitive origin=vcs @usr/bin/hound
    -> anyhow 1.0.75
  crates.io near 0.1.0 shipped direct origin=local @usr/bin/hound
    -> far 2.0.0
  root -> anyhow 1.0.75
  root -> cc 1.0.83
  root -> near 0.1.0
`
	if got := read(t, elfOf(".dep-v0", compressed(listed))); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := read(t, elfOf(".text", compressed(listed))); got != "" {
		t.Errorf("a program without a list gave\n%s", got)
	}
}

func TestBroken(t *testing.T) {
	for name, c := range map[string]struct {
		section []byte
		want    string
	}{
		"not compressed": {[]byte(listed), "zlib: invalid header"},
		"cut short":      {compressed(listed)[:60], "unexpected EOF"},
		"a bomb":         {compressed(strings.Repeat(" ", maxUnpacked+1)), "more than the bound of 64 MiB"},
		"empty":          {compressed(`{"packages":[]}`), "lists no packages"},
		"outside":        {compressed(`{"packages":[{"name":"a","version":"1","dependencies":[7]}]}`), "points outside of itself"},
		"nameless":       {compressed(`{"packages":[{"version":"1"}]}`), "has no name"},
	} {
		if got := read(t, elfOf(".dep-v0", c.section)); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in %q", name, c.want, got)
		}
	}
}

func TestDamaged(t *testing.T) {
	whole := elfOf(".dep-v0", compressed(listed))
	for i := range whole {
		spoiled := bytes.Clone(whole)
		spoiled[i] ^= 0xff
		for _, data := range [][]byte{spoiled, whole[:i]} {
			New().Extract(context.Background(), extracttest.File(fstest.MapFS{"a": {Data: data}}, "a"))
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(elfOf(".dep-v0", compressed(listed)))
	f.Add([]byte("MZ\x90\x00" + strings.Repeat("\x00", 300)))
	f.Add([]byte("\xcf\xfa\xed\xfe" + strings.Repeat("\x00", 300)))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, _ := New().Extract(context.Background(), extracttest.File(fstest.MapFS{"a": {Data: data}}, "a"))
		inv := kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps}
		inv.Normalize()
	})
}
