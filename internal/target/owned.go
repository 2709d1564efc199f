package target

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// fold counts what an OS package owns once: a language package whose every
// file was installed by an OS package is dropped, since the distribution
// patches it under its own version, and its advisories of the OS package are
// the truth. It returns how many were dropped.
//
// A target could bring a package database that claims its own files in order
// to hide them. So only what lies in the folders of /usr that belong to the
// distribution is ever dropped, nothing under /usr/local, /opt, /srv, /home or
// in the folders of a project. What vendors install under /opt is judged too,
// and rightly: no distribution has advisories for it.
func fold(results []kennel.Extraction) int {
	owned := make(map[string]bool) // path of a language package's file -> whether an OS package owns it
	for _, r := range results {
		if len(r.Owned) > 0 {
			continue
		}
		for _, p := range r.Projects {
			for _, o := range p.Occurrences {
				for _, l := range o.Locations {
					owned[file0(l.Path)] = false
				}
			}
		}
	}
	if len(owned) == 0 {
		return 0
	}
	any := false
	for _, root := range roots(results) {
		byKey := make(map[string][]string) // canonical path in this root -> paths as located
		for path := range owned {
			if key, ok := canonical(root, path); ok && strings.HasPrefix(strings.TrimPrefix(path, root+"/"), "usr/") {
				byKey[key] = append(byKey[key], path)
			}
		}
		for _, r := range results {
			if rootOf(r) != root || len(byKey) == 0 {
				continue
			}
			for _, name := range r.Owned {
				key, ok := canonical(root, name)
				if !ok {
					continue
				}
				for _, path := range byKey[key] {
					owned[path], any = true, true
				}
			}
		}
	}
	if !any {
		return 0
	}
	dropped := 0
	for i := range results {
		if r := &results[i]; len(r.Owned) == 0 {
			kept := r.Projects[:0]
			for _, p := range r.Projects {
				n := drop(&p, owned)
				dropped += n
				if n == 0 || len(p.Occurrences) > 0 {
					kept = append(kept, p)
				}
			}
			r.Projects = kept
		}
	}
	return dropped
}

// roots lists the root folders of the package databases.
func roots(results []kennel.Extraction) []string {
	var list []string
	seen := make(map[string]bool)
	for _, r := range results {
		if root := rootOf(r); len(r.Owned) > 0 && !seen[root] {
			seen[root] = true
			list = append(list, root)
		}
	}
	return list
}

// rootOf returns where the system of a package database has its root, "" for
// what is no package database.
func rootOf(r kennel.Extraction) string {
	switch {
	case len(r.Owned) == 0:
		return ""
	case len(r.Projects) == 0 || r.Projects[0].Root == "":
		return "."
	}
	return r.Projects[0].Root
}

// file0 is the file on the disk that a location is in.
func file0(path string) string {
	path, _, _ = strings.Cut(path, "!/")
	return path
}

// canonical returns the path from the system's root, without what the merging
// of /bin and /lib into /usr made ambiguous: databases and file systems differ
// in which of the two names they use. It is not ok where distributions put
// nothing.
// Source: https://systemd.io/THE_CASE_FOR_THE_USR_MERGE/
func canonical(root, path string) (string, bool) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "./"), "/")
	if root != "." {
		var under bool
		if path, under = strings.CutPrefix(path, root+"/"); !under {
			return "", false
		}
	}
	path = strings.TrimPrefix(path, "usr/")
	top, _, _ := strings.Cut(path, "/")
	switch top {
	case "bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share", "games":
		return path, true
	}
	return "", false
}

// drop removes the locations that OS packages own, and the occurrences that
// have no other.
func drop(p *kennel.Project, owned map[string]bool) int {
	place := make([]int32, len(p.Occurrences)) // old index -> new one, or -1
	kept := make([]kennel.Occurrence, 0, len(p.Occurrences))
	for i, o := range p.Occurrences {
		var left []kennel.Location
		for _, l := range o.Locations {
			if !owned[file0(l.Path)] {
				left = append(left, l)
			}
		}
		place[i] = -1
		if len(left) > 0 || len(o.Locations) == 0 {
			o.Locations = left
			place[i] = int32(len(kept))
			kept = append(kept, o)
		}
	}
	n := len(p.Occurrences) - len(kept)
	if n == 0 {
		p.Occurrences = kept
		return 0
	}
	var edges []kennel.Edge
	at := func(i int32) int32 {
		if i < 0 || int(i) >= len(place) {
			return -1
		}
		return place[i]
	}
	for _, e := range p.Edges {
		to, from := at(e.To), at(e.From)
		if to < 0 || from < 0 && e.From != kennel.RootNode {
			continue
		}
		e.To, e.From = to, from
		edges = append(edges, e)
	}
	p.Occurrences, p.Edges, p.Graph = kept, edges, false
	return n
}
