// Package all is the one list of extractors.
package all

import (
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/dpkg"
	"github.com/kennel-oss/kennel/internal/extract/java"
	"github.com/kennel-oss/kennel/internal/extract/npm"
	"github.com/kennel-oss/kennel/internal/extract/scalibr"
)

// Extractors returns every extractor, in the order in which reports name them.
// No file is claimed by two.
func Extractors() []kennel.Extractor {
	return append([]kennel.Extractor{
		npm.New(),
		java.New(),
		dpkg.New(),
	}, scalibr.All()...)
}
