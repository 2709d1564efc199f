package python

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
	"github.com/kennel-oss/kennel/internal/toml"
)

// readPipfile reads Pipfile.lock: categories of packages without edges. The
// Pipfile beside it says what is direct.
// Source: https://github.com/pypa/pipfile
func readPipfile(f kennel.File, text []byte) (kennel.Extraction, error) {
	const known = 6
	l, j, format := lock{file: f, flat: true}, lockfile.NewJSON(text), known
	if j.Kind() != '{' {
		return kennel.Extraction{}, errors.Join(errors.New("not a JSON object"), j.Skip())
	}
	err := j.Object(func(category string) error {
		if category != "_meta" {
			return l.category(j, category)
		}
		return j.Object(func(name string) (err error) {
			if name != "pipfile-spec" {
				return j.Skip()
			}
			format, err = j.Int()
			return err
		})
	})
	if err == nil {
		err = j.End()
	}
	if err != nil {
		return kennel.Extraction{}, err
	}
	if format != known {
		l.gap("pipfile-spec %d is not known here: read as %d", format, known)
	}
	l.pipfile()
	return l.project(), nil
}

func (l *lock) category(j *lockfile.JSON, category string) error {
	scope := kennel.ScopeUnknown // a category that the project named itself
	switch category {
	case "default":
		scope = kennel.ScopeShipped
	case "develop":
		scope = kennel.ScopeDevelopment
	}
	return j.Object(func(name string) error {
		p := l.add(j.Line())
		p.Name, p.scope, p.Origin = name, scope, kennel.OriginRegistry
		ref := ""
		err := j.Object(func(member string) (err error) {
			s := ""
			switch member {
			case "version":
				s, err = j.String()
				if strings.HasPrefix(s, "==") { // else it is "*", of a package from elsewhere
					p.Version = strings.TrimLeft(s, "= ")
				}
			case "hashes":
				err = j.Array(func(int) error {
					s, err := j.String()
					p.hash(s)
					return err
				})
			case "ref":
				ref, err = j.String()
			case "git", "hg", "svn", "bzr":
				p.Origin, err = kennel.OriginVCS, j.Skip()
			case "path":
				s, err = j.String()
				p.Origin, p.root = kennel.OriginLocal, s == "."
			case "file":
				s, err = j.String()
				if p.Origin = kennel.OriginURL; !strings.Contains(s, "://") {
					p.Origin, p.root = kennel.OriginLocal, s == "."
				}
			default:
				err = j.Skip()
			}
			return err
		})
		if p.Origin == kennel.OriginVCS {
			p.Commit = ref
		}
		return err
	})
}

// pipfile takes what is direct from the Pipfile beside the lock.
func (l *lock) pipfile() {
	text, err := fs.ReadFile(l.file.FS(), path.Join(path.Dir(l.file.Path()), "Pipfile"))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	var needs []need
	if err == nil {
		needs, err = parsePipfile(text)
	}
	if err != nil {
		l.gap("the Pipfile beside it cannot be read, so what is direct is unknown: %v", err)
		return
	}
	l.roots, l.rooted = needs, true
}

// parsePipfile reads what a Pipfile asks for.
func parsePipfile(text []byte) (needs []need, err error) {
	r := toml.New(text)
	err = r.Walk(func(at []string, _ bool) error {
		if len(at) == 2 && isCategory(at[0]) {
			needs = append(needs, need{name: at[1], scope: categoryScope(at[0])})
		}
		return nil
	}, func(at []string) error {
		switch {
		case len(at) < 2 || !isCategory(at[0]):
			return nil
		case len(at) == 2: // name = "*"
			needs = append(needs, need{name: at[1], scope: categoryScope(at[0])})
			return set(r, &needs[len(needs)-1].constraint)
		case at[2] == "version" && len(needs) > 0 && needs[len(needs)-1].name == at[1]:
			return set(r, &needs[len(needs)-1].constraint)
		}
		return nil
	})
	return needs, err
}

func categoryScope(table string) kennel.Scope {
	switch table {
	case "packages":
		return kennel.ScopeShipped
	case "dev-packages":
		return kennel.ScopeDevelopment
	}
	return kennel.ScopeUnknown
}

// isCategory: the other tables of a Pipfile are settings.
func isCategory(table string) bool {
	switch table {
	case "source", "requires", "scripts", "pipenv", "pipfile":
		return false
	}
	return true
}
