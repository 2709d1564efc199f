package osrelease

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
)

func TestRead(t *testing.T) {
	cases := []struct {
		name, file, content string
		fallback            kennel.Ecosystem
		ecosystem           kennel.Ecosystem
		release, gap        string
	}{
		{"debian", "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n", kennel.Debian, kennel.Debian, "12", ""},
		{"testing has a code name only", "etc/os-release", "ID=debian\nVERSION_CODENAME=forky\n", kennel.Debian, kennel.Debian, "14", ""},
		{"sid", "etc/os-release", "ID=debian\n", kennel.Debian, kennel.Debian, "", "no release of Debian"},
		{"ubuntu", "usr/lib/os-release", "ID=ubuntu\nVERSION_ID='22.04'\n", kennel.Debian, kennel.Ubuntu, "22.04:LTS", ""},
		{"alpine", "etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n", kennel.Alpine, kennel.Alpine, "v3.19", ""},
		{"alpine-release alone", "etc/alpine-release", "3.18.4\n", kennel.Alpine, kennel.Alpine, "v3.18", ""},
		{"debian_version alone", "etc/debian_version", "11.9\n", kennel.Debian, kennel.Debian, "11", ""},
		{"wolfi rolls", "etc/os-release", "ID=wolfi\nVERSION_ID=20230201\n", kennel.Alpine, "Wolfi", "", ""},
		{"derivative", "etc/os-release", "ID=kali\nID_LIKE=debian\n", kennel.Debian, "kali", "", "what it derives from (debian)"},
		{"quoting", "etc/os-release", "ID=\"de\\bian\"\nVERSION_ID=\"1\\\"2\"\n", kennel.Debian, kennel.Debian, "1\"2", ""},
		{"nothing in it", "etc/os-release", "\x00\xff\n", kennel.Debian, kennel.Debian, "", "names no distribution"},
		{"nothing", "etc/passwd", "", kennel.Debian, kennel.Debian, "", "cannot be read"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, root := range []string{".", "sub/folder"} {
				name := c.file
				if root != "." {
					name = root + "/" + name
				}
				s := Read(fstest.MapFS{name: &fstest.MapFile{Data: []byte(c.content)}}, root, c.fallback)
				if s.Ecosystem != c.ecosystem || s.Release != c.release {
					t.Errorf("%s: got %q %q, want %q %q", root, s.Ecosystem, s.Release, c.ecosystem, c.release)
				}
				gap, ok := s.Gap("db")
				if ok != (c.gap != "") || !strings.Contains(gap.Why, c.gap) {
					t.Errorf("%s: gap %q, want %q", root, gap.Why, c.gap)
				}
			}
		})
	}
}
