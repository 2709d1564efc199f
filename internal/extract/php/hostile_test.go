package php

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
	deep := strings.Repeat("[", 1_000_000)
	objects := strings.Repeat(`{"a":`, 1_000_000)
	var virtual strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&virtual, `{"name":"a/%d","provide":{"v/v":"1"},"require":{"v/v":"1","a/%d":"1"}},`, i, (i+1)%20_000)
	}
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"arrays":   {deep, false},
		"objects":  {`{"packages":` + objects, false},
		"cycles":   {`{"packages":[` + strings.TrimSuffix(virtual.String(), ",") + `]}`, true},
		"twice":    {`{"packages":[{"name":"a/a"}],"packages":[{"name":"a/a","name":"b/b"}]}`, true},
		"types":    {`{"packages":{"name":1},"packages-dev":[1,"x",{"name":{},"require":[],"license":{},"dist":[]}]}`, true},
		"trailing": {`{"packages":[]}{}`, false},
	} {
		_, err := New().Extract(context.Background(), extracttest.File(fstest.MapFS{"composer.lock": {Data: []byte(c.text)}}, "composer.lock"))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	const n = 10_000
	var w strings.Builder
	w.WriteString(`{"packages": [`)
	for i := range n {
		fmt.Fprintf(&w, "\n        {\n            \"name\": \"acme/package-%d\",\n            \"version\": \"v1.%d.0\",\n            \"source\": {\"type\": \"git\", \"url\": \"https://git.example/acme/package-%d.git\", \"reference\": \"%040x\"},\n            \"dist\": {\"type\": \"zip\", \"url\": \"https://dist.example/%d.zip\", \"reference\": \"%040x\", \"shasum\": \"\"},\n            \"require\": {\"php\": \"^8.1\", \"acme/package-%d\": \"^1.0\", \"acme/package-%d\": \"^1.0 || ^2.0\"},\n            \"license\": [\"MIT\"],\n            \"description\": \"The package of that number\"\n        },", i, i, i, i, i, i, (i*7+1)%n, (i*13+5)%n)
	}
	text := []byte(strings.TrimSuffix(w.String(), ",") + `], "packages-dev": []}`)
	f := extracttest.File(fstest.MapFS{"composer.lock": {Data: text}}, "composer.lock")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != n {
			b.Fatal(err)
		}
	}
}
