package nuget

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// TestHostile: each of these must end, in an error or in what can be said.
func TestHostile(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 1_000_000)
	for _, c := range []struct {
		path, text string
		ok         bool
	}{
		{"packages.lock.json", `{"version":1,"dependencies":` + deep, false},
		{"packages.lock.json", `{"version":1e400,"dependencies":{"a":{"b":1,"c":{"dependencies":{"c":"1","d":[]}}}}}`, true},
		{"packages.lock.json", `[]`, false},
		{"app.deps.json", `{"targets":` + deep, false},
		{"app.deps.json", `{"targets":{"a":{"":{"dependencies":{"":""}},"/":{},"app":{"dependencies":{"app":"1"}}}}}`, true},
		{"packages.config", strings.Repeat("<packages>", 300_000), false},
		{"packages.config", "<packages>&bomb;</packages>", false},
		{"packages.config", `<?xml version="1.0" encoding="utf-16"?><packages/>`, false},
		{"app.csproj", strings.Repeat("<a>", 300_000), true}, // a gap
	} {
		_, err := New().Extract(context.Background(), extracttest.File(fstest.MapFS{c.path: {Data: []byte(c.text)}}, c.path))
		if (err == nil) != c.ok {
			t.Errorf("%s %.40s: %v", c.path, c.text, err)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	const n = 10_000
	var w strings.Builder
	w.WriteString("{\n  \"version\": 1,\n  \"dependencies\": {\n    \"net8.0\": {")
	for i := range n {
		fmt.Fprintf(&w, "\n      \"Package.%d\": {\n        \"type\": \"Transitive\",\n        \"resolved\": \"1.%d.0\",\n        \"contentHash\": \"%088x\",\n        \"dependencies\": {\n          \"Package.%d\": \"1.0.0\",\n          \"Package.%d\": \"1.0.0\"\n        }\n      },", i, i, i, (i*7+1)%n, (i*13+5)%n)
	}
	text := []byte(strings.TrimSuffix(w.String(), ",") + "}}}")
	f := extracttest.File(fstest.MapFS{"packages.lock.json": {Data: text}}, "packages.lock.json")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != n {
			b.Fatal(err)
		}
	}
}
