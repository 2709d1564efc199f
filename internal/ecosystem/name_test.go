package ecosystem

import (
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func TestNameKey(t *testing.T) {
	tests := []struct {
		e          kennel.Ecosystem
		name, want string
	}{
		{kennel.PyPI, "Flask_SQLAlchemy", "flask-sqlalchemy"},
		{kennel.PyPI, "a.-_b", "a-b"},
		{kennel.PyPI, "zope.interface", "zope-interface"},
		{kennel.PyPI, "a--b", "a-b"},
		{kennel.PyPI, "requests", "requests"},
		{kennel.NPM, "@Babel/Core", "@babel/core"},
		{kennel.NPM, "JSONStream", "jsonstream"},
		{kennel.NPM, "lodash.merge", "lodash.merge"},
		{kennel.NuGet, "Newtonsoft.Json", "newtonsoft.json"},
		{kennel.Packagist, "Symfony/Http-Kernel", "symfony/http-kernel"},
		{kennel.Go, "github.com/BurntSushi/toml", "github.com/burntsushi/toml"},
		{kennel.Maven, "org.apache.jmeter:ApacheJMeter", "org.apache.jmeter:apachejmeter"},
		{kennel.Cargo, "serde_json", "serde-json"},
		{kennel.Swift, "https://github.com/Apple/swift-nio.git", "github.com/apple/swift-nio"},
		{kennel.Swift, "git@github.com:apple/swift-nio.git", "github.com/apple/swift-nio"},
		{kennel.Swift, "ssh://git@github.com/apple/swift-nio/", "github.com/apple/swift-nio"},
		{kennel.Swift, "github.com/apple/swift-nio", "github.com/apple/swift-nio"},
		{kennel.GitHubActions, "github/CodeQL-action/init", "github/codeql-action"},
		{kennel.GitHubActions, "actions/checkout", "actions/checkout"},
		{kennel.GitHubActions, "checkout", "checkout"},
		{kennel.Debian, "libc6", "libc6"},
		{"Red Hat", "ImageMagick", "imagemagick"},
		{kennel.RubyGems, "RedCloth", "redcloth"},
		{kennel.NPM, "", ""},
		{kennel.NPM, "Ünïcode", "Ünïcode"},
		{kennel.PyPI, "\xff_\x00", "\xff-\x00"},
	}
	for _, test := range tests {
		p := kennel.Package{Ecosystem: test.e, Name: test.name}
		got := NameKey(p)
		if got != test.want {
			t.Errorf("NameKey(%s, %q) = %q, want %q", test.e, test.name, got, test.want)
		}
		p.Name = got
		if again := NameKey(p); again != got {
			t.Errorf("NameKey(%s, %q) = %q: a key is not its own key", test.e, got, again)
		}
		if n := testing.AllocsPerRun(10, func() { NameKey(p) }); n != 0 {
			t.Errorf("NameKey(%s, %q) allocates %v times for a name in key form", test.e, got, n)
		}
	}
}

func TestSameName(t *testing.T) {
	tests := []struct {
		e               kennel.Ecosystem
		recorded, found string
		want            bool
	}{
		{kennel.NPM, "JSONStream", "jsonstream", false},
		{kennel.NPM, "jsonstream", "jsonstream", true},
		{kennel.PyPI, "Flask", "flask", true},
		{kennel.NuGet, "newtonsoft.json", "Newtonsoft.Json", true},
		{kennel.Packagist, "Symfony/Symfony", "symfony/symfony", true},
		{kennel.Cargo, "serde_json", "serde-json", true},
		{kennel.Go, "github.com/Sirupsen/logrus", "github.com/sirupsen/logrus", true}, // may come from a purl
		{kennel.Go, "github.com/sirupsen/logrus", "github.com/Sirupsen/logrus", false},
		{kennel.Maven, "a:B", "a:b", false},
		{kennel.RubyGems, "RedCloth", "redcloth", false},
		{"Red Hat", "ImageMagick", "imagemagick", false},
		{kennel.GitHubActions, "tj-actions/changed-files", "TJ-Actions/Changed-Files", true},
		{kennel.GitHubActions, "github/codeql-action", "github/codeql-action/init", true},
		{kennel.GitHubActions, "a/b/c", "a/b/d", false},
		{kennel.GitHubActions, "a/b/c", "A/b/C", true},
	}
	for _, test := range tests {
		if got := SameName(test.e, test.recorded, test.found); got != test.want {
			t.Errorf("SameName(%s, %q, %q) = %v", test.e, test.recorded, test.found, got)
		}
	}
}

func BenchmarkNameKey(b *testing.B) {
	for name, p := range map[string]kennel.Package{
		"npm":    {Ecosystem: kennel.NPM, Name: "@babel/plugin-transform-runtime"},
		"PyPI":   {Ecosystem: kennel.PyPI, Name: "zope.interface"},
		"Go":     {Ecosystem: kennel.Go, Name: "github.com/BurntSushi/toml"},
		"folded": {Ecosystem: kennel.Go, Name: "github.com/google/go-containerregistry"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NameKey(p)
			}
		})
	}
}
