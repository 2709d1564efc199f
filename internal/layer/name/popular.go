package name

import (
	_ "embed"
	"hash/maphash"
	"math/bits"
	"strconv"
	"strings"
	"sync"

	kennel "github.com/kennel-oss/kennel"
)

// The lists: names in use, by ecosystem, each with the number of sources that
// use it, and "*" where a name is kept by hand. scripts/popular-names counts them.
var (
	//go:embed popular/npm.txt
	npmNames string
	//go:embed popular/pypi.txt
	pypiNames string
	//go:embed popular/go.txt
	goNames string
	//go:embed popular/crates.txt
	cratesNames string
	//go:embed popular/rubygems.txt
	rubygemsNames string
	//go:embed popular/maven.txt
	mavenNames string
)

// lists are decoded when an ecosystem is first asked about.
var lists = map[kennel.Ecosystem]func() *list{
	kennel.NPM:      sync.OnceValue(func() *list { return decode(kennel.NPM, npmNames) }),
	kennel.PyPI:     sync.OnceValue(func() *list { return decode(kennel.PyPI, pypiNames) }),
	kennel.Go:       sync.OnceValue(func() *list { return decode(kennel.Go, goNames) }),
	kennel.Cargo:    sync.OnceValue(func() *list { return decode(kennel.Cargo, cratesNames) }),
	kennel.RubyGems: sync.OnceValue(func() *list { return decode(kennel.RubyGems, rubygemsNames) }),
	kennel.Maven:    sync.OnceValue(func() *list { return decode(kennel.Maven, mavenNames) }),
}

// list is the names in use of an ecosystem, made for the question which of them
// a name may be meant to be taken for.
type list struct {
	ecosystem kennel.Ecosystem
	names     []popular
	sources   int
	index     map[string]int32 // by folded name
	words     map[string]bool  // parts of names that several names have
	owners    map[string]int32 // one name of each owner (a scope, a group, a host with its owner)
	scopes    prints           // of owners, as near
	near      prints           // of names to be taken for, and of each with a letter left out
	forms     prints           // of the forms that a swap keeps
}

// popular is a name in use.
type popular struct {
	name   string // folded
	uses   int    // sources that have it
	byHand bool
	target bool // so much used that others may be taken for it
}

var seed = maphash.MakeSeed()

// wide is in how many sources a name must be to be one that others are taken
// for: npm's were counted in many more than the others'.
func wide(e kennel.Ecosystem) int {
	if e == kennel.NPM {
		return 4
	}
	return 2
}

func decode(e kennel.Ecosystem, text string) *list {
	l := &list{ecosystem: e, index: map[string]int32{}, words: map[string]bool{}, owners: map[string]int32{}}
	once := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			if _, of, ok := strings.Cut(line, "number of sources, of "); ok {
				of, _, _ = strings.Cut(of, ",")
				l.sources, _ = strconv.Atoi(of)
			}
			continue
		}
		name, count, _ := strings.Cut(line, " ")
		uses, byHand := strings.CutSuffix(count, "*")
		p := popular{name: fold(e, name), byHand: byHand}
		p.uses, _ = strconv.Atoi(uses)
		p.target = byHand || p.uses >= wide(e)
		n := int32(len(l.names))
		if _, ok := l.index[p.name]; ok {
			continue // another spelling, another major version
		}
		l.index[p.name] = n
		l.names = append(l.names, p)
		for word := range words(p.name) {
			if once[word] {
				l.words[word] = true
			}
			once[word] = true
		}
		if !p.target {
			continue
		}
		if owner := owner(e, p.name); owner != "" {
			if best, ok := l.owners[owner]; !ok || l.names[best].uses < p.uses {
				l.owners[owner] = n
			}
		}
		if len(p.name) >= minLength && len(p.name) <= maxLength {
			for h := range oneLess(p.name) {
				l.near.add(h, n)
			}
		}
		for _, f := range forms(e, p.name) {
			l.forms.add(hash(f.how, f.key), n)
		}
	}
	for owner, n := range l.owners {
		for h := range oneLess(owner) {
			l.scopes.add(h, n)
		}
	}
	l.scopes.link()
	l.near.link()
	l.forms.link()
	return l
}

// prints finds names by the hash of a form, in chains of those whose lowest bits
// are the same: sorting tens of thousands would take ten times as long.
type prints struct {
	heads []int32 // by the lowest bits: 1 + index of all, 0 for none
	all   []print
}

// print is the hash of a form of a name of the list.
type print struct {
	hash       uint64
	name, next int32
}

func (p *prints) add(hash uint64, name int32) {
	p.all = append(p.all, print{hash: hash, name: name})
}

// link makes the chains, once all is added.
func (p *prints) link() {
	p.heads = make([]int32, 1<<bits.Len(uint(len(p.all))))
	for i := range p.all {
		head := &p.heads[p.all[i].hash&uint64(len(p.heads)-1)]
		p.all[i].next, *head = *head, int32(i+1)
	}
}

// having yields the names that have the hash.
func (p *prints) having(hash uint64) func(func(int32) bool) {
	return func(yield func(int32) bool) {
		for i := p.heads[hash&uint64(len(p.heads)-1)]; i > 0; i = p.all[i-1].next {
			if x := p.all[i-1]; x.hash == hash && !yield(x.name) {
				return
			}
		}
	}
}

func hash(how how, key string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteByte(byte(how))
	h.WriteString(key)
	return h.Sum64()
}

// oneLess yields the hash of s and of s without each of its bytes: two strings
// one edit or one swap of neighbours apart share one of these.
func oneLess(s string) func(func(uint64) bool) {
	return func(yield func(uint64) bool) {
		var h maphash.Hash
		h.SetSeed(seed)
		h.WriteString(s)
		if !yield(h.Sum64()) {
			return
		}
		for i := range len(s) {
			if i > 0 && s[i] == s[i-1] {
				continue
			}
			h.Reset()
			h.WriteString(s[:i])
			h.WriteString(s[i+1:])
			if !yield(h.Sum64()) {
				return
			}
		}
	}
}
