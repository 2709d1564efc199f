package lockfile

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/kennel-oss/kennel"
)

// sizeMax bounds a lock file, in bytes. The largest of real monorepos are a
// quarter of it, and what is read takes up to forty times as much memory.
const sizeMax = 64 << 20

// PackagesMax bounds the packages of one lock file. Real ones stay under
// 50,000; a reader says in a gap that it left the rest out.
const PackagesMax = 500_000

// Read returns the text of a lock file, without a byte order mark.
func Read(f kennel.File) ([]byte, error) {
	if f.Size() > sizeMax {
		return nil, fmt.Errorf("its %d MiB are more than a lock file may have (%d)", f.Size()>>20, sizeMax>>20)
	}
	text, err := f.Bytes()
	if err != nil {
		return nil, err
	}
	return TrimBOM(text), nil
}

// Lines turns byte offsets into line numbers. Asking in ascending order costs
// one pass over the text.
type Lines struct {
	text []byte
	at   int
	line int
}

// NewLines counts the lines of text.
func NewLines(text []byte) *Lines { return &Lines{text: text, line: 1} }

// At returns the line, from 1, of the byte at offset.
func (l *Lines) At(offset int64) int {
	to := min(max(int(offset), 0), len(l.text))
	if to < l.at {
		l.at, l.line = 0, 1
	}
	l.line += bytes.Count(l.text[l.at:to], []byte{'\n'})
	l.at = to
	return l.line
}

// ErrConflict is the cause when a lock file holds the markers of a merge that
// nobody resolved: two lock files in one say nothing reliable.
var ErrConflict = errors.New("unresolved merge conflict: resolve it, then scan again")

// CheckConflict returns an error that names the line of the first merge
// conflict marker of git.
func CheckConflict(text []byte) error {
	for _, marker := range []string{"<<<<<<< ", ">>>>>>> "} {
		if bytes.HasPrefix(text, []byte(marker)) {
			return fmt.Errorf("line 1: %w", ErrConflict)
		}
		if i := bytes.Index(text, []byte("\n"+marker)); i >= 0 {
			return fmt.Errorf("line %d: %w", NewLines(text).At(int64(i+1)), ErrConflict)
		}
	}
	return nil
}

// Explain replaces err, the failure to read text, by the merge conflict that
// caused it, if one did.
func Explain(err error, text []byte) error {
	if err == nil {
		return nil
	}
	if conflict := CheckConflict(text); conflict != nil {
		return conflict
	}
	return err
}

// TrimBOM removes a UTF-8 byte order mark.
func TrimBOM(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) }
