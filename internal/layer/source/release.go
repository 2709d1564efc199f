package source

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Bounds on a release: what is over them is "could not look" or uncompared.
const (
	maxFiles = 200_000
	maxFile  = 256 << 20 // bytes of a file that is hashed
	maxText  = 4 << 20   // bytes of a file that is read for its text
	maxTotal = 4 << 30
)

// release is the files of an artifact.
type release struct {
	fsys  fs.FS
	top   string // the folder that is stripped, "." for none
	files []entry
	index map[string]int // path -> index in files

	metadata []byte // of a gem
}

type entry struct {
	path string
	mode fs.FileMode
	size int64
	sha1 string // git blob id, hexadecimal; "" when it was not read
}

func (e entry) link() bool { return e.mode&fs.ModeSymlink != 0 }

// read lists and hashes the files of a release.
func read(ctx context.Context, fsys fs.FS, c kennel.Component) (*release, error) {
	r := &release{fsys: fsys, top: top(fsys, c), index: map[string]int{}}
	total, buffer := int64(0), make([]byte, 64<<10)
	err := fs.WalkDir(fsys, r.top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if d.IsDir() {
			return nil
		}
		if d.Type() != 0 && d.Type() != fs.ModeSymlink {
			return nil // devices and the like are in no tree and in no release
		}
		if len(r.files) >= maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		e := entry{path: r.inner(name), mode: info.Mode(), size: info.Size()}
		if total += e.size; total > maxTotal {
			return fmt.Errorf("more than %d bytes", int64(maxTotal))
		}
		if e.size <= maxFile {
			if e.sha1, err = r.hash(name, e, sha1.New(), buffer); err != nil {
				return err
			}
		}
		r.index[e.path] = len(r.files)
		r.files = append(r.files, e)
		return nil
	})
	if err == nil && len(r.files) == 0 {
		err = errors.New("it has no files")
	}
	return r, err
}

// top finds the folder that archives put around a release: the only entry of
// the root, or a Go module's own path.
func top(fsys fs.FS, c kennel.Component) string {
	if c.Ecosystem == kennel.Go {
		at := c.Name + "@" + c.Version
		if info, err := fs.Stat(fsys, at); err == nil && fs.ValidPath(at) && info.IsDir() {
			return at
		}
	}
	list, err := fs.ReadDir(fsys, ".")
	if err == nil && len(list) == 1 && list[0].IsDir() {
		return list[0].Name()
	}
	return "."
}

func (r *release) inner(name string) string {
	if r.top == "." {
		return name
	}
	return strings.TrimPrefix(name, r.top+"/")
}

// hash returns the git blob id of a file; a link's blob is where it leads.
func (r *release) hash(name string, e entry, h hash.Hash, buffer []byte) (string, error) {
	if e.link() {
		to, err := fs.ReadLink(r.fsys, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "blob %d\x00%s", len(to), to)
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	f, err := r.fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	fmt.Fprintf(h, "blob %d\x00", e.size)
	// The wrapping keeps io.CopyBuffer from allocating a buffer of its own.
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{io.LimitReader(f, e.size+1)}, buffer)
	if err == nil && n != e.size {
		err = fmt.Errorf("%s has not the size it says", name)
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// sha256 returns the blob id in a repository of that format.
func (r *release) sha256(e entry) (string, error) {
	return r.hash(path.Join(r.top, e.path), e, sha256.New(), make([]byte, 64<<10))
}

// text returns the content of a file, nil when there is none or it is over the
// bound on texts.
func (r *release) text(name string) []byte {
	i, ok := r.index[name]
	if !ok || r.files[i].size > maxText || r.files[i].link() {
		return nil
	}
	b, err := fs.ReadFile(r.fsys, path.Join(r.top, name))
	if err != nil {
		return nil
	}
	return b
}

// head returns the beginning of a file, where generators say what they made.
func (r *release) head(name string) []byte {
	head := make([]byte, 4096)
	i, ok := r.index[name]
	if !ok || r.files[i].link() {
		return head[:0]
	}
	f, err := r.fsys.Open(path.Join(r.top, name))
	if err != nil {
		return head[:0]
	}
	defer f.Close()
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF {
		n = 0
	}
	return head[:n]
}

func (r *release) has(name string) bool {
	_, ok := r.index[name]
	return ok
}

// blobID is the git blob id of content, in the format of the id like.
func blobID(content []byte, like string) string {
	var h hash.Hash = sha1.New()
	if len(like) == 2*sha256.Size {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// otherEndings returns content with the line endings that it does not have:
// LF for CRLF and the reverse.
func otherEndings(content []byte) []byte {
	if bytes.Contains(content, []byte("\r\n")) {
		return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	}
	return bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n"))
}
