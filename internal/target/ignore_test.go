package target

import (
	"strings"
	"testing"
)

func TestIgnore(t *testing.T) {
	for _, tt := range []struct {
		glob, name string
		folder     bool
		want       bool
	}{
		{"vendor/**", "vendor", true, true},
		{"vendor/**", "vendor/a/b", false, true},
		{"vendor/**", "x/vendor", true, false},
		{"**/testdata/**", "a/testdata", true, true},
		{"**/testdata/**", "testdata/x", false, true},
		{"node_modules", "a/b/node_modules", true, true},
		{"*.min.js", "a/b.min.js", false, true},
		{"/a", "a", false, true},
		{"/a", "b/a", false, false},
		{"./a/b", "a/b", false, true},
		{"build/", "build", false, false},
		{"build/", "x/build", true, true},
		{"a/{b,c}/*", "a/c/d", false, true},
		{"a/*", "a/b/c", false, false},
	} {
		list, err := parseIgnore([]string{tt.glob})
		if err != nil {
			t.Fatal(err)
		}
		if got := list.match(tt.name, tt.folder); got != tt.want {
			t.Errorf("%q of %q: %v", tt.glob, tt.name, got)
		}
	}
	for _, glob := range []string{"", "/", "[", "{a", "!x", strings.Repeat("a", 2000), strings.Repeat("{a,b}", 30)} {
		if _, err := parseIgnore([]string{glob}); err == nil {
			t.Errorf("%q was accepted", glob)
		}
	}
}

// FuzzIgnore: no glob makes matching fail or last.
func FuzzIgnore(f *testing.F) {
	f.Add("**/testdata/**", "a/testdata/b")
	f.Add("{a,b}{a,b}{a,b}/**/**/**/x", strings.Repeat("a/", 30))
	f.Add("[a-z]*?\\*", "abc")
	f.Fuzz(func(t *testing.T, glob, name string) {
		list, err := parseIgnore([]string{glob})
		if err != nil || len(name) > 4096 {
			return
		}
		list.match(name, true)
		list.match(name, false)
	})
}
