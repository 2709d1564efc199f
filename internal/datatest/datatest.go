// Package datatest finds the real data that tests read where it lies beside
// the checkout: advisories, lock files, SBOMs, and what peers say of them.
package datatest

import (
	"os"
	"path/filepath"
	"testing"
)

// Folder returns the folder of real data: KENNEL_DATA, or shared/data beside
// the repository. Where there is none it skips the test; with
// KENNEL_REQUIRE_DATA set it fails the test instead, so that a run that is
// meant to have the data cannot pass without it.
func Folder(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KENNEL_DATA")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared", "data")
	}
	for _, part := range []string{"osv", "inputs", "expected"} {
		if _, err := os.Stat(filepath.Join(dir, part)); err != nil {
			if os.Getenv("KENNEL_REQUIRE_DATA") != "" {
				t.Fatalf("KENNEL_REQUIRE_DATA is set, but: %v", err)
			}
			t.Skipf("no real data: %v; KENNEL_DATA names its folder", err)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// root returns the top of the repository: tests run in their package's folder.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}
