package ecosystem

import (
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// dialect is a language of constraints: alternatives of clauses of
// comparators.
type dialect struct {
	order order
	ops   string // its operators, each between blanks
	bare  string // the operator of a version that stands alone
	and   string // characters that join comparators: blank, comma
	or    bool   // "||" separates alternatives, in all but npm "|" as well
	// partial says that "1.2" behind an operator stands for all of 1.2.x; else
	// it is 1.2.0.
	partial bool
	// pessimistic says that "~1.2" lets in 1.9; else only 1.2.x.
	pessimistic bool
	hyphen      bool // "1.0 - 2.0" is a range
	sameCore    bool // a pre-release needs one of the same numbers in the constraint
}

func dialectOf(e kennel.Ecosystem) (dialect, bool) {
	switch e {
	case kennel.NPM: // https://github.com/npm/node-semver#ranges
		return dialect{order: npmOrder, ops: " = == < <= > >= ^ ~ ~> ", bare: "=", or: true, and: " ", partial: true, hyphen: true, sameCore: true}, true
	case kennel.Cargo: // https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
		return dialect{order: semverOrder, ops: " = < <= > >= ^ ~ ", bare: "^", and: ",", partial: true, sameCore: true}, true
	case kennel.Pub: // https://dart.dev/tools/pub/dependencies#version-constraints
		return dialect{order: pubOrder, ops: " < <= > >= ^ ", bare: "=", and: " "}, true
	case kennel.Hex: // https://hexdocs.pm/elixir/Version.html#module-requirements
		return dialect{order: semverOrder, ops: " == != < <= > >= ~> ", bare: "==", or: true, and: ",", pessimistic: true}, true
	case kennel.PyPI: // PEP 440, and Poetry's additions: https://python-poetry.org/docs/dependency-specification/
		return dialect{order: pep440Order, ops: " == === != < <= > >= ~= ^ ~ = ", bare: "==", or: true, and: ","}, true
	case kennel.RubyGems: // https://guides.rubygems.org/patterns/#declaring-dependencies
		return dialect{order: gemOrder, ops: " = != < <= > >= ~> ", bare: "=", and: ",", pessimistic: true}, true
	case kennel.Packagist: // https://getcomposer.org/doc/articles/versions.md
		return dialect{order: composerOrder, ops: " = == != <> < <= > >= ^ ~ ", bare: "=", or: true, and: " ,", pessimistic: true, hyphen: true}, true
	case kennel.NuGet: // floating versions only; intervals are read elsewhere
		return dialect{order: nugetOrder, ops: " >= ", bare: "="}, true
	}
	return dialect{}, false
}

// admits evaluates text on v. It reads all of text whatever the answer, so
// that a broken constraint is never taken for an answer.
func (d dialect) admits(text string, v Version) (ok, valid bool) {
	if !d.or {
		return d.clause(strings.TrimSpace(text), v)
	}
	separator := "||"
	if !strings.Contains(text, separator) && d.order != npmOrder {
		separator = "|"
	}
	for alternative := range strings.SplitSeq(text, separator) {
		holds, fine := d.clause(strings.TrimSpace(alternative), v)
		if !fine {
			return false, false
		}
		ok = ok || holds
	}
	return ok, true
}

// clause evaluates comparators that must all hold.
func (d dialect) clause(text string, v Version) (ok, valid bool) {
	if low, high, is := strings.Cut(text, " - "); is && d.hyphen {
		text = ">=" + strings.TrimSpace(low) + " <=" + strings.TrimSpace(high)
		d.partial = true
	}
	ok = true
	namesPre := !preRelease(d.order, v)
	for text != "" {
		var op, operand string
		if op, operand, text, valid = d.cut(text); !valid {
			return false, false
		}
		c, valid := d.comparator(op, operand)
		if !valid {
			return false, false
		}
		ok = ok && c.holds(v)
		if c.unstable && (!d.sameCore || core(c.version) == core(v)) {
			namesPre = true
		}
	}
	return ok && namesPre, true
}

// cut cuts the first comparator off a clause.
func (d dialect) cut(text string) (op, operand, rest string, valid bool) {
	n := 0
	for n < len(text) && strings.IndexByte("<>=!~^", text[n]) >= 0 {
		n++
	}
	op, rest = text[:n], strings.TrimLeft(text[n:], " ")
	if op == "" {
		op = d.bare
	} else if !strings.Contains(d.ops, " "+op+" ") {
		return "", "", "", false
	}
	if n = strings.IndexAny(rest, " ,"); n < 0 {
		return op, rest, "", true
	}
	operand, rest = rest[:n], strings.TrimLeft(rest[n:], " ")
	if after, comma := strings.CutPrefix(rest, ","); comma {
		rest = strings.TrimLeft(after, " ")
		return op, operand, rest, rest != "" && strings.Contains(d.and, ",")
	}
	return op, operand, rest, strings.Contains(d.and, " ")
}
