package lockfile

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
)

func TestNodeOrigin(t *testing.T) {
	const sha = "0123456789abcdef0123456789abcdef01234567"
	tests := []struct {
		ref, commit string
		origin      kennel.Origin
	}{
		{"", "", kennel.OriginUnknown},
		{"^1.2.3", "", kennel.OriginRegistry},
		{">=1 <2 || 3.x", "", kennel.OriginRegistry},
		{"latest", "", kennel.OriginRegistry},
		{"npm:left-pad@^1.0.0", "", kennel.OriginRegistry},
		{"catalog:", "", kennel.OriginRegistry},
		{"workspace:*", "", kennel.OriginLocal},
		{"file:../a.tgz", "", kennel.OriginLocal},
		{"link:./a", "", kennel.OriginLocal},
		{"portal:./a", "", kennel.OriginLocal},
		{"../a", "", kennel.OriginLocal},
		{"~/a", "", kennel.OriginLocal},
		{"~1.2.3", "", kennel.OriginRegistry},
		{"someone/forked", "", kennel.OriginVCS},
		{"someone/forked#" + sha, sha, kennel.OriginVCS},
		{"github:someone/forked#v1.0.0", "", kennel.OriginVCS},
		{"git+ssh://git@github.com/someone/forked.git#" + sha, sha, kennel.OriginVCS},
		{"git@github.com:someone/forked.git#" + sha, sha, kennel.OriginVCS},
		{"https://git.example/forked.git#workspace=a&commit=" + sha, sha, kennel.OriginVCS},
		{"https://codeload.github.com/someone/forked/tar.gz/" + sha, sha, kennel.OriginVCS},
		{"https://files.example/a.tgz", "", kennel.OriginURL},
		{"weird:thing", "", kennel.OriginUnknown},
	}
	for _, test := range tests {
		if origin, commit := NodeOrigin(test.ref); origin != test.origin || commit != test.commit {
			t.Errorf("NodeOrigin(%q) = %s, %q", test.ref, origin, commit)
		}
	}
}

func TestNodeAlias(t *testing.T) {
	for spec, want := range map[string]string{
		"npm:left-pad@^1.0.0": "left-pad ^1.0.0 true", "npm:@s/a@1": "@s/a 1 true", "npm:left-pad": "left-pad  true",
		"npm:@s/a": "@s/a  true", "npm:^1.0.0": "  false", "npm:1.0.0": "  false", "npm:*": "  false", "^1.0.0": "  false", "npm:": "  false",
	} {
		name, version, ok := NodeAlias(spec)
		if got := fmt.Sprint(name, " ", version, " ", ok); got != want {
			t.Errorf("NodeAlias(%q) = %q, want %q", spec, got, want)
		}
	}
}

func TestIntegrity(t *testing.T) {
	tests := map[string]string{
		"sha1-W4o6d2Xf4AEmHd6RVYnngvjJTR4=":                                        "[{SHA-1 5b8a3a7765dfe001261dde915589e782f8c94d1e}]",
		"sha1-W4o6d2Xf4AEmHd6RVYnngvjJTR4=?opt  sha1-W4o6d2Xf4AEmHd6RVYnngvjJTR4=": "[{SHA-1 5b8a3a7765dfe001261dde915589e782f8c94d1e}]",
		"sha1-W4o6d2Xf4AEmHd6RVYnngvjJTR":                                          "[]", "md5-AAAA": "[]", "": "[]", "sha512": "[]", "sha512-" + strings.Repeat("A", 1000): "[]",
	}
	for sri, want := range tests {
		if got := fmt.Sprint(Integrity(sri)); got != want {
			t.Errorf("Integrity(%q) = %s, want %s", sri, got, want)
		}
	}
}

func TestConflict(t *testing.T) {
	for text, want := range map[string]string{
		"a\n<<<<<<< HEAD\nb\n":            "line 2: ",
		"<<<<<<< HEAD\n":                  "line 1: ",
		"a\nb\n>>>>>>> main\n":            "line 3: ",
		"a <<<<<<< b\n=======\n<<<<<<<\n": "",
	} {
		err := CheckConflict([]byte(text))
		if (err != nil) != (want != "") || err != nil && (!errors.Is(err, ErrConflict) || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("CheckConflict(%q) = %v", text, err)
		}
	}
}

// TestResolve holds the linear walk to the plain definition: the scope of a
// package is the widest of its ways, and a way's the narrowest of its edges.
func TestResolve(t *testing.T) {
	scopes := []kennel.Scope{kennel.ScopeShipped, kennel.ScopeOptional, kennel.ScopeBuild, kennel.ScopeDevelopment, kennel.ScopeUnknown}
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var g Graph
		n := 1 + rnd.IntN(8)
		for i := range n {
			origin := kennel.OriginRegistry
			if rnd.IntN(4) == 0 {
				origin = kennel.OriginLocal
			}
			g.Add(kennel.Occurrence{Component: kennel.Component{Package: kennel.Package{Name: fmt.Sprint(i)}, Origin: origin}})
		}
		for range rnd.IntN(20) {
			g.Need(int32(rnd.IntN(n+1))-1, int32(rnd.IntN(n)), "", scopes[rnd.IntN(len(scopes))])
		}
		want := make([]uint8, n)
		for i := range want {
			want[i] = unreached
		}
		for range n + 1 { // relax until nothing changes
			for _, e := range g.Edges {
				at, own := uint8(0), true
				if e.From >= 0 {
					at, own = want[e.From], g.Occurrences[e.From].Origin == kennel.OriginLocal
				}
				if at != unreached {
					want[e.To] = min(want[e.To], max(at, level(e.Scope, own)))
				}
			}
		}
		g.Resolve()
		for i, o := range g.Occurrences {
			scope, direct := kennel.ScopeUnknown, kennel.DirectUnknown
			if want[i] != unreached {
				scope, direct = levels[want[i]], kennel.Transitive
				for _, e := range g.Edges {
					if int(e.To) == i && (e.From < 0 || want[e.From] != unreached && g.Occurrences[e.From].Origin == kennel.OriginLocal) {
						direct = kennel.Direct
					}
				}
			}
			if o.Scope != scope || o.Direct != direct {
				t.Fatalf("seed %d: package %d is %s %s, want %s %s\n%+v", seed, i, o.Scope, o.Direct, scope, direct, g.Edges)
			}
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(`{"name": "a", "version": "1", "license": [{"type": "MIT"}, "ISC"], "dependencies": {"b": "1"}, "peerDependenciesMeta": {"c": {"optional": true}}, "peerDependencies": {"c": "*"}, "workspaces": {"packages": ["x/*"]}}`)
	f.Add(`{"licenses": {"name": "MIT"}, "workspaces": ["./a/"], "private": true, "name": "\u0061"}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest([]byte(text))
		if err == nil {
			for _, n := range m.Needs {
				if n.Alias == "" {
					t.Errorf("a dependency without a name: %+v", m)
				}
			}
		}
	})
}

func TestManifest(t *testing.T) {
	m, err := ParseManifest([]byte("\xef\xbb\xbf" + `{"name": "\u0061", "peerDependenciesMeta": {"c": {"optional": true}}, "peerDependencies": {"c": "*", "d": "1"}, "license": {"type": "MIT"}, "workspaces": {"packages": ["./x/*/"]}, "scripts": {"a": ["b"]}}`))
	got := fmt.Sprint(m.Name, m.Licenses, m.Workspaces, m.Needs, err)
	if want := "a[MIT] [x/*] [{c * optional true} {d 1 shipped true}] <nil>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
