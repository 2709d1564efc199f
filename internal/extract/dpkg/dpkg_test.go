package dpkg

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestExtract(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "var/lib/dpkg/status", "rootfs/var/lib/dpkg/status.d/base")
}

func TestOwned(t *testing.T) {
	tree := fstest.MapFS{
		"r/var/lib/dpkg/status":            {Data: []byte("Package: a\nVersion: 1\nArchitecture: amd64\n\nPackage: b\nVersion: 1\nArchitecture: all\n\nPackage: ../../etc/x\nVersion: 1\n")},
		"r/var/lib/dpkg/info/a:amd64.list": {Data: []byte("/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/ab\n/etc\n")},
		"r/var/lib/dpkg/info/b.list":       {Data: []byte("/../escape\n/opt/b\n")},
	}
	e, err := New().Extract(context.Background(), extracttest.File(tree, "r/var/lib/dpkg/status"))
	if want := []string{"r/usr/bin/a", "r/usr/bin/ab", "r/etc", "r/opt/b"}; err != nil || !slices.Equal(e.Owned, want) {
		t.Errorf("owned %q, %v; want %q", e.Owned, err, want)
	}
}

func BenchmarkExtract(b *testing.B) {
	var db strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&db, "Package: package%d\nStatus: install ok installed\nPriority: optional\nSection: libs\nInstalled-Size: 300\nMaintainer: Nobody <nobody@host.example>\nArchitecture: amd64\nMulti-Arch: same\nSource: source%d (1.%d)\nVersion: 1.%d-2\nDepends: package%d (>= 1.0), package%d, libc6 (>= 2.34)\nDescription: one of many\n A longer text about it that takes a line,\n .\n and another one.\nHomepage: https://project.example/\n\n", i, i/3, i, i, i/2, i/3)
	}
	f := extracttest.File(fstest.MapFS{"var/lib/dpkg/status": {Data: []byte(db.String())}}, "var/lib/dpkg/status")
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			b.Fatal(err)
		}
	}
}
