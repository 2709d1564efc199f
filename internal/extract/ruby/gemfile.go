package ruby

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// readGemfile reads from the Gemfile beside a lock which groups its gems are
// in. A Gemfile is a program; it is read line by line for the declarations
// that people write, and never run. Without one, or for a gem that it does not
// declare in so many words, the scope is unknown.
// Source: https://bundler.io/man/gemfile.5.html
func readGemfile(f kennel.File) (scopeOf func(gem string) kennel.Scope, gaps []kennel.Gap) {
	text, err := fs.ReadFile(f.FS(), gemfileOf(f.Path()))
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
				Why: "the Gemfile beside it cannot be read, so scopes are unknown: " + err.Error()})
		}
		return func(string) kennel.Scope { return kennel.ScopeUnknown }, gaps
	}
	scopes, gemspec := parseGemfile(string(text))
	return func(gem string) kennel.Scope {
		if s, ok := scopes[gem]; ok {
			return s
		}
		if gemspec { // what a gemspec adds to a lock's list is for its developers
			return kennel.ScopeDevelopment
		}
		return kennel.ScopeUnknown
	}, gaps
}

// readUnlocked says of a Gemfile without a lock that nobody knows what its gems
// come to.
func readUnlocked(f kennel.File, text []byte) kennel.Extraction {
	if _, err := fs.Stat(f.FS(), lockOf(f.Path())); err == nil {
		return kennel.Extraction{}
	}
	scopes, gemspec := parseGemfile(string(text))
	if len(scopes) == 0 && !gemspec {
		return kennel.Extraction{}
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(),
		Why: fmt.Sprintf("it asks for %d gems, and no lock file says which versions: run \"bundle lock\"", len(scopes))}}}
}

func parseGemfile(text string) (scopes map[string]kennel.Scope, gemspec bool) {
	scopes = make(map[string]kennel.Scope)
	const deepest = 100
	var blocks []kennel.Scope // scope inside each open block
	here := func() kennel.Scope {
		if len(blocks) == 0 {
			return kennel.ScopeShipped
		}
		return blocks[len(blocks)-1]
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		word := line
		if i := strings.IndexAny(line, " \t('\""); i >= 0 {
			word = line[:i]
		}
		inside := here()
		switch word {
		case "end":
			if len(blocks) > 0 {
				blocks = blocks[:len(blocks)-1]
			}
			continue
		case "gemspec":
			gemspec = true
		case "gem":
			name, rest := quoted(line[len(word):])
			if name == "" {
				continue
			}
			scope := inside
			if i := strings.Index(rest, "group"); i >= 0 {
				scope = groupScope(rest[i:])
			}
			if before, twice := scopes[name]; twice {
				scope = scope.Widen(before)
			}
			scopes[name] = scope
			continue
		case "group":
			inside = groupScope(line)
		case "if", "unless", "case", "begin", "def", "while", "until":
			if len(blocks) < deepest {
				blocks = append(blocks, inside)
			}
			continue
		}
		code, _, _ := strings.Cut(line, " #")
		code = strings.TrimSpace(code)
		if i := strings.LastIndex(code, " do"); i >= 0 && len(blocks) < deepest {
			if rest := strings.TrimSpace(code[i+3:]); rest == "" || rest[0] == '|' {
				blocks = append(blocks, inside)
			}
		}
	}
	return scopes, gemspec
}

// quoted returns the first string of a line, and what follows it.
func quoted(s string) (value, rest string) {
	i := strings.IndexAny(s, `'"`)
	if i < 0 {
		return "", ""
	}
	value, rest, _ = strings.Cut(s[i+1:], s[i:i+1])
	return value, rest
}

// groupScope reads the names of groups, as in group :development, "test" do:
// development when all of them are developers' groups by custom.
func groupScope(s string) kennel.Scope {
	scope, named := kennel.ScopeDevelopment, false
	s = strings.TrimPrefix(strings.TrimPrefix(s, "groups"), "group")
	s, _, _ = strings.Cut(s, "#")
	for word := range strings.FieldsFuncSeq(s, func(c rune) bool {
		return !(c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z')
	}) {
		switch word {
		case "i", "w", "do", "optional", "true", "false", "require", "nil", "platforms", "platform":
			continue // of Ruby, not of the groups
		case "development", "test", "ci", "lint", "docs", "doc", "debug", "tools", "benchmark", "profile", "rubocop":
		default:
			scope = kennel.ScopeShipped
		}
		named = true
	}
	if !named {
		return kennel.ScopeShipped
	}
	return scope
}
