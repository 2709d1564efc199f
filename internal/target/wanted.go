package target

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// wanted tells which large files of an image will be read: those that an
// extractor matches, and what extractors read beside them, which can be large
// too: the file lists of package databases, and go.sum. A name that is missing
// here costs time and nothing else.
func wanted(extractors []kennel.Extractor) func(string, fs.FileMode, int64, []byte) bool {
	return func(name string, mode fs.FileMode, size int64, head []byte) (yes bool) {
		if strings.HasSuffix(name, "/go.sum") || strings.Contains(name, "lib/dpkg/info/") && strings.HasSuffix(name, ".list") || strings.Contains(name, "lib/rpm/") {
			return true
		}
		// A panic is met again, and told, when the file is matched in the walk.
		defer func() {
			if recover() != nil {
				yes = true
			}
		}()
		f := passing{name, mode, size, head}
		for _, x := range extractors {
			if x.Match(f) {
				return true
			}
		}
		return false
	}
}

// passing is a file while its layer streams by: it shows what Match may ask.
type passing struct {
	path string
	mode fs.FileMode
	size int64
	head []byte
}

var errPassing = errors.New("the file is not there yet")

func (p passing) Path() string                  { return p.path }
func (p passing) Size() int64                   { return p.size }
func (p passing) Mode() fs.FileMode             { return p.mode }
func (p passing) Head() []byte                  { return p.head }
func (p passing) Bytes() ([]byte, error)        { return nil, errPassing }
func (p passing) Open() (kennel.Content, error) { return nil, errPassing }
func (p passing) FS() fs.FS                     { return nothing{} }
func (p passing) Layer() string                 { return "" }

type nothing struct{}

func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
