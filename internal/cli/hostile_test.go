package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hostile are files that want time or memory out of proportion, or lie.
func hostile() map[string]string {
	const deep = 1_000_000
	lol := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	return map[string]string{
		"lists/package-lock.json":  strings.Repeat("[", deep),
		"objects/composer.lock":    strings.Repeat(`{"a":`, deep),
		"flow/pnpm-lock.yaml":      "lockfileVersion: '9.0'\npackages: " + strings.Repeat("[", deep),
		"arrays/Cargo.lock":        "a = " + strings.Repeat("[", deep),
		"keys/uv.lock":             strings.Repeat("a.", deep) + "a = 1\n",
		"terms/mix.lock":           `%{"a": ` + strings.Repeat("{", deep),
		"laughs/pom.xml":           lol + `<project><groupId>&b;</groupId></project>`,
		"elements/pom.xml":         `<project>` + strings.Repeat("<a>", deep),
		"elements/packages.config": `<packages>` + strings.Repeat("<a>", deep),
		"sbom/bom.xml":             `<bom xmlns="http://cyclonedx.org/schema/bom/1.5">` + strings.Repeat("<a>", deep),
		"cut/package-lock.json":    `{"lockfileVersion":3,"packages":{"node_modules/a":{"ver`,
		"utf16/poetry.lock":        "\xff\xfe[\x00[\x00p",
		"nul/Gemfile.lock":         "GEM\n  specs:\n    a\x00b (1)\n\x00\x00\n",
	}
}

// Whatever lies beside it, a good lock file is judged, and every bad one is
// named.
func TestHostileFilesAreNamedAndTheRestIsJudged(t *testing.T) {
	dir := t.TempDir()
	files := hostile()
	files["good/package-lock.json"] = `{"lockfileVersion":3,"packages":{"":{"dependencies":{"event-stream":"3.3.6"}},"node_modules/event-stream":{"version":"3.3.6"}}}`
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	empty := t.TempDir()
	a := &app{strings.NewReader(""), &stdout, &stderr, func(string) string { return empty }, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	code := a.run(context.Background(), []string{"scan", "--offline", "--fail-on", "never", "--format", "json", dir})
	if code != exitGaps {
		t.Errorf("exit status %d, want %d: %s", code, exitGaps, stderr.String())
	}
	var report struct {
		Findings []struct{ Name string }
		Gaps     []struct{ What, Why string }
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Findings) == 0 || report.Findings[0].Name != "event-stream" {
		t.Errorf("what is beside them was not judged: %v", report.Findings)
	}
	named := map[string]bool{}
	for _, g := range report.Gaps {
		named[g.What] = true
		if strings.Contains(g.Why, "error of Kennel's") {
			t.Errorf("%s: an extractor panicked: %s", g.What, g.Why)
		}
		if len(g.Why) > 1000 {
			t.Errorf("%s: %d bytes of reason", g.What, len(g.Why))
		}
	}
	for name := range hostile() {
		if !named[name] {
			t.Errorf("%s: no gap names it", name)
		}
	}
}

// A baseline can come from anywhere: what is named is read within a bound.
func TestHugeNamedFilesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "last.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(namedMax+1), f.Close()); err != nil { // sparse: it takes no room
		t.Skipf("no sparse files here: %v", err)
	}
	if _, err := readNamed(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that names the file", err)
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := readNamed("/dev/zero"); err == nil {
			t.Error("a device without end was read to its end")
		}
	}
}
