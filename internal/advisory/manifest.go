package advisory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	kennel "github.com/kennel-oss/kennel"
)

// manifestName is the one file of a database that changes. It names all
// others by digest, and a database is what its manifest names.
const manifestName = "manifest.json"

const maxManifest = 4 << 20

type manifest struct {
	Format struct {
		Major int `json:"major"`
		Minor int `json:"minor"`
	} `json:"format"`
	Built time.Time      `json:"built,omitzero"`
	Files []manifestFile `json:"files"`
	KEV   *feed          `json:"kev,omitempty"`
	EPSS  *feed          `json:"epss,omitempty"`
}

type manifestFile struct {
	Name      string           `json:"name"`
	Kind      string           `json:"kind"` // "advisories" or "signals"
	Length    int64            `json:"length"`
	SHA256    string           `json:"sha256"`
	Ecosystem kennel.Ecosystem `json:"ecosystem,omitempty"`
	Records   int              `json:"records,omitempty"`
	Packages  int              `json:"packages,omitempty"`
	Newest    time.Time        `json:"newest,omitzero"`
	Fetched   time.Time        `json:"fetched,omitzero"`
}

const (
	kindAdvisories = "advisories"
	kindSignals    = "signals"
)

// feed is what is known of a signal feed.
type feed struct {
	Date    time.Time `json:"date,omitzero"`
	Entries int       `json:"entries"`
	Model   string    `json:"model,omitempty"`
}

func (m *manifest) encode() ([]byte, error) {
	m.Format.Major, m.Format.Minor = formatMajor, formatMinor
	b, err := json.Marshal(m, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(b, '\n'), err
}

// readManifest reads the manifest of the database in dir.
func readManifest(dir string) (*manifest, string, error) {
	path := filepath.Join(dir, manifestName)
	f, err := os.Open(path)
	if err != nil {
		return nil, "", fmt.Errorf("advisory database: %w; %s", err, remedy)
	}
	defer f.Close()
	var buf bytes.Buffer
	if n, err := buf.ReadFrom(io.LimitReader(f, maxManifest)); err != nil {
		return nil, "", fmt.Errorf("advisory database %s: %w; %s", path, err, remedy)
	} else if n >= maxManifest {
		return nil, "", fmt.Errorf("advisory database %s is %w: it has more than %d bytes; %s", path, errDamaged, maxManifest, remedy)
	}
	b := buf.Bytes()
	// The format comes first, alone: a newer one may have other fields.
	var v struct {
		Format struct {
			Major int `json:"major"`
		} `json:"format"`
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, "", fmt.Errorf("advisory database %s is %w: %w; %s", path, errDamaged, err, remedy)
	}
	if v.Format.Major != formatMajor {
		return nil, "", wrongFormat(path, v.Format.Major)
	}
	m := new(manifest)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, "", fmt.Errorf("advisory database %s is %w: %w; %s", path, errDamaged, err, remedy)
	}
	for _, f := range m.Files {
		if !ourFile(f.Name) {
			return nil, "", fmt.Errorf("advisory database %s is %w: it names %q; %s", path, errDamaged, f.Name, remedy)
		}
	}
	sum := sha256.Sum256(b)
	return m, "sha256:" + hex.EncodeToString(sum[:]), nil
}

// fileName is the name of a file with a digest: a word for people, then the
// beginning of the digest.
func fileName(what, digest string) string {
	b := []byte(strings.ToLower(what))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			b[i] = '-'
		}
	}
	if len(b) > 40 {
		b = b[:40]
	}
	return string(b) + "-" + digest[:16] + dataSuffix
}

const (
	dataSuffix = ".kennel"
	tempPrefix = "new-"
	tempSuffix = ".part"
)

// ourFile reports whether name is one that [fileName] gives: no path, nothing
// hidden, nothing that a system reads in a way of its own.
func ourFile(name string) bool {
	stem, ok := strings.CutSuffix(name, dataSuffix)
	i := strings.LastIndexByte(stem, '-')
	if !ok || i < 1 || len(stem)-i != 17 || len(stem) > 60 {
		return false
	}
	for _, c := range []byte(stem) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
