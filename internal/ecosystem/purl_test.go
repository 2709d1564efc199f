package ecosystem

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/package-url/packageurl-go"
)

func component(e kennel.Ecosystem, name, version string) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: e, Name: name}, Version: version}
}

func with(c kennel.Component, release, source, sourceVersion string, qualifiers ...string) kennel.Component {
	c.Release, c.Source = release, kennel.SourcePackage{Name: source, Version: sourceVersion}
	for i := 0; i < len(qualifiers); i += 2 {
		c.Qualifiers = append(c.Qualifiers, kennel.Qualifier{Key: qualifiers[i], Value: qualifiers[i+1]})
	}
	return c
}

// purls are package URLs as they occur, what they say, and their canonical
// form where it is another.
var purls = []struct {
	in        string
	want      kennel.Component
	canonical string
}{
	{"pkg:npm/lodash@4.17.21", component(kennel.NPM, "lodash", "4.17.21"), ""},
	{"pkg:npm/%40babel/core@7.0.0", component(kennel.NPM, "@babel/core", "7.0.0"), ""},
	{"pkg:npm/@babel/core@7.0.0", component(kennel.NPM, "@babel/core", "7.0.0"), "pkg:npm/%40babel/core@7.0.0"},
	{"pkg:npm/@babel/core", component(kennel.NPM, "@babel/core", ""), "pkg:npm/%40babel/core"},
	{"pkg:npm/babel/core@7.0.0", component(kennel.NPM, "@babel/core", "7.0.0"), "pkg:npm/%40babel/core@7.0.0"},
	{"pkg:npm/%40babel%2Fcore@7.0.0", component(kennel.NPM, "@babel/core", "7.0.0"), "pkg:npm/%40babel/core@7.0.0"},
	{"pkg:nodejs/lodash@4.17.21", component(kennel.NPM, "lodash", "4.17.21"), "pkg:npm/lodash@4.17.21"},
	{"PKG:NPM/JSONStream@1.0.0", component(kennel.NPM, "JSONStream", "1.0.0"), "pkg:npm/jsonstream@1.0.0"},
	{"pkg:npm/foobar@12.3.1?vcs_url=git%3A%2F%2Fhost.example%2Ffoobar.git", with(component(kennel.NPM, "foobar", "12.3.1"), "", "", "", "vcs_url", "git://host.example/foobar.git"), "pkg:npm/foobar@12.3.1?vcs_url=git:%2F%2Fhost.example%2Ffoobar.git"},
	{"pkg:golang/github.com/BurntSushi/toml@v1.2.0", component(kennel.Go, "github.com/BurntSushi/toml", "v1.2.0"), "pkg:golang/github.com/burntsushi/toml@v1.2.0"},
	{"pkg:golang/google.golang.org/genproto@v0.1.0#googleapis/api/annotations", component(kennel.Go, "google.golang.org/genproto", "v0.1.0"), "pkg:golang/google.golang.org/genproto@v0.1.0"},
	{"pkg:golang/github.com/docker/docker@v24.0.0+incompatible", component(kennel.Go, "github.com/docker/docker", "v24.0.0+incompatible"), "pkg:golang/github.com/docker/docker@v24.0.0%2Bincompatible"},
	{"pkg:golang/stdlib@1.22.0", component(kennel.Go, "stdlib", "1.22.0"), ""},
	{"pkg:pypi/Django_Rest@1.0", component(kennel.PyPI, "Django_Rest", "1.0"), "pkg:pypi/django-rest@1.0"},
	{"pkg:maven/org.apache.jmeter/ApacheJMeter@5.5?type=jar", with(component(kennel.Maven, "org.apache.jmeter:ApacheJMeter", "5.5"), "", "", "", "type", "jar"), ""},
	{"pkg:maven/a.b/c@1?classifier=sources&type=jar", with(component(kennel.Maven, "a.b:c", "1"), "", "", "", "classifier", "sources", "type", "jar"), ""},
	{"pkg:maven/a.b/c@1?type=jar&classifier=sources", with(component(kennel.Maven, "a.b:c", "1"), "", "", "", "classifier", "sources", "type", "jar"), "pkg:maven/a.b/c@1?classifier=sources&type=jar"},
	{"pkg:cargo/serde_json@1.0.0", component(kennel.Cargo, "serde_json", "1.0.0"), ""},
	{"pkg:gem/RedCloth@4.0?platform=java", with(component(kennel.RubyGems, "RedCloth", "4.0"), "", "", "", "platform", "java"), ""},
	{"pkg:composer/Laravel/Laravel@5.5.0", component(kennel.Packagist, "Laravel/Laravel", "5.5.0"), "pkg:composer/laravel/laravel@5.5.0"},
	{"pkg:nuget/Newtonsoft.Json@13.0.1", component(kennel.NuGet, "Newtonsoft.Json", "13.0.1"), ""},
	{"pkg:hex/phoenix@1.7.0", component(kennel.Hex, "phoenix", "1.7.0"), ""},
	{"pkg:pub/http@1.0.0", component(kennel.Pub, "http", "1.0.0"), ""},
	{"pkg:swift/github.com/apple/swift-nio@2.0.0", component(kennel.Swift, "github.com/apple/swift-nio", "2.0.0"), ""},
	{"pkg:conan/openssl@3.0.8?channel=stable&user=bincrafters", with(component(kennel.Conan, "openssl", "3.0.8"), "", "", "", "channel", "stable", "user", "bincrafters"), ""},
	{"pkg:conan/bincrafters/openssl@3.0.8", component(kennel.Conan, "openssl", "3.0.8"), "pkg:conan/openssl@3.0.8"},
	{"pkg:github/actions/checkout@v4", component(kennel.GitHubActions, "actions/checkout", "v4"), ""},
	{"pkg:githubactions/Actions/Checkout@v4", component(kennel.GitHubActions, "Actions/Checkout", "v4"), "pkg:github/actions/checkout@v4"},
	{"pkg:github/github/codeql-action@v2#init", component(kennel.GitHubActions, "github/codeql-action/init", "v2"), ""},
	{"pkg:cran/A3@1.0.0", component("CRAN", "A3", "1.0.0"), ""},
	{"pkg:hackage/3d-graphics-examples@0.0.0.2", component("Hackage", "3d-graphics-examples", "0.0.0.2"), ""},
	{"pkg:bitnami/wordpress@6.2.0", component("Bitnami", "wordpress", "6.2.0"), ""},
	{"pkg:vscode-extension/ms-python/python@2024.0.1", component("VSCode", "ms-python.python", "2024.0.1"), ""},

	{"pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&distro=debian-12&upstream=xz-utils", with(component(kennel.Debian, "liblzma5", "5.6.1-1"), "12", "xz-utils", "5.6.1-1", "arch", "amd64"), ""},
	{"pkg:deb/debian/liblzma5@5.4.1-0.2?arch=amd64&upstream=xz-utils%405.4.1-0.1&distro=debian-12.5", with(component(kennel.Debian, "liblzma5", "5.4.1-0.2"), "12", "xz-utils", "5.4.1-0.1", "arch", "amd64"), "pkg:deb/debian/liblzma5@5.4.1-0.2?arch=amd64&distro=debian-12&upstream=xz-utils%405.4.1-0.1"},
	{"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", with(component(kennel.Debian, "curl", "7.50.3-1"), "8", "", "", "arch", "i386"), "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-8"},
	{"pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-sid", with(component(kennel.Debian, "zlib1g", "1:1.2.13.dfsg-1"), "", "", "", "distro", "debian-sid"), ""},
	{"pkg:deb/debian/zlib1g@1.2.13.dfsg-1?epoch=1&distro=debian-12", with(component(kennel.Debian, "zlib1g", "1:1.2.13.dfsg-1"), "12", "", ""), "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-12"},
	{"pkg:deb/ubuntu/bash@5.1-6ubuntu1?distro=ubuntu-22.04", with(component(kennel.Ubuntu, "bash", "5.1-6ubuntu1"), "22.04:LTS", "", ""), ""},
	{"pkg:deb/ubuntu/bash@5.1?distro=jammy", with(component(kennel.Ubuntu, "bash", "5.1"), "22.04:LTS", "", ""), "pkg:deb/ubuntu/bash@5.1?distro=ubuntu-22.04"},
	{"pkg:apk/alpine/libcrypto3@3.1.4-r2?arch=x86_64&distro=alpine-3.19.1&upstream=openssl", with(component(kennel.Alpine, "libcrypto3", "3.1.4-r2"), "v3.19", "openssl", "3.1.4-r2", "arch", "x86_64"), "pkg:apk/alpine/libcrypto3@3.1.4-r2?arch=x86_64&distro=alpine-3.19&upstream=openssl"},
	{"pkg:apk/alpine/musl@1.2.4-r2?distro=3.19.1", with(component(kennel.Alpine, "musl", "1.2.4-r2"), "v3.19", "", ""), "pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.19"},
	{"pkg:alpine/busybox@1.34.1-r5?arch=x86_64&upstream=busybox&distro=alpine-3.15.4", with(component(kennel.Alpine, "busybox", "1.34.1-r5"), "v3.15", "busybox", "1.34.1-r5", "arch", "x86_64"), "pkg:apk/alpine/busybox@1.34.1-r5?arch=x86_64&distro=alpine-3.15"},
	{"pkg:rpm/redhat/openssl-libs@1.1.1k-7.el8_6?arch=x86_64&epoch=1&upstream=openssl-1.1.1k-7.el8_6.src.rpm&distro=rhel-8.6", with(component("Red Hat", "openssl-libs", "1:1.1.1k-7.el8_6"), "8.6", "openssl", "1:1.1.1k-7.el8_6", "arch", "x86_64"), "pkg:rpm/redhat/openssl-libs@1.1.1k-7.el8_6?arch=x86_64&distro=redhat-8.6&epoch=1&upstream=openssl"},
	{"pkg:rpm/rocky/bash@5.1.8-6.el9?distro=rocky-9.3", with(component("Rocky Linux", "bash", "5.1.8-6.el9"), "9", "", ""), "pkg:rpm/rocky/bash@5.1.8-6.el9?distro=rocky-9"},
	{"pkg:rpm/amazon/bash@4.2.46-34.amzn2?arch=x86_64&distro=amazon-2%20%28Karoo%29", with(component("Amazon Linux", "bash", "4.2.46-34.amzn2"), "2", "", "", "arch", "x86_64"), "pkg:rpm/amazon/bash@4.2.46-34.amzn2?arch=x86_64&distro=amazon-2"},
	{"pkg:rpm/opensuse/curl@7.56.1-1.1.?arch=i386&distro=opensuse-tumbleweed", with(component("openSUSE", "curl", "7.56.1-1.1."), "Tumbleweed", "", "", "arch", "i386"), ""},
	{"pkg:deb/raspbian/curl@7.0", component("deb", "raspbian/curl", "7.0"), ""},
	{"pkg:rpm/bash@5", component("rpm", "bash", "5"), ""},

	{"pkg:generic/openssl@1.1.10g?checksum=sha256:de4d501267da", with(component("generic", "openssl", "1.1.10g"), "", "", "", "checksum", "sha256:de4d501267da"), ""},
	{"pkg:oci/alpine@sha256%3Aabc?arch=amd64", with(component("oci", "alpine", "sha256:abc"), "", "", "", "arch", "amd64"), "pkg:oci/alpine@sha256:abc?arch=amd64"},
	{"pkg:gitlab/a/b/c@1", component("gitlab", "a/b/c", "1"), ""},
	{"pkg:cocoapods/AFNetworking@4.0.1#src/%2E%2E/lib", component("cocoapods", "AFNetworking", "4.0.1"), "pkg:cocoapods/AFNetworking@4.0.1"},
	{"pkg://npm//lodash@1", component(kennel.NPM, "lodash", "1"), "pkg:npm/lodash@1"},
	{"pkg:npm/a%2Fb@1", component(kennel.NPM, "@a/b", "1"), "pkg:npm/%40a/b@1"},
	{"pkg:pypi/a%2Fb@1%2F2", component(kennel.PyPI, "a/b", "1/2"), ""},
	{"pkg:rpm/opensuse/curl@8.0?distro=opensuse-leap-15.5", with(component("openSUSE", "curl", "8.0"), "Leap 15.5", "", ""), ""},
	{"pkg:rpm/suse/curl@8.0?distro=sles-15.5", with(component("SUSE", "curl", "8.0"), "15.5", "", ""), "pkg:rpm/suse/curl@8.0?distro=suse-15.5"},
	{"pkg:rpm/openeuler/curl@8.0?distro=openeuler-22.03-LTS-SP1", with(component("openEuler", "curl", "8.0"), "22.03-LTS-SP1", "", ""), ""},
	{" pkg:npm/lodash \n", component(kennel.NPM, "lodash", ""), "pkg:npm/lodash"},
}

func TestPurls(t *testing.T) {
	for _, test := range purls {
		got, err := FromPurl(test.in)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("FromPurl(%q)\n got %+v, %v\nwant %+v", test.in, got, err, test.want)
			continue
		}
		want := test.canonical
		if want == "" {
			want = test.in
		}
		if written := Purl(got); written != want {
			t.Errorf("Purl(FromPurl(%q)) = %q, want %q", test.in, written, want)
		}
	}
}

func TestNotPurls(t *testing.T) {
	for _, s := range []string{
		"", "pkg:", "pkg:npm", "pkg:npm/", "pkg:npm/@", "npm/lodash", "http://host.example/", "pkg:/lodash", "pkg:1npm/x", "pkg:n pm/x", "pkg:npm/%zz", "pkg:npm/a%00b", "pkg:npm/a@1%00",
		"pkg:npm/%ff", "pkg:npm/a/b/c", "pkg:maven/c@1", "pkg:maven/a/b/c", "pkg:github/checkout", "pkg:npm/x?a=1&a=2", "pkg:npm/x?1=2", "pkg:npm/x?a=%", "pkg:npm/x@%", "pkg:npm/\xff",
		"pkg:npm/%0A", "pkg:npm/" + strings.Repeat("a", maxPurl), "pkg:npm/x?" + strings.Repeat("a&", 100), "pkg:npm/../x", "pkg:npm/%40a/%40b", "pkg:pypi/a%2F..%2Fb", "pkg:maven/a:b/c", "pkg:maven/a%2Fb/c", "pkg:generic/a/../b", "pkg:generic/%2e%2e/b", "pkg:generic/./b",
	} {
		if c, err := FromPurl(s); !errors.Is(err, ErrPurl) {
			t.Errorf("FromPurl(%.60q) = %+v, %v; want ErrPurl", s, c, err)
		}
	}
	if got := Purl(kennel.Component{}); got != "" {
		t.Errorf("a purl of nothing: %q", got)
	}
}

func FuzzFromPurl(f *testing.F) {
	for _, test := range purls {
		f.Add(test.in)
	}
	f.Add("pkg:maven/%2F/%2E%2E@%2F?a=%00#..")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := FromPurl(s)
		if err != nil {
			if !reflect.DeepEqual(c, kennel.Component{}) {
				t.Fatal("a component beside an error")
			}
			return
		}
		if c.Name == "" || c.Ecosystem == "" {
			t.Fatalf("%q: no name or ecosystem: %+v", s, c)
		}
		written := Purl(c)
		again, err := FromPurl(written)
		if err != nil {
			t.Fatalf("%q: its canonical form %q: %v", s, written, err)
		}
		if rewritten := Purl(again); rewritten != written {
			t.Fatalf("%q: canonical %q becomes %q", s, written, rewritten)
		}
		if NameKey(again.Package) != NameKey(c.Package) || again.Version != c.Version || again.Ecosystem != c.Ecosystem || again.Release != c.Release {
			t.Fatalf("%q: %+v becomes %+v", s, c, again)
		}
	})
}

func FuzzPurl(f *testing.F) {
	f.Add("Debian", "liblzma5", "1:5.6.1-1", "12", "xz-utils", "5.6.1", "arch", "amd64")
	f.Add("npm", "@babel/core", "7.0.0", "", "", "", "Arch", "&=?#/ %")
	f.Add("GitHub Actions", "a/b/../c", "\xff\x00", "", "", "", "", "x")
	f.Add("SUSE", "a", "1", "Linux Enterprise Server 15 SP5", "", "", "distro", "sles-15")
	f.Fuzz(func(t *testing.T, e, name, version, release, source, sourceVersion, key, value string) {
		s := Purl(with(component(kennel.Ecosystem(e), name, version), release, source, sourceVersion, key, value))
		for i := range len(s) {
			if s[i] <= ' ' || s[i] >= 0x7f {
				t.Fatalf("%q is not plain ASCII", s)
			}
		}
		c, err := FromPurl(s)
		if err == nil && Purl(c) != s && distroOf(s) == distroOf(Purl(c)) {
			t.Fatalf("%q becomes %q", s, Purl(c))
		}
	})
}

// distroOf is the distro qualifier, which a purl made of an odd release may
// not keep.
func distroOf(s string) string {
	_, after, _ := strings.Cut(s, "distro=")
	value, _, _ := strings.Cut(after, "&")
	return value
}

// TestRealPurls reads every purl of real SBOMs: each is understood, or is
// refused with a reason. Its canonical form is checked by another library.
func TestRealPurls(t *testing.T) {
	dir := datatest.Folder(t)
	clean := strings.NewReplacer(`\u0026`, "&", `&amp;`, "&", `\/`, "/")
	seen := make(map[string]bool)
	refused := make(map[string]int)
	err := filepath.WalkDir(filepath.Join(dir, "inputs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		for rest := text; ; {
			at := bytes.Index(rest, []byte("pkg:"))
			if at < 1 {
				break
			}
			before := rest[at-1]
			rest = rest[at:]
			end := bytes.IndexAny(rest, "\"<> \t\r\n")
			if end < 5 || strings.IndexByte("\"> \t", before) < 0 {
				rest = rest[4:]
				continue
			}
			s := clean.Replace(string(rest[:end]))
			if rest = rest[end:]; seen[s] {
				continue
			}
			seen[s] = true
			c, err := FromPurl(s)
			if err != nil {
				refused[s]++
				continue
			}
			written := Purl(c)
			theirs, err := packageurl.FromString(written)
			if err != nil {
				t.Errorf("%q -> %q: %v", s, written, err)
				continue
			}
			if theirs.Version != c.Version && theirs.Type != "rpm" && !strings.Contains(s, "epoch=") {
				t.Errorf("%q: version %q, packageurl-go reads %q", s, c.Version, theirs.Version)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 10_000 {
		t.Errorf("only %d purls", len(seen))
	}
	for s := range refused {
		_, err := FromPurl(s)
		t.Logf("refused: %v", err)
	}
	t.Logf("%d purls, %d refused", len(seen), len(refused))
}

func BenchmarkPurl(b *testing.B) {
	b.Run("write npm", func(b *testing.B) {
		c := component(kennel.NPM, "@babel/plugin-transform-runtime", "7.22.10")
		b.ReportAllocs()
		for b.Loop() {
			Purl(c)
		}
	})
	b.Run("write deb", func(b *testing.B) {
		c := with(component(kennel.Debian, "liblzma5", "5.6.1-1"), "12", "xz-utils", "5.6.1-1", "arch", "amd64")
		b.ReportAllocs()
		for b.Loop() {
			Purl(c)
		}
	})
	for _, s := range []string{"pkg:npm/%40babel/plugin-transform-runtime@7.22.10", "pkg:golang/github.com/google/uuid@v1.6.0", "pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&distro=debian-12&upstream=xz-utils"} {
		b.Run("read "+s[4:8], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := FromPurl(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
