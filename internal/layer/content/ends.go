package content

import (
	"slices"
	"strings"
)

// maxDestinations is how many constants of a chain are compared.
const maxDestinations = 100

// endsOf returns the constant hosts and commands that a chain which ends in to
// has in a unit: another host is another chain, though the code is the same.
func endsOf(u unit, to capability, values ...string) []string {
	var out []string
	add := func(end string) {
		if end != "" && len(out) < maxDestinations && !slices.Contains(out, end) {
			out = append(out, end)
		}
	}
	for _, v := range values {
		for _, host := range hosts(v) {
			add(host)
		}
	}
	for _, s := range u.facts.sites {
		switch {
		case s.cap.any(network | downloadRun | suspectHost):
			for _, host := range hosts(s.value) {
				add(host)
			}
			if strings.Contains(s.value, ".") && !strings.ContainsAny(s.value, " */\\:$()'\"`") {
				add(strings.ToLower(s.value)) // a host by itself
			}
			if s.cap.any(downloadRun | process) {
				for _, host := range hosts(s.says) {
					add(host)
				}
			}
		case s.cap.any(process) && to.any(process):
			// The program, and not what a version's number changes.
			word, _, _ := strings.Cut(strings.TrimSpace(s.value), " ")
			add(strings.Map(func(c rune) rune {
				if c >= '0' && c <= '9' {
					return -1
				}
				return c
			}, word))
		}
	}
	return out
}

// hosts returns the hosts of the addresses in a text, as far as they are
// constant.
func hosts(text string) []string {
	var out []string
	for len(out) < 8 {
		_, rest, ok := strings.Cut(text, "://")
		if !ok {
			break
		}
		end := strings.IndexAny(rest, "/?#:\"'` )\\,;&|<>…")
		if end < 0 {
			end = len(rest)
		}
		host := strings.ToLower(rest[strings.LastIndexByte(rest[:end], '@')+1 : end])
		if strings.Contains(host, ".") && !strings.ContainsAny(host, "*${}") {
			out = append(out, host)
		}
		text = rest[end:]
	}
	return out
}

// moved reports whether a chain that the previous release had too ends where
// none of its like did.
func (c chain) moved(before []chain) bool {
	return slices.ContainsFunc(c.ends, func(end string) bool {
		return !slices.ContainsFunc(before, func(d chain) bool { return c.same(d) && slices.Contains(d.ends, end) })
	})
}
