package name

import (
	"cmp"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// likeness says which name in wide use another may be taken for.
type likeness struct {
	popular
	ecosystem kennel.Ecosystem
	sources   int
	rule      string
	says      string
	severity  kennel.Severity
}

// better orders likenesses: the graver, then the more used.
func (a likeness) better(b likeness) bool {
	return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(a.uses, b.uses), cmp.Compare(b.name, a.name)) > 0
}

// likeness returns the gravest, if there is any.
func (l layer) likeness(p kennel.Package) (best likeness, ok bool) {
	open := lists[p.Ecosystem]
	if open == nil || len(p.Name) > maxLength {
		return best, false
	}
	list := open()
	name := fold(p.Ecosystem, p.Name)
	if _, known := list.index[name]; known {
		return best, false
	}
	own := owner(p.Ecosystem, name)
	if _, known := list.owners[own]; known {
		return best, false
	}
	consider := func(n int32, rule, says string, severity kennel.Severity) {
		target := list.names[n]
		like := likeness{target, p.Ecosystem, list.sources, rule, says, severity}
		if own != "" && own == owner(p.Ecosystem, target.name) {
			return // its own family
		}
		if !ok || like.better(best) {
			best, ok = like, true
		}
	}
	for h := range oneLess(name) {
		for x := range list.near.having(h) {
			if e, is := difference(list.names[x].name, name); is {
				if rule, severity := weigh(list, list.names[x].name, name, e); severity != kennel.SeverityNone {
					consider(x, rule, "with "+e.says, severity)
				}
			}
		}
	}
	spelled := []string{name}
	if p.Name != name { // capitals look like other letters
		spelled = append(spelled, p.Name)
	}
	for _, spelling := range spelled {
		for _, f := range forms(p.Ecosystem, spelling) {
			for x := range list.forms.having(hash(f.how, f.key)) {
				if target := list.names[x]; target.name != name {
					consider(x, "lookalike", "the same "+f.how.String(), gravity(list, f, target, name))
				}
			}
		}
	}
	if p.Ecosystem == kennel.NPM && own != "" && !ok { // also of names that fewer use
		for h := range oneLess(own) {
			for x := range list.scopes.having(h) {
				scope := owner(p.Ecosystem, list.names[x].name)
				n, same := list.index[scope+name[len(own):]]
				if e, is := difference(scope, own); is && same {
					if _, severity := weigh(list, scope, own, e); severity != kennel.SeverityNone {
						consider(n, "owner", "the scope with "+e.says, severity)
					}
				}
			}
		}
	}
	return best, ok
}

// weigh says how grave it is that one letter makes c out of p.
func weigh(l *list, p, c string, e edit) (rule string, s kennel.Severity) {
	rule = "typosquat"
	if own := owner(l.ecosystem, p); own != "" && e.at < len(own) {
		rule = "owner"
	}
	from, to := e.at, e.at
	for from > 0 && !separator(rune(p[from-1])) {
		from--
	}
	for to < len(p) && !separator(rune(p[to])) {
		to++
	}
	end := to + len(c) - len(p)
	if !e.swap && (to-from < minLength || end-from < minLength) {
		return rule, kennel.SeverityNone // a separator, or a word too short to tell
	}
	was, is := p[from:to], c[from:end]
	switch {
	case strings.ContainsFunc(is, separator):
		return rule, kennel.SeverityNone // as a form
	case strings.Trim(was, "0123456789") == strings.Trim(is, "0123456789"):
		return rule, kennel.SeverityLow // another number of it
	case !e.slip, l.words[is], e.at == from && was[1:] == is[1:], e.at == from && was == is[1:]:
		return rule, kennel.SeverityLow // a word of its own
	}
	return rule, kennel.SeverityMedium
}

// gravity says how grave it is that c has the same form as p. Of separators it
// is little: of two projects that want one name the second often takes it with
// another hyphen, so p must be in use everywhere.
func gravity(l *list, f form, p popular, c string) kennel.Severity {
	switch f.how {
	case separators:
		scoped := l.ecosystem == kennel.NPM && (owner(l.ecosystem, p.name) != "" || owner(l.ecosystem, c) != "")
		if !scoped && (p.byHand || 4*p.uses >= l.sources) {
			return kennel.SeverityMedium
		}
	case glyphs, domain:
		return kennel.SeverityMedium
	case decorated: // of Go's modules all but the owner is the same
		if l.ecosystem == kennel.Go {
			return kennel.SeverityMedium
		}
	}
	return kennel.SeverityLow
}
