// Package all is the one list of extractors.
package all

import (
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/actions"
	"github.com/kennel-oss/kennel/internal/extract/apk"
	"github.com/kennel-oss/kennel/internal/extract/auditable"
	"github.com/kennel-oss/kennel/internal/extract/bun"
	"github.com/kennel-oss/kennel/internal/extract/cargo"
	"github.com/kennel-oss/kennel/internal/extract/conan"
	"github.com/kennel-oss/kennel/internal/extract/dpkg"
	"github.com/kennel-oss/kennel/internal/extract/golang"
	"github.com/kennel-oss/kennel/internal/extract/hex"
	"github.com/kennel-oss/kennel/internal/extract/java"
	"github.com/kennel-oss/kennel/internal/extract/npm"
	"github.com/kennel-oss/kennel/internal/extract/nuget"
	"github.com/kennel-oss/kennel/internal/extract/php"
	"github.com/kennel-oss/kennel/internal/extract/pnpm"
	"github.com/kennel-oss/kennel/internal/extract/pub"
	"github.com/kennel-oss/kennel/internal/extract/python"
	"github.com/kennel-oss/kennel/internal/extract/rpm"
	"github.com/kennel-oss/kennel/internal/extract/ruby"
	"github.com/kennel-oss/kennel/internal/extract/sbom"
	"github.com/kennel-oss/kennel/internal/extract/swift"
	"github.com/kennel-oss/kennel/internal/extract/yarn"
)

// Extractors returns every extractor. No file is read by two, but for programs:
// whether Go or Rust built one shows only inside. Those that know their files
// by name come first, and an SBOM, known by its content, is only what no name
// claims.
func Extractors() []kennel.Extractor {
	named := []kennel.Extractor{
		npm.New(),
		pnpm.New(),
		yarn.New(),
		bun.New(),
		golang.New(),
		cargo.New(),
		auditable.New(),
		python.New(),
		ruby.New(),
		php.New(),
		java.New(),
		nuget.New(),
		hex.New(),
		pub.New(),
		swift.New(),
		conan.New(),
		actions.New(),
		dpkg.New(),
		apk.New(),
		rpm.New(),
	}
	return append(named, unclaimed{sbom.New(), named})
}

// unclaimed leaves to others what they match. A lock file looks like nothing
// else, and is not read a second time to find that out.
type unclaimed struct {
	kennel.Extractor
	others []kennel.Extractor
}

func (u unclaimed) Match(f kennel.File) bool {
	for _, x := range u.others {
		if x.Match(f) {
			return false
		}
	}
	return u.Extractor.Match(f)
}
