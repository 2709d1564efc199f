package fetch

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// TestRealRegistries asks the registries that this machine is set up for.
// KENNEL_REGISTRIES lists what to ask for, as "npm:semver@6.3.1,Go:golang.org/x/mod@v0.42.0".
func TestRealRegistries(t *testing.T) {
	list := os.Getenv("KENNEL_REGISTRIES")
	if list == "" {
		t.Skip("KENNEL_REGISTRIES names no releases to ask the real registries for")
	}
	r, err := NewRegistries(RegistryOptions{Agent: "kennel/test", Cache: os.Getenv("KENNEL_CACHE")})
	if err != nil {
		t.Fatal(err)
	}
	for one := range strings.SplitSeq(list, ",") {
		ecosystem, rest, _ := strings.Cut(one, ":")
		i := strings.LastIndexByte(rest, '@')
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(ecosystem), Name: rest[:i]}, Version: rest[i+1:]}
		start := time.Now()
		l, err := r.Listing(t.Context(), c.Package)
		if err != nil {
			t.Errorf("%s: %v", one, err)
			continue
		}
		listed := time.Since(start)
		start = time.Now()
		path, err := r.Release(t.Context(), c, nil)
		if err != nil {
			t.Errorf("%s: %v", one, err)
			continue
		}
		info, _ := os.Stat(path)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		last := l.Releases[len(l.Releases)-1]
		fmt.Printf("%s: %d releases (mirrored: %v, last %s of %s from %s) in %v; %d bytes in %v; heap from the system %d MiB\n",
			one, len(l.Releases), l.Mirrored, last.Version, last.Published.Format(time.DateOnly), last.Source, listed.Round(time.Millisecond),
			info.Size(), time.Since(start).Round(time.Millisecond), m.HeapSys>>20)
	}
}
