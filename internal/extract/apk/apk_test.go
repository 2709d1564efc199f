package apk

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestExtract(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "lib/apk/db/installed", "root/usr/lib/apk/db/installed")
}

func TestOwned(t *testing.T) {
	db := "P:a\nV:1\nF:usr/bin\nR:a\nZ:Q1x\nF:\nR:top\nF:../..\nR:escape\n"
	for name, want := range map[string][]string{
		"lib/apk/db/installed":          {"usr/bin/a", "top"},
		"root/usr/lib/apk/db/installed": {"root/usr/bin/a", "root/top"},
	} {
		e, err := New().Extract(context.Background(), extracttest.File(fstest.MapFS{name: {Data: []byte(db)}}, name))
		if err != nil || !slices.Equal(e.Owned, want) {
			t.Errorf("%s: owned %q, %v; want %q", name, e.Owned, err, want)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	var db bytes.Buffer
	for i := range 2000 {
		fmt.Fprintf(&db, "C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaaa\nP:package%d\nV:1.2.%d-r0\nA:x86_64\nT:one of many\nL:MIT\no:origin%d\nD:so:libc.musl-x86_64.so.1 package%d>=1\np:so:libp%d.so.1=1.2\n", i, i, i/3, i/2, i)
		for k := range 20 {
			fmt.Fprintf(&db, "F:usr/lib/p%d/%d\nR:file\nZ:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", i, k)
		}
		db.WriteByte('\n')
	}
	f := extracttest.File(fstest.MapFS{"lib/apk/db/installed": {Data: db.Bytes()}}, "lib/apk/db/installed")
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			b.Fatal(err)
		}
	}
}
