// Package config reads kennel.yaml: what a project, an organisation or a user
// tells Kennel. It turns bytes into a Config and touches nothing else; whether
// the bytes may be trusted is the caller's question.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kennel-oss/kennel"
)

// maxSize bounds a configuration file, in bytes.
const maxSize = 1 << 20

// Config is one kennel.yaml.
type Config struct {
	Ignore  []string // globs of paths that are not looked at; they are counted
	Waivers []Waiver
	VEX     []string // VEX documents that count, relative to the file
	Policy  Policy
	Names   Names
	// User's own configuration only:
	Update   string // "auto" lets scan update the database when it is old; "" and "never" do not
	Database string // where the database lies, "" for the default
	Sources  Sources
}

// Sources are the addresses of the feeds, for mirrors and closed networks.
type Sources struct {
	OSV  string // an OSV-style bucket: {OSV}/{Ecosystem}/all.zip
	KEV  string
	EPSS string
}

// Names are what an organisation says of package names.
type Names struct {
	// Internal are patterns of the names that only it publishes, in which "*"
	// stands for any text: "@acme/*", "acme-*". A registry that lists one and is
	// not set up as the organisation's own is a cue of the layer "name"; where the
	// registry could not be asked, that layer could not look.
	Internal []string
}

// maxPatterns bounds the patterns of internal names.
const maxPatterns = 1000

// Policy is the rules of one file.
type Policy struct {
	// Extends says whether the built-in rules follow these. The default is
	// true: own rules come first and can make exceptions.
	Extends bool
	Rules   []Rule
}

// Rule is one line of a policy, not yet compiled.
type Rule struct {
	Name      string
	Verdict   kennel.Verdict
	When, Why string
}

// Waiver sets a problem aside for a while. It needs a reason and an end.
type Waiver struct {
	IDs     []string // any id of the problem; one is enough to match
	Package string   // purl, with or without a version; "" for any package
	Project string   // glob over the project's path; "" for any project
	Reason  string
	Expires time.Time // the end of that day in UTC
	By      string
}

// document is the file as it is written.
type document struct {
	Version int      `yaml:"version"`
	Ignore  []string `yaml:"ignore"`
	Waivers []struct {
		ID      string   `yaml:"id"`
		IDs     []string `yaml:"ids"`
		Package string   `yaml:"package"`
		Project string   `yaml:"project"`
		Reason  string   `yaml:"reason"`
		Expires string   `yaml:"expires"`
		By      string   `yaml:"by"`
	} `yaml:"waivers"`
	VEX    []string `yaml:"vex"`
	Policy struct {
		Extends string `yaml:"extends"`
		Rules   []struct {
			Name    string `yaml:"name"`
			Verdict string `yaml:"verdict"`
			When    string `yaml:"when"`
			Why     string `yaml:"why"`
		} `yaml:"rules"`
	} `yaml:"policy"`
	Names struct {
		Internal []string `yaml:"internal"`
	} `yaml:"names"`
	Update   string `yaml:"update"`
	Database string `yaml:"database"`
	Sources  struct {
		OSV  string `yaml:"osv"`
		KEV  string `yaml:"kev"`
		EPSS string `yaml:"epss"`
	} `yaml:"sources"`
}

// Parse reads the bytes of a kennel.yaml; name is for errors. Unknown fields
// are errors: a misspelt waiver that silently does nothing is worse than one
// that is refused.
func Parse(name string, data []byte) (Config, error) {
	if len(data) > maxSize {
		return Config{}, fmt.Errorf("%s: %d bytes, at most %d are read", name, len(data), maxSize)
	}
	var d document
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Config{}, fmt.Errorf("%s: there is more behind the first YAML document: write one, without a line ---", name)
	}
	if d.Version > 1 {
		return Config{}, fmt.Errorf("%s: version %d is newer than this kennel reads (1): update kennel", name, d.Version)
	}
	c := Config{Ignore: d.Ignore, VEX: d.VEX, Update: d.Update, Database: d.Database, Sources: Sources(d.Sources)}
	if n := len(d.Names.Internal); n > maxPatterns {
		return Config{}, fmt.Errorf("%s: names.internal has %d patterns, at most %d are read", name, n, maxPatterns)
	}
	for _, pattern := range d.Names.Internal {
		if strings.Trim(pattern, "*@/-_.") == "" {
			return Config{}, fmt.Errorf("%s: names.internal: %q is any name: write the part that is yours, as in @acme/* or acme-*", name, pattern)
		}
	}
	c.Names.Internal = d.Names.Internal
	switch d.Update {
	case "", "auto", "never":
	default:
		return Config{}, fmt.Errorf("%s: update: %q: write auto or never", name, d.Update)
	}
	switch d.Policy.Extends {
	case "", "default":
		c.Policy.Extends = true
	case "none":
	default:
		return Config{}, fmt.Errorf("%s: policy.extends: %q: write default or none", name, d.Policy.Extends)
	}
	for i, r := range d.Policy.Rules {
		verdict, ok := kennel.ParseVerdict(r.Verdict)
		if !ok {
			return Config{}, fmt.Errorf("%s: policy rule %d (%s): verdict %q: write deny, review or allow", name, i+1, r.Name, r.Verdict)
		}
		c.Policy.Rules = append(c.Policy.Rules, Rule{Name: r.Name, Verdict: verdict, When: r.When, Why: r.Why})
	}
	for i, w := range d.Waivers {
		ids := w.IDs
		if w.ID != "" {
			ids = append([]string{w.ID}, ids...)
		}
		out := Waiver{IDs: ids, Package: w.Package, Project: w.Project, Reason: strings.TrimSpace(w.Reason), By: w.By}
		where := fmt.Sprintf("%s: waiver %d", name, i+1)
		if len(ids) > 0 {
			where += " (" + ids[0] + ")"
		}
		switch {
		case len(ids) == 0:
			return Config{}, fmt.Errorf("%s names no id: add id: CVE-…", where)
		case out.Reason == "":
			return Config{}, fmt.Errorf("%s has no reason: say why the problem does not count", where)
		case w.Expires == "":
			return Config{}, fmt.Errorf("%s has no end: add expires: YYYY-MM-DD", where)
		}
		day, err := time.Parse(time.DateOnly, w.Expires)
		if err != nil {
			return Config{}, fmt.Errorf("%s: expires: %q: write YYYY-MM-DD", where, w.Expires)
		}
		out.Expires = day.AddDate(0, 0, 1)
		c.Waivers = append(c.Waivers, out)
	}
	return c, nil
}
