package nuget

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readConfig reads packages.config, the flat list of projects in the old
// style: what a package needs is listed beside it, so nothing says what is
// direct.
// Source: https://learn.microsoft.com/nuget/reference/packages-config
func readConfig(f kennel.File, text []byte) (kennel.Extraction, error) {
	p := project(f)
	d := lockfile.NewXML(text)
	root := ""
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return kennel.Extraction{}, err
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		if root == "" {
			root = start.Name.Local
		}
		name := attribute(start, "id")
		if start.Name.Local != "package" || name == "" {
			continue
		}
		line, _ := d.InputPos()
		o := kennel.Occurrence{
			Component: component(name, attribute(start, "version"), kennel.OriginRegistry),
			Scope:     kennel.ScopeShipped,
			Locations: []kennel.Location{{Path: f.Path(), Line: line, Layer: f.Layer()}},
		}
		if strings.EqualFold(attribute(start, "developmentDependency"), "true") {
			o.Scope = kennel.ScopeDevelopment
		}
		p.Occurrences = append(p.Occurrences, o)
	}
	if root != "packages" {
		return kennel.Extraction{}, errors.New("not a list of packages")
	}
	return kennel.Extraction{Projects: []kennel.Project{p}}, nil
}

// maxProjects bounds how many project files beside a lock are read.
const maxProjects = 8

// privateAssets reads from the project files beside a lock which packages are
// marked PrivateAssets="all": tools of the project's developers, which no
// dependant gets. Which of several projects the lock belongs to is not known;
// a package counts when any of them marks it.
// Source: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#controlling-dependency-assets
func privateAssets(f kennel.File) (private map[string]bool, gaps []kennel.Gap) {
	dir := path.Dir(f.Path())
	entries, err := fs.ReadDir(f.FS(), dir)
	if err != nil {
		return nil, nil // a file alone, as from standard input
	}
	private = make(map[string]bool)
	read := 0
	for _, e := range entries {
		if !isProject(e.Name()) {
			continue
		}
		if read++; read > maxProjects {
			break
		}
		at := path.Join(dir, e.Name())
		text, err := fs.ReadFile(f.FS(), at)
		if err == nil {
			_, err = readProject(text, private)
		}
		if err != nil {
			gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: at,
				Why: "cannot be read, so which packages are for development is unknown: " + err.Error()})
		}
	}
	return private, gaps
}

// isProject tells project files of .NET by name.
func isProject(name string) bool {
	switch path.Ext(name) {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	}
	return false
}

// readUnlocked says of a project with package references that nobody knows
// what they come to, unless a lock file or a list in the old style does.
func readUnlocked(f kennel.File, text []byte) (kennel.Extraction, error) {
	dir := path.Dir(f.Path())
	own := "packages." + strings.TrimSuffix(path.Base(f.Path()), path.Ext(f.Path())) + ".lock.json"
	for _, lock := range []string{"packages.lock.json", own, "packages.config"} {
		if _, err := fs.Stat(f.FS(), path.Join(dir, lock)); err == nil {
			return kennel.Extraction{}, nil
		}
	}
	private := make(map[string]bool)
	asked, err := readProject(text, private)
	why := fmt.Sprintf("it refers to %d packages, and no packages.lock.json says which versions: run \"dotnet restore --use-lock-file\"", asked)
	switch {
	case err != nil:
		why = fmt.Sprintf("it could not be read, and there is no packages.lock.json: %v", err)
	case asked == 0:
		return kennel.Extraction{}, nil
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(), Why: why}}}, nil
}

// readProject notes the private packages of a project file, and counts its
// references.
func readProject(text []byte, private map[string]bool) (references int, err error) {
	d := lockfile.NewXML(text)
	reference, inside := "", false
	for {
		token, err := d.Token()
		if err == io.EOF {
			return references, nil
		}
		if err != nil {
			return references, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "PackageReference":
				references++
				if reference = attribute(t, "Include"); reference == "" {
					reference = attribute(t, "Update")
				}
				mark(private, reference, attribute(t, "PrivateAssets"))
			case "PrivateAssets":
				inside = reference != ""
			}
		case xml.CharData:
			if inside {
				mark(private, reference, string(t))
			}
		case xml.EndElement:
			switch inside = false; t.Name.Local {
			case "PackageReference":
				reference = ""
			}
		}
	}
}

func mark(private map[string]bool, name, assets string) {
	for asset := range strings.SplitSeq(assets, ";") {
		if strings.EqualFold(strings.TrimSpace(asset), "all") && name != "" {
			private[fold(name)] = true
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
