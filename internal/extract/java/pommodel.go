package java

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kennel-oss/kennel/internal/lockfile"
)

// model is the part of a pom.xml that says which dependencies there are, as
// written: nothing inherited, nothing replaced.
// Source: https://maven.apache.org/ref/current/maven-model/maven.html
type model struct {
	name string // path of the file

	group, artifact, version string
	parent                   *parent
	section                  // what applies always
	profiles                 []profile
}

// parent points to the model that another inherits from.
type parent struct {
	group, artifact, version string
	relativePath             string // "" is "look in repositories only"
}

// section is what a model and each of its profiles may say.
type section struct {
	properties   map[string]string
	dependencies []dependency
	managed      []dependency
	modules      []string
}

type profile struct {
	section
	byDefault bool
}

type dependency struct {
	group, artifact, version string
	typ, classifier, scope   string
	optional                 string
	from                     string // path of the model that declares it
	line                     int
}

// Bounds of one pom.xml.
const (
	maxPOM          = 8 << 20 // bytes
	maxDependencies = 50_000
	maxProperties   = 50_000
)

// parsePOM reads a pom.xml. Entities that the document declares are not
// known to the decoder, so that they cannot grow.
func parsePOM(name string, data []byte) (*model, error) {
	if len(data) > maxPOM {
		return nil, fmt.Errorf("larger than the bound of %d MiB for a pom.xml", maxPOM>>20)
	}
	p := pomParser{dec: lockfile.NewXML(data), name: name}
	p.dec.Entity = xml.HTMLEntity // Maven's own parser knows these too
	p.dec.CharsetReader = charset
	m := &model{name: name}
	for {
		token, err := p.dec.Token()
		if err == io.EOF {
			return nil, errors.New("not a pom.xml: no project element")
		}
		if err != nil {
			return nil, err
		}
		if start, ok := token.(xml.StartElement); ok {
			if start.Name.Local != "project" {
				return nil, fmt.Errorf("not a pom.xml: its root element is %q", start.Name.Local)
			}
			return m, p.project(m)
		}
	}
}

// pomParser walks the elements of a pom.xml. Each reader of an element takes
// it to its end.
type pomParser struct {
	dec   *lockfile.XML
	name  string
	count int
}

// children calls f for each child element, which must read or skip it.
func (p *pomParser) children(f func(name string) error) error {
	for {
		token, err := p.dec.Token()
		if err != nil {
			return noEOF(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := f(t.Name.Local); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text reads an element's text into s.
func (p *pomParser) text(s *string) error {
	var b []byte
	for {
		token, err := p.dec.Token()
		if err != nil {
			return noEOF(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			b = append(b, t...)
		case xml.StartElement:
			if err := p.dec.Skip(); err != nil {
				return noEOF(err)
			}
		case xml.EndElement:
			*s = strings.TrimSpace(string(b))
			return nil
		}
	}
}

func (p *pomParser) skip() error { return noEOF(p.dec.Skip()) }

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (p *pomParser) project(m *model) error {
	return p.children(func(name string) error {
		switch name {
		case "groupId":
			return p.text(&m.group)
		case "artifactId":
			return p.text(&m.artifact)
		case "version":
			return p.text(&m.version)
		case "parent":
			m.parent = &parent{relativePath: "../pom.xml"}
			return p.parent(m.parent)
		case "profiles":
			return p.children(func(name string) error {
				if name != "profile" {
					return p.skip()
				}
				m.profiles = append(m.profiles, profile{})
				return p.profile(&m.profiles[len(m.profiles)-1])
			})
		}
		return p.section(&m.section, name)
	})
}

func (p *pomParser) parent(to *parent) error {
	return p.children(func(name string) error {
		switch name {
		case "groupId":
			return p.text(&to.group)
		case "artifactId":
			return p.text(&to.artifact)
		case "version":
			return p.text(&to.version)
		case "relativePath":
			return p.text(&to.relativePath)
		}
		return p.skip()
	})
}

func (p *pomParser) profile(to *profile) error {
	return p.children(func(name string) error {
		if name != "activation" {
			return p.section(&to.section, name)
		}
		return p.children(func(name string) error {
			if name != "activeByDefault" {
				return p.skip()
			}
			var value string
			err := p.text(&value)
			to.byDefault = value == "true"
			return err
		})
	})
}

// section reads an element that models and profiles share.
func (p *pomParser) section(to *section, name string) error {
	switch name {
	case "properties":
		return p.children(func(name string) error {
			if to.properties == nil {
				to.properties = make(map[string]string)
			}
			if len(to.properties) >= maxProperties {
				return fmt.Errorf("more than %d properties", maxProperties)
			}
			var value string
			err := p.text(&value)
			to.properties[name] = value
			return err
		})
	case "dependencies":
		return p.dependencies(&to.dependencies)
	case "dependencyManagement":
		return p.children(func(name string) error {
			if name != "dependencies" {
				return p.skip()
			}
			return p.dependencies(&to.managed)
		})
	case "modules":
		return p.children(func(string) error {
			var module string
			err := p.text(&module)
			to.modules = append(to.modules, module)
			return err
		})
	}
	return p.skip()
}

func (p *pomParser) dependencies(to *[]dependency) error {
	return p.children(func(name string) error {
		if name != "dependency" {
			return p.skip()
		}
		if p.count++; p.count > maxDependencies {
			return fmt.Errorf("more than %d dependencies", maxDependencies)
		}
		line, _ := p.dec.InputPos()
		d := dependency{from: p.name, line: line}
		err := p.children(func(name string) error {
			switch name {
			case "groupId":
				return p.text(&d.group)
			case "artifactId":
				return p.text(&d.artifact)
			case "version":
				return p.text(&d.version)
			case "type":
				return p.text(&d.typ)
			case "classifier":
				return p.text(&d.classifier)
			case "scope":
				return p.text(&d.scope)
			case "optional":
				return p.text(&d.optional)
			}
			return p.skip()
		})
		*to = append(*to, d)
		return err
	})
}

// charset reads the encodings that POMs are found in besides UTF-8. Names and
// versions are ASCII in all of them.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return r, nil
	case "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252":
		data, err := io.ReadAll(io.LimitReader(r, maxPOM))
		wide := make([]byte, 0, len(data)+len(data)/8)
		for _, c := range data {
			wide = append(wide, string(rune(c))...)
		}
		return bytes.NewReader(wide), err
	}
	return nil, fmt.Errorf("the encoding %q is not read", label)
}
