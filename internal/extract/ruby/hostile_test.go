package ruby

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// generate writes a lock file of n gems, each of which needs two others.
func generate(n int) []byte {
	var gems, checksums strings.Builder
	for i := range n {
		fmt.Fprintf(&gems, "    gem-%d (1.%d.0)\n      gem-%d (~> 1.0, >= 1.0.1)\n      gem-%d\n", i, i, (i*7+1)%n, (i*13+5)%n)
		fmt.Fprintf(&checksums, "  gem-%d (1.%d.0) sha256=%064x\n", i, i, i)
	}
	return []byte("GEM\n  remote: https://gems.example/\n  specs:\n" + gems.String() +
		"\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  gem-0\n\nCHECKSUMS\n" + checksums.String() + "\nBUNDLED WITH\n  2.6.7\n")
}

// TestHostile: each of these must end, in an error or in what can be said.
func TestHostile(t *testing.T) {
	var same strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&same, "    same (%d)\n      same\n      other\n", i)
	}
	for name, text := range map[string]string{
		"versions":  "GEM\n  specs:\n" + same.String(),
		"platforms": "GEM\n  specs:\n" + strings.Repeat("    same (1-x)\n", 100_000),
		"sections":  strings.Repeat("GEM\n", 500_000),
		"indents":   "GEM\n" + strings.Repeat(" ", 1_000_000),
		"blocks":    "GEM\n  specs:\n",
		"bytes":     "GEM\n  specs:\n    \xff\x00\x1b[2J (1)\n",
	} {
		tree := fstest.MapFS{
			"Gemfile.lock": {Data: []byte(text)},
			"Gemfile":      {Data: []byte(strings.Repeat("group :a do\nif\n", 100_000))},
		}
		e, err := New().Extract(context.Background(), extracttest.File(tree, "Gemfile.lock"))
		if err != nil || len(e.Projects) != 1 || len(e.Gaps) > 3 {
			t.Errorf("%s: %v, %d projects, gaps %v", name, err, len(e.Projects), e.Gaps)
		}
	}
}

func TestGemfileGroups(t *testing.T) {
	scopes, gemspec := parseGemfile(`
gem "a"
group :test, :development do
  gem 'b'
  gem 'a'
  source "https://gems.example" do
    gem "c" # inside
  end
end
gem "d", group: [:test, :production]
gem "e", :groups => %i[development test]
%w[x y].each do |name|
  gem name
end
group :test, optional: true do
  gem "f", require: false
end
gem "g"
`)
	got := ""
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		got += name + " " + scopes[name].String() + ", "
	}
	if want := "a shipped, b development, c development, d shipped, e development, f development, g shipped, "; got != want || gemspec {
		t.Errorf("got %s want %s", got, want)
	}
}

func BenchmarkExtract(b *testing.B) {
	text := generate(10_000)
	f := extracttest.File(fstest.MapFS{"Gemfile.lock": {Data: text}}, "Gemfile.lock")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 10_000 {
			b.Fatal(err)
		}
	}
}
