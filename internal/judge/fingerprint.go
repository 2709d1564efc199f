package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// fingerprint names a problem of a package in a project whatever its version:
// an update that does not help is not news.
func fingerprint(p *kennel.Project, r *kennel.Result) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		r.Layer, r.Rule, r.ID, string(r.Component.Ecosystem), ecosystem.NameKey(r.Component.Package), p.ID(),
	}, "\x00")))
	return hex.EncodeToString(sum[:16])
}
