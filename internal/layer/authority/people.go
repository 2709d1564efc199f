package authority

import (
	"bytes"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// people numbers the names and addresses of a history and joins those that are
// one person: the same by .mailmap, the same address, or the same name. The
// zero value is empty.
type people struct {
	number map[kennel.Person]int32
	all    []kennel.Person
	parent []int32              // of a forest in which every tree is one person
	mapped map[string][]mapping // by the folded address that stands in commits
}

// maxMapped bounds the lines of .mailmap about one address.
const maxMapped = 64

// mapping is a line of .mailmap: who stands in commits, and who that is.
type mapping struct{ proper, commit kennel.Person }

// index returns the number of a name and address as they stand there.
func (p *people) index(who kennel.Person) int32 {
	if n, ok := p.number[who]; ok {
		return n
	}
	if p.number == nil {
		p.number = map[kennel.Person]int32{}
	}
	n := int32(len(p.all))
	p.number[who] = n
	p.all, p.parent = append(p.all, who), append(p.parent, n)
	return n
}

// who returns the number of the person that n belongs to.
func (p *people) who(n int32) int32 {
	for p.parent[n] != n {
		p.parent[n] = p.parent[p.parent[n]]
		n = p.parent[n]
	}
	return n
}

// name is what to call a person: the name seen first.
func (p *people) name(n int32) string {
	if n < 0 {
		return "nobody"
	}
	if name := p.all[n].Name; name != "" {
		return name
	}
	return p.all[n].Email
}

// join unites what is one person. Names and addresses that services and
// unconfigured machines share unite nobody.
func (p *people) join() {
	seen := map[string]int32{}
	unite := func(kind, key string, n int32) {
		if key == "" {
			return
		}
		if m, ok := seen[kind+key]; ok {
			if a, b := p.who(m), p.who(n); a < b {
				p.parent[b] = a
			} else {
				p.parent[a] = b
			}
			return
		}
		seen[kind+key] = n
	}
	for i, raw := range p.all {
		who := p.proper(raw)
		for _, w := range []kennel.Person{raw, who} {
			unite("@", address(w.Email), int32(i))
			unite("@", address(w.Name), int32(i)) // some have an address for a name
			unite("=", fullName(w.Name), int32(i))
		}
	}
}

func address(email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	local, host, ok := strings.Cut(email, "@")
	if !ok || host == "" || local == "" || local == "noreply" || local == "no-reply" || local == "root" || strings.HasPrefix(host, "localhost") {
		return ""
	}
	return email
}

// shared are names that many go by.
var shared = map[string]bool{"root": true, "user": true, "unknown": true, "github": true, "none": true, "your name": true,
	"no author": true, "(no author)": true, "ubuntu": true, "admin": true, "nobody": true, "anonymous": true, "dev": true}

func fullName(name string) string {
	name = strings.ToLower(strings.Join(strings.Fields(name), " "))
	if len(name) < 3 || shared[name] {
		return ""
	}
	return name
}

// mailmap reads a .mailmap: "Proper Name <proper@address> Name <address>", of
// which the names and the first address may be left out.
// Source: https://git-scm.com/docs/gitmailmap
func (p *people) mailmap(text []byte) {
	for line := range bytes.Lines(text) {
		s := strings.TrimSpace(strings.ToValidUTF8(string(line), "\ufffd"))
		if s == "" || s[0] == '#' {
			continue
		}
		name, rest, ok := strings.Cut(s, "<")
		email, rest, ok2 := strings.Cut(rest, ">")
		if !ok || !ok2 {
			continue
		}
		m := mapping{proper: kennel.Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}}
		if name, rest, ok = strings.Cut(rest, "<"); ok {
			email, _, _ = strings.Cut(rest, ">")
			m.commit = kennel.Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
		} else {
			m.commit.Email = m.proper.Email
		}
		if p.mapped == nil {
			p.mapped = map[string][]mapping{}
		}
		if key := strings.ToLower(m.commit.Email); len(p.mapped[key]) < maxMapped {
			p.mapped[key] = append(p.mapped[key], m)
		}
	}
}

// proper returns who a name and address stand for by .mailmap.
func (p *people) proper(who kennel.Person) kennel.Person {
	for _, m := range p.mapped[strings.ToLower(who.Email)] {
		if m.commit.Name == "" || strings.EqualFold(m.commit.Name, who.Name) {
			if m.proper.Name != "" {
				who.Name = m.proper.Name
			}
			if m.proper.Email != "" {
				who.Email = m.proper.Email
			}
			return who
		}
	}
	return who
}
