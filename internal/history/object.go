package history

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// Bounds on objects.
const (
	maxTag     = 1 << 20 // bytes of one tag object
	maxTagging = 10      // tags of tags of …
	maxFiles   = 1 << 20 // files of one tree; 10 levels of 10 entries that are all the same tree would be 10^10
	maxListing = 256 << 20
)

// objects is a git cat-file that answers one object after the other.
type objects struct {
	*process
	in  *os.File
	out *bufio.Reader
}

// header is what cat-file says of an object: "<id> <kind> <size>", or "<id>
// missing".
type header struct {
	kind string // "" when it is not here
	size int64
}

func (r *Repository) catFile(mode string) (*objects, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	p, err := start(r.ctx, r.shadow, read, "cat-file", mode)
	if err != nil {
		write.Close()
		return nil, err
	}
	return &objects{p, write, bufio.NewReaderSize(p.out, 64<<10)}, nil
}

func (o *objects) end() {
	o.in.Close()
	o.process.end()
}

// ask writes ids and calls answer with the header of each, in order.
func (o *objects) ask(ids []string, answer func(i int, h header) error) error {
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriter(o.in)
		for _, id := range ids {
			w.WriteString(id)
			w.WriteByte('\n')
		}
		written <- w.Flush()
	}()
	err := func() error {
		for i, id := range ids {
			h, err := o.header(id)
			if err == nil {
				err = answer(i, h)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}()
	if err != nil {
		o.end() // also frees the writer
		<-written
		if o.process.out.late.Load() {
			err = fmt.Errorf("git gave nothing for %v", silence)
		}
		return err
	}
	return <-written
}

func (o *objects) header(id string) (header, error) {
	line, err := o.out.ReadSlice('\n')
	if err != nil {
		return header{}, fmt.Errorf("git cat-file: %w: %s", noEOF(err), strings.TrimSpace(string(o.complaint)))
	}
	facts := strings.Fields(string(line))
	switch {
	case len(facts) == 2 && facts[0] == id && facts[1] == "missing":
		return header{}, nil
	case len(facts) == 3 && facts[0] == id:
		if n, err := strconv.ParseInt(facts[2], 10, 64); err == nil && n >= 0 {
			return header{facts[1], n}, nil
		}
	}
	return header{}, fmt.Errorf("git cat-file: %.100q", line)
}

// headers returns what each of ids is. The caller holds r.mu.
func (r *Repository) headers(ids []string) ([]header, error) {
	if r.closed {
		return nil, os.ErrClosed
	}
	if r.sizes == nil {
		o, err := r.catFile("--batch-check")
		if err != nil {
			return nil, err
		}
		r.sizes = o
	}
	all := make([]header, len(ids))
	err := r.sizes.ask(ids, func(i int, h header) error { all[i] = h; return nil })
	if err != nil {
		r.sizes = nil
		return nil, err
	}
	return all, nil
}

// contents calls visit with the content of each of ids, which headers has told
// to be small. The caller holds r.mu.
func (r *Repository) contents(ids []string, max int64, visit func(i int, text []byte) error) error {
	if r.closed {
		return os.ErrClosed
	}
	if r.content == nil {
		o, err := r.catFile("--batch")
		if err != nil {
			return err
		}
		r.content = o
	}
	o := r.content
	err := o.ask(ids, func(i int, h header) error {
		if h.kind == "" || h.size > max {
			return fmt.Errorf("object %s changed while it was read", ids[i])
		}
		text := make([]byte, h.size+1)
		if _, err := io.ReadFull(o.out, text); err != nil {
			return fmt.Errorf("git cat-file: %w: %s", noEOF(err), strings.TrimSpace(string(o.complaint)))
		}
		return visit(i, text[:h.size])
	})
	if err != nil {
		r.content = nil
	}
	return err
}

// object returns one object of a kind. The caller holds r.mu.
func (r *Repository) object(id, kind string, max int64) (text []byte, err error) {
	if !isID(id) {
		return nil, fmt.Errorf("%.80q is no object id", id)
	}
	h, err := r.headers([]string{id})
	if err != nil {
		return nil, err
	}
	switch {
	case h[0].kind == "":
		return nil, fmt.Errorf("object %s is not in the repository", id)
	case h[0].kind != kind:
		return nil, fmt.Errorf("object %s is a %s, not a %s", id, h[0].kind, kind)
	case h[0].size > max:
		return nil, fmt.Errorf("object %s has %d bytes, at most %d are read", id, h[0].size, max)
	}
	err = r.contents([]string{id}, max, func(_ int, b []byte) error { text = b; return nil })
	return text, err
}

// readTags follows every tag to what it stands for. The caller holds r.mu.
func (r *Repository) readTags() ([]kennel.Tag, error) {
	tags := []kennel.Tag{}
	var ids []string // what the open ones among them lead to
	var open []int   // indexes of tags
	for _, f := range r.refs {
		if name, ok := strings.CutPrefix(f.name, "refs/tags/"); ok {
			open, ids = append(open, len(tags)), append(ids, f.id)
			tags = append(tags, kennel.Tag{Name: strings.ToValidUTF8(name, "\ufffd")})
		}
	}
	for round := 0; len(open) > 0; round++ {
		if round > maxTagging {
			return nil, fmt.Errorf("tag %q leads through more than %d tags", tags[open[0]].Name, maxTagging)
		}
		heads, err := r.headers(ids)
		if err != nil {
			return nil, err
		}
		var further []int
		var objects []string
		for i, t := range open {
			switch h := heads[i]; {
			case h.kind == "":
				return nil, fmt.Errorf("tag %q stands for object %s, which is not in the repository", tags[t].Name, ids[i])
			case h.kind == "commit":
				tags[t].Commit = ids[i]
			case h.kind == "tag" && h.size > maxTag:
				return nil, fmt.Errorf("tag %q has %d bytes, at most %d are read", tags[t].Name, h.size, maxTag)
			case h.kind == "tag":
				further, objects = append(further, t), append(objects, ids[i])
			}
		}
		open, ids = further, make([]string, len(objects))
		err = r.contents(objects, maxTag, func(i int, text []byte) error {
			said, ok := parseTag(text)
			if !ok {
				return fmt.Errorf("tag %q says no object", tags[open[i]].Name)
			}
			ids[i] = said.object
			if t := &tags[open[i]]; !t.Annotated { // the outermost says who tagged
				said.tag.Name, said.tag.Commit = t.Name, t.Commit
				*t = said.tag
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return tags, nil
}

// tree lists the files of a commit or tree.
func (r *Repository) tree(id string) ([]kennel.TreeEntry, error) {
	if !isID(id) {
		return nil, fmt.Errorf("%.80q is no object id", id)
	}
	p, err := start(r.ctx, r.shadow, nil, "ls-tree", "-r", "-z", "--full-tree", id)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(bufio.NewReaderSize(p.out, 64<<10))
	if err != nil {
		p.end()
		return nil, err
	}
	if err := p.wait(); err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if e.Mode != submodule {
			ids = append(ids, e.ID)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	heads, err := r.headers(ids)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		entries[i].Size = -1
		if entries[i].Mode == submodule {
			continue
		}
		if heads[0].kind == "blob" {
			entries[i].Size = heads[0].size
		}
		heads = heads[1:]
	}
	slices.SortFunc(entries, func(a, b kennel.TreeEntry) int { return strings.Compare(a.Path, b.Path) })
	return entries, nil
}

const submodule = "160000"

// parseTree reads "mode kind id\tpath" NUL, and so on.
func parseTree(in *bufio.Reader) ([]kennel.TreeEntry, error) {
	var entries []kennel.TreeEntry
	total := 0
	p := logParser{in: in}
	for {
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return entries, nil
		}
		line, err := p.field()
		if err != nil {
			return nil, fmt.Errorf("git ls-tree: %w", noEOF(err))
		}
		facts, name, ok := bytes.Cut(line, []byte("\t"))
		f := strings.Fields(string(facts))
		if !ok || len(f) != 3 || !isID(f[2]) {
			return nil, fmt.Errorf("git ls-tree: %.100q", line)
		}
		if total += len(name); len(entries) >= maxFiles || total > maxListing {
			return nil, fmt.Errorf("the tree has more than %d files, or paths of more than %d bytes", maxFiles, maxListing)
		}
		entries = append(entries, kennel.TreeEntry{Path: string(name), Mode: f[0], ID: f[2]})
	}
}
