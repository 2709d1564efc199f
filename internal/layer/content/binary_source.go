package content

import (
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// maxPictures bounds how many bytes of a release's pictures are looked through.
const maxPictures = 256 << 20

// disguised makes chains of programs that the release hides: named as data, or
// behind a picture. Others are ordinary, and told where they appear.
func (a *account) disguised() []chain {
	var out []chain
	read := int64(0)
	for _, f := range a.release.files {
		switch strings.ToLower(path.Ext(f.path)) {
		case ".png", ".jpg", ".jpeg", ".gif":
			// The frame gives only the head of what no language reads.
			if f.binary != "" || f.size <= 4096 {
				break
			}
			if f.size > maxText {
				a.release.gap(gap{why: tooLarge, what: f.path})
				break
			}
			if read+f.size > maxPictures {
				a.release.gap(gap{why: fmt.Sprintf("of its pictures, what is past %d MiB was not looked through", maxPictures>>20)})
				break
			}
			read += f.size
			f.binary = carried([]byte(a.release.text(f.path)))
		}
		hidden := strings.Contains(f.binary, " named as ") || strings.Contains(f.binary, " behind ")
		if !hidden || len(out) == maxCues {
			continue
		}
		c := chain{rule: "hidden-binary", file: f.path, reach: f.reach, by: f.by, severity: kennel.SeverityMedium,
			says:     fmt.Sprintf("a program is named or packed as data: %s (%s)", f.path, f.binary),
			evidence: []kennel.Evidence{{Kind: "file", What: f.path, Says: fmt.Sprintf("%s by its first bytes, %d bytes", f.binary, f.size)}}}
		if fixture(f.path) {
			c.severity = kennel.SeverityLow // for tests of what tells such files
		}
		out = append(out, c)
	}
	return out
}

// explained says what ordinary thing a binary of a release is, "" for one that
// nothing beside it explains.
func (r *release) explained(f file) string {
	dir, base := path.Split(f.path)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	switch {
	case fixture(f.path):
		return "a test's data"
	case ext == ".pyc":
		module, _, _ := strings.Cut(stem, ".")
		if r.has(dir+module+".py") || r.has(path.Join(path.Dir(path.Clean(dir)), module+".py")) {
			return "compiled from the source beside it"
		}
		return ""
	case f.binary == "Java class":
		if r.has(dir + stem + ".java") {
			return "compiled from the source beside it"
		}
		return ""
	}
	switch {
	case strings.Contains(base, ".cpython-"), strings.Contains(base, ".abi3."):
		return "an extension module of a wheel"
	case strings.Contains(dir, "prebuilds/"), platform(f.path), r.npm != nil && platform(r.npm.name):
		return "built for one platform, as its name says"
	}
	if r.has("binding.gyp") || r.has("Cargo.toml") || r.has("CMakeLists.txt") || r.has("configure") || r.has("build.zig") {
		return "built from sources in the release"
	}
	for _, source := range []string{".c", ".cc", ".cpp", ".rs", ".go", ".zig", ".wat", ".ts", ".asm", ".s"} {
		if r.has(dir + stem + source) {
			return "compiled from the source beside it"
		}
	}
	return ""
}

// fixture tells files of tests, by their folder.
func fixture(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		switch strings.ToLower(part) {
		case "test", "tests", "testing", "testdata", "fixtures", "fixture", "__tests__", "corpus", "spec":
			return true
		}
	}
	return false
}

// platform tells a name that says which system and processor it is for:
// "linux-x64", "darwin_arm64".
func platform(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '-' || c == '_' || c == '/' || c == '.' || c == '@' })
	system, processor := false, false
	for _, w := range words {
		switch w {
		case "linux", "darwin", "win32", "windows", "macos", "freebsd", "openbsd", "netbsd", "android", "win", "osx", "linuxmusl", "sunos", "aix":
			system = true
		case "x64", "arm64", "ia32", "arm", "armv7", "armv6", "x86", "amd64", "i386", "i686", "aarch64", "ppc64", "ppc64le", "s390x", "riscv64", "loong64", "universal":
			processor = true
		}
	}
	return system && processor
}
