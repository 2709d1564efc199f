package ruby

import (
	"errors"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// isSpecification matches specifications/NAME-VERSION.gemspec, where RubyGems
// notes an installed gem, and its folder of gems that came with Ruby.
func isSpecification(p string) bool {
	dir, base := path.Split(p)
	if !strings.HasSuffix(base, ".gemspec") || !strings.Contains(base, "-") {
		return false
	}
	return path.Base(strings.TrimSuffix(strings.TrimSuffix(dir, "/"), "/default")) == "specifications"
}

// readSpecification reads the specification of an installed gem. It is a Ruby
// program that RubyGems wrote; its first lines repeat name, version and
// platform as data, and the assignments that follow have one shape.
func readSpecification(f kennel.File, text []byte) (kennel.Extraction, error) {
	o := kennel.Occurrence{Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}}}
	o.Ecosystem, o.Origin = kennel.RubyGems, kennel.OriginRegistry
	for line := range strings.SplitSeq(string(text), "\n") {
		line = strings.TrimSpace(line)
		if stub, is := strings.CutPrefix(line, "# stub: "); is && o.Name == "" {
			// # stub: name version platform require_paths
			if words := strings.Fields(stub); len(words) >= 3 {
				o.Name, o.Version = words[0], words[1]
				if words[2] != "ruby" {
					o.Qualifiers = []kennel.Qualifier{{Key: "platform", Value: words[2]}}
				}
			}
			continue
		}
		left, right, is := strings.Cut(line, "=")
		if !is {
			continue
		}
		switch strings.TrimSpace(left) {
		case "s.name":
			if value, _ := quoted(right); o.Name == "" {
				o.Name = value
			}
		case "s.version":
			if value, _ := quoted(right); o.Version == "" {
				o.Version = value
			}
		case "s.licenses", "s.license":
			for value, rest := quoted(right); value != "" && len(o.Licenses) < 20; value, rest = quoted(rest) {
				o.Licenses = append(o.Licenses, value)
			}
		}
	}
	if o.Name == "" {
		return kennel.Extraction{}, errors.New("a specification without the name of its gem")
	}
	dir := strings.TrimSuffix(path.Dir(f.Path()), "/default")
	return kennel.Extraction{Projects: []kennel.Project{{
		Root: path.Dir(dir), Manifest: dir, Ecosystem: kennel.RubyGems, Installed: true, Occurrences: []kennel.Occurrence{o},
	}}}, nil
}
