package lockfile

import (
	"fmt"
	"strings"
	"testing"
)

func dump(b *strings.Builder, n *Node, indent string) {
	for k := range n.Each() {
		fmt.Fprintf(b, "%s%d %q %q\n", indent, k.Line, k.Key, k.Value)
		dump(b, k, indent+"  ")
	}
}

func dumpAll(docs []*Node) string {
	var b strings.Builder
	for _, d := range docs {
		fmt.Fprintf(&b, "document %q\n", d.Value)
		dump(&b, d, "  ")
	}
	return b.String()
}

// yamlSeeds are pieces as pnpm and Yarn write them, and near misses.
var yamlSeeds = []string{
	"lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\nimporters:\n\n  .:\n    dependencies:\n      '@a/b':\n        specifier: ^1.0.0\n        version: 1.0.0(c@2.0.0)\n",
	"packages:\n\n  /a@1.0.0:\n    resolution: {integrity: sha512-AAAA==, tarball: https://x.example/a.tgz}\n    engines: {node: '>=14', npm: \">= 6\"}\n    cpu: [x64, arm64]\n    dev: false\n",
	"a:\n  deprecated: |-\n    two\n\n    lines\n  b: c\n",
	"a:\n  - b\n  - 'c''d'\n",
	"---\na: b\n---\nc: d\n",
	"__metadata:\n  version: 6\n\n\"a@npm:1.0.0, a@npm:^1.0.0\":\n  version: 1.0.0\n  dependenciesMeta:\n    b:\n      optional: true\n",
	"? long\n: value\n", "a: &x b\nc: *x\n", "a: b\n  c\n", "a:\nb: c # d\n", "a: {b: {c: d}}\n", "a: [ ]\n",
	"a: 'b' c\n", "a:\n- b\n", "a:\tb\n", "a: \"\\u0041\"\n", "- a\n- b\n", "# only\n", "a\n", "a: {b: c,d: e}\n", "a: {b: c:}\n", "a:\r\n  b: c\r\n",
	"a: 'x\n", "a: {b: ?c}\n", "a:\n    b: c\n  d: e\n", "a: b: c\n", "a : b\n", "--- a\n", "a: {'b': c}\n", "a: {b:  c , d: e }\n", "a: >-\n\n    x\n  y\n",
}

func TestYAMLPaths(t *testing.T) {
	fast := 0
	for _, s := range yamlSeeds {
		if compareYAML(t, s) {
			fast++
		}
	}
	if fast < 6 {
		t.Errorf("only %d seeds take the fast path", fast)
	}
}

// compareYAML holds the two readers to each other and reports whether the fast
// one took the text.
func compareYAML(t *testing.T, text string) bool {
	t.Helper()
	docs, ok := fastYAML(text)
	if !ok {
		return false
	}
	want, err := slowYAML([]byte(text))
	if err != nil {
		t.Fatalf("%q: fast reads it, the library does not: %v", text, err)
	}
	if got, want := dumpAll(docs), dumpAll(want); got != want {
		t.Fatalf("%q\n--- fast\n%s--- library\n%s", text, got, want)
	}
	return true
}

func FuzzYAML(f *testing.F) {
	for _, s := range yamlSeeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { compareYAML(t, text) })
}
