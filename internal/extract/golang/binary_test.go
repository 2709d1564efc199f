package golang_test

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/golang"
)

// self is this test's own program: the one Go binary that is always there.
func self(t testing.TB) []byte {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Skip(err)
	}
	return data
}

func TestBinary(t *testing.T) {
	tree := fstest.MapFS{"bin/tool": {Data: self(t), Mode: 0o755}}
	inv, matched := extracttest.Extract(t, golang.New(), tree)
	if matched != 1 || len(inv.Projects) != 1 {
		t.Fatalf("matched %d, %s", matched, extracttest.Render(inv))
	}
	found := make(map[string]kennel.Occurrence)
	for _, o := range inv.Projects[0].Occurrences {
		found[o.Name] = o
	}
	if std := found["stdlib"]; strings.TrimPrefix(runtime.Version(), "go") != strings.TrimPrefix(std.Version, "v") && len(inv.Gaps) == 0 {
		t.Errorf("standard library %q, built by %s", std.Version, runtime.Version())
	}
	if main := found["github.com/kennel-oss/kennel"]; main.Name == "" {
		t.Errorf("no main module in %s", extracttest.Render(inv))
	}
}

// TestBinaryDamaged: whatever is cut off or spoiled, it ends without a panic.
func TestBinaryDamaged(t *testing.T) {
	whole := self(t)
	try := func(data []byte) {
		tree := fstest.MapFS{"tool": {Data: data, Mode: 0o755}}
		if f := extracttest.File(tree, "tool"); golang.New().Match(f) {
			golang.New().Extract(context.Background(), f)
		}
	}
	for i := range 20 {
		try(whole[:len(whole)*i/20])
	}
	spoiled := bytes.Clone(whole)
	for i := 4; i < 512; i += 3 { // the headers
		old := spoiled[i]
		spoiled[i] ^= 0xff
		try(spoiled)
		spoiled[i] = old
	}
}

func TestMatchBinary(t *testing.T) {
	program := append([]byte("\x7fELF"), make([]byte, 5000)...)
	tests := []struct {
		name string
		mode uint32
		data []byte
		want bool
	}{
		{"tool", 0o644, program, true},
		{"tool.txt", 0o644, program, false},
		{"tool.txt", 0o755, program, true},
		{"TOOL.EXE", 0o644, append([]byte("MZ"), make([]byte, 5000)...), true},
		{"tool", 0o755, []byte("\x7fELF"), false},
		{"script", 0o755, bytes.Repeat([]byte("#!/bin/sh\n"), 1000), false},
		{"Main", 0o755, append([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x41"), make([]byte, 5000)...), true}, // Java or Mach-O: reading tells
		{"go.mod.txt", 0o644, program, false},
	}
	for _, test := range tests {
		tree := fstest.MapFS{test.name: {Data: test.data, Mode: os.FileMode(test.mode)}}
		if got := golang.New().Match(extracttest.File(tree, test.name)); got != test.want {
			t.Errorf("Match(%s, %o) = %v", test.name, test.mode, got)
		}
	}
}
