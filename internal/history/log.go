package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// Bounds on one commit of the log. The first commit of an imported project may
// add some hundred thousand files; a tree that names itself many times over
// would go on for ever.
const (
	maxChanges = 1 << 20
	maxPaths   = 64 << 20 // bytes of all paths
	maxField   = 1 << 20  // bytes of one name, address, path or list of parents
)

// logArgs ask for what parseLog reads. Every option that configuration or a
// commit could turn is said; texts come as the bytes they are, since turning
// them from whatever encoding a commit names is work for a library that has had
// its own holes.
var logArgs = []string{"log", "--all", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-color", "--no-ext-diff",
	"--no-textconv", "--no-notes", "--no-mailmap", "--encoding=none",
	"--format=tformat:%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00"}

// parseLog reads what git log writes with logArgs and calls visit for each
// commit. It holds one commit at a time.
func parseLog(from io.Reader, visit func(kennel.Commit) error) error {
	p := logParser{in: bufio.NewReaderSize(from, 64<<10), seen: map[string]string{}}
	for {
		first, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if first == ':' {
			return errors.New("git log: a change without its commit")
		}
		c, err := p.commit()
		if err != nil {
			return fmt.Errorf("git log: %w", noEOF(err))
		}
		if err := visit(c); err != nil {
			return err
		}
	}
}

type logParser struct {
	in     *bufio.Reader
	buffer []byte
	paths  []byte
	seen   map[string]string // names and addresses, which come again and again
}

// next skips what separates records and returns the byte that comes then.
func (p *logParser) next() (byte, error) {
	for {
		b, err := p.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != 0 && b != '\n' {
			return b, p.in.UnreadByte()
		}
	}
}

// field reads up to the next NUL, without it. The bytes hold until the next
// call.
func (p *logParser) field() ([]byte, error) {
	text, err := p.in.ReadSlice(0)
	if err == nil {
		return text[:len(text)-1], nil
	}
	p.buffer = append(p.buffer[:0], text...)
	for errors.Is(err, bufio.ErrBufferFull) {
		text, err = p.in.ReadSlice(0)
		if p.buffer = append(p.buffer, text...); len(p.buffer) > maxField {
			return nil, fmt.Errorf("a field of more than %d bytes", maxField)
		}
	}
	if err != nil {
		return nil, err
	}
	return p.buffer[:len(p.buffer)-1], nil
}

func (p *logParser) commit() (kennel.Commit, error) {
	var c kennel.Commit
	var err error
	for i := 0; i < 8 && err == nil; i++ {
		var text []byte
		if text, err = p.field(); err != nil {
			break
		}
		switch i {
		case 0:
			if c.ID = string(text); !isID(c.ID) {
				err = fmt.Errorf("a commit without its id: %.80q", text)
			}
		case 1:
			c.Parents = strings.Fields(string(text))
			for _, id := range c.Parents {
				if !isID(id) {
					err = fmt.Errorf("commit %s has a parent that is no id", c.ID)
				}
			}
		case 2:
			c.Author.Name = p.text(text)
		case 3:
			c.Author.Email = p.text(text)
		case 4:
			c.Authored = moment(string(text))
		case 5:
			c.Committer.Name = p.text(text)
		case 6:
			c.Committer.Email = p.text(text)
		case 7:
			c.Committed = moment(string(text))
		}
	}
	if err != nil {
		return c, err
	}
	return c, p.changes(&c)
}

// changes reads the changes that follow a commit:
// ":100644 100644 <old> <new> M" NUL path NUL, and so on.
func (p *logParser) changes(c *kennel.Commit) error {
	p.paths = p.paths[:0]
	for {
		first, err := p.next()
		if errors.Is(err, io.EOF) || err == nil && first != ':' {
			break
		}
		if err != nil {
			return err
		}
		facts, err := p.field()
		if err != nil {
			return err
		}
		change, err := parseChange(facts)
		if err != nil {
			return fmt.Errorf("commit %s: %w", c.ID, err)
		}
		path, err := p.field()
		if err != nil {
			return err
		}
		if p.paths = append(append(p.paths, path...), 0); len(p.paths) > maxPaths || len(c.Changes) >= maxChanges {
			return fmt.Errorf("commit %s changes more than %d files, or paths of more than %d bytes", c.ID, maxChanges, maxPaths)
		}
		c.Changes = append(c.Changes, change)
	}
	// One string holds all paths of the commit.
	rest := string(p.paths)
	for i := range c.Changes {
		c.Changes[i].Path, rest, _ = strings.Cut(rest, "\x00")
	}
	return nil
}

// parseChange reads ":100644 100644 <old> <new> M".
func parseChange(facts []byte) (kennel.Change, error) {
	f := strings.Split(strings.TrimPrefix(string(facts), ":"), " ")
	if len(f) != 5 || len(f[1]) != 6 || !isID(f[2]) || !isID(f[3]) || len(f[4]) != 1 || !strings.Contains("AMDT", f[4]) {
		return kennel.Change{}, fmt.Errorf("a change that cannot be read: %.120q", facts)
	}
	return kennel.Change{Status: f[4][0], Mode: f[1], Old: orNone(f[2]), New: orNone(f[3])}, nil
}

// orNone turns the id of all zeros, which stands for no object, into "".
func orNone(id string) string {
	if strings.Trim(id, "0") == "" {
		return ""
	}
	return id
}

// text makes a string of b, the same one for the same bytes.
func (p *logParser) text(b []byte) string {
	if s, ok := p.seen[string(b)]; ok {
		return s
	}
	s := strings.ToValidUTF8(string(b), "\ufffd")
	if len(p.seen) < 1<<14 && len(b) < 256 {
		p.seen[string(b)] = s
	}
	return s
}

// moment reads seconds since 1970. What no calendar with four digits for the
// year holds is the zero time.
func moment(seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || n < 0 || n >= 253402300800 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// noEOF says that an end came too early.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
