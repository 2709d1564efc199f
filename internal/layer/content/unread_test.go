package content

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kennel-oss/kennel"
)

// What no reader is there for is said, as the subject or as a part of it.
func TestUnread(t *testing.T) {
	for name, c := range map[string]struct {
		files      []string
		says       string
		part, fail bool
	}{
		"a Go module":                    {[]string{"go.mod", "a.go", "b_test.go", "x.sh"}, "its Go code is not read", false, false},
		"a jar":                          {[]string{"META-INF/MANIFEST.MF", "a/B.class"}, "its Java code is not read", false, false},
		"a program by itself":            {[]string{"package.json", "bin/tool.elf"}, "its compiled code is not read", false, false},
		"sources that install builds":    {[]string{"package.json", "binding.gyp", "index.js", "a.js", "src/a.cc"}, "its C++ code is not read", true, false},
		"sources that nothing builds":    {[]string{"package.json", "index.js", "a.js", "src/a.cc"}, "", false, false},
		"an example in another language": {[]string{"package.json", "index.js", "a.js", "example.rb"}, "", false, false},
		"declarations of types":          {[]string{"package.json", "index.d.ts"}, "", false, false},
		"a failure beside":               {[]string{"a.go", "b.go", "deep.js"}, "code nested too deeply was not followed", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for _, f := range c.files {
				text := "{}"
				switch f {
				case "deep.js":
					text = strings.Repeat("(", 4*jsNesting)
				case "bin/tool.elf":
					text = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"
				case "a/B.class":
					text = "\xca\xfe\xba\xbe\x00\x00\x00\x37"
				}
				fsys[f] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{Release: fsys}))
			var look *kennel.CouldNotLook
			if !errors.As(err, &look) {
				if err != nil || c.says != "" {
					t.Fatalf("got %v, want %q", err, c.says)
				}
				return
			}
			if look.Reason != c.says || look.Part != c.part || look.Beyond == c.fail {
				t.Errorf("got %+v, want %q", look, c.says)
			}
		})
	}
}

// A release before it that was not asked for is no matter; one that could not
// be had is said, and the release is examined all the same.
func TestNotCompared(t *testing.T) {
	release := fstest.MapFS{"package.json": {Data: []byte("{}")}, "index.js": {Data: []byte("1")}}
	for why, want := range map[error]string{nil: "", errors.New("refused"): notCompared} {
		_, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, time.Time{},
			kennel.Grants{Release: release, Refused: map[kennel.Need]error{kennel.NeedPrevious: why}}))
		var look *kennel.CouldNotLook
		if errors.As(err, &look); want == "" && err != nil || want != "" && (look == nil || look.Reason != want || !look.Part || look.Beyond) {
			t.Errorf("of %v: got %+v, want %q", why, err, want)
		}
	}
}
