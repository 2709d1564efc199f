package dpkg

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// markManual tells what a person installed from what came along, by apt's
// note of it. Without the note nothing is known.
func (d *database) markManual(p *kennel.Project) {
	data, err := fs.ReadFile(d.f.FS(), path.Join(d.root, "var/lib/apt/extended_states"))
	if err != nil {
		return
	}
	auto := make(map[[2]string]bool)
	var name, arch string
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch value = strings.TrimSpace(value); key {
		case "Package":
			name, arch = value, ""
		case "Architecture":
			arch = value
		case "Auto-Installed":
			auto[[2]string{name, arch}] = value == "1"
		}
	}
	native := d.native()
	for i, s := range d.packages {
		o := &p.Occurrences[i]
		arch := s.architecture
		if arch == "all" { // apt files these under the native architecture
			arch = native
		}
		if auto[[2]string{s.name, arch}] || auto[[2]string{s.name, s.architecture}] {
			o.Direct = kennel.Transitive
			continue
		}
		o.Direct = kennel.Direct
		p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(i)})
	}
}

// native is the architecture of dpkg itself.
func (d *database) native() string {
	for _, s := range d.packages {
		if s.name == "dpkg" {
			return s.architecture
		}
	}
	return ""
}

// maxOwned bounds the files that a database names; a full desktop has half a
// million.
const maxOwned = 4_000_000

// owned lists the files that packages installed, from info/NAME.list, or from
// status.d/NAME.md5sums.
func (d *database) owned(single bool) ([]string, []kennel.Gap) {
	var (
		all     []string
		missing int
		example string
	)
	for _, s := range d.packages {
		data, err := d.list(s, single)
		if errors.Is(err, fs.ErrNotExist) {
			continue // metapackages of distroless, and images that were slimmed
		}
		if err != nil {
			if missing++; missing == 1 {
				example = err.Error()
			}
			continue
		}
		all = d.appendFiles(all, string(data), single)
		if len(all) > maxOwned {
			return all[:maxOwned], []kennel.Gap{{Kind: kennel.GapUnresolved, What: d.f.Path(),
				Why: fmt.Sprintf("its packages own more than %d files; libraries among the rest are counted on their own", maxOwned)}}
		}
	}
	if missing > 0 {
		return all, []kennel.Gap{{Kind: kennel.GapUnreadable, What: d.f.Path(),
			Why: fmt.Sprintf("the file lists of %d packages could not be read, so that libraries among their files are counted on their own: %s", missing, example)}}
	}
	return all, nil
}

func (d *database) list(s stanza, single bool) ([]byte, error) {
	if single {
		return fs.ReadFile(d.f.FS(), d.f.Path()+".md5sums")
	}
	info := path.Join(d.root, folder, "info")
	name := path.Join(info, s.name+":"+s.architecture+".list")
	if !fs.ValidPath(name) || strings.Contains(s.name, "/") {
		return nil, fs.ErrNotExist
	}
	data, err := fs.ReadFile(d.f.FS(), name) // packages that may be installed for several architectures
	if errors.Is(err, fs.ErrNotExist) {
		data, err = fs.ReadFile(d.f.FS(), path.Join(info, s.name+".list"))
	}
	return data, err
}

// appendFiles reads a file list. It names folders before what is in them;
// those are left out.
func (d *database) appendFiles(all []string, text string, sums bool) []string {
	last := ""
	keep := func(name string) {
		switch {
		case name == "" || name == "." || !fs.ValidPath(name):
		case d.root == ".":
			all = append(all, name)
		default:
			all = append(all, d.root+"/"+name)
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if sums {
			_, line, _ = strings.Cut(line, "  ")
		}
		line = strings.TrimPrefix(line, "/")
		if !strings.HasPrefix(line, last) || len(line) <= len(last) || line[len(last)] != '/' {
			keep(last)
		}
		last = line
	}
	keep(last)
	return all
}
