package java

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"github.com/kennel-oss/kennel"
)

// Bounds of one outer archive. Real ones stay far below: a large application
// server unpacks to some 500 MiB, archives inside archives go three deep.
const (
	maxDepth   = 8         // archives inside archives
	maxNested  = 256 << 20 // bytes of one packed archive inside another, held in memory
	maxHeld    = 512 << 20 // bytes of all packed archives around the one being read
	maxWork    = 1 << 30   // bytes unpacked and directory bytes read in all
	maxText    = 1 << 20   // bytes of a manifest or properties file
	maxFound   = 100_000   // components in all
	maxEntries = 4_000_000 // directory entries in all
)

// readArchive finds what an archive says it holds: itself, what was shaded
// into it, and the archives inside it.
func readArchive(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	c, err := f.Open()
	if err != nil {
		return kennel.Extraction{}, err
	}
	defer c.Close()
	return readZip(ctx, f, c, maxWork)
}

// readZip reads an opened archive with no more than work bytes of work.
func readZip(ctx context.Context, f kennel.File, c kennel.Content, work int64) (kennel.Extraction, error) {
	r := archiveReader{ctx: ctx, f: f, work: work, bound: work, entries: maxEntries}
	if err := r.read(c, c.Size(), f.Path(), 0); err != nil && err != errStop {
		return kennel.Extraction{}, err
	}
	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Maven,
		Name: r.own.name(), Version: r.own.version,
		Occurrences: r.found, Installed: true,
	}
	e := kennel.Extraction{Projects: []kennel.Project{p}, Gaps: r.gaps}
	if r.nameless > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{
			Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%s without Maven coordinates inside, so that their names and versions are not known: %s", plural(r.nameless, "archive"), examples(r.namelessNames, r.nameless)),
		})
	}
	return e, nil
}

// errStop ends the reading after the gap that says why was made.
var errStop = errors.New("stop")

type archiveReader struct {
	ctx     context.Context
	f       kennel.File
	work    int64 // bytes left of bound
	bound   int64
	held    int64
	entries int
	block   []byte        // for reading directories, one at a time
	inflate io.ReadCloser // likewise for contents

	found         []kennel.Occurrence
	own           coordinates // of the outer archive
	gaps          []kennel.Gap
	nameless      int
	namelessNames []string
}

// read reads the archive in r. Its place is a path with "!/" between archives.
func (a *archiveReader) read(r io.ReaderAt, size int64, place string, depth int) error {
	var (
		texts, inner []entry
		classes      bool
	)
	if a.block == nil {
		a.block = make([]byte, windowSize)
	}
	length, err := scanDirectory(r, size, a.block, func(name []byte, e entry) error {
		if a.entries--; a.entries < 0 {
			return a.stop(place, fmt.Sprintf("more than %d entries", maxEntries))
		}
		switch {
		case bytes.HasSuffix(name, []byte(".class")):
			classes = true
		case bytes.HasSuffix(name, []byte("/")):
		case isText(name):
			e.name = string(name)
			texts = append(texts, e)
		case isInner(name):
			e.name = string(name)
			inner = append(inner, e)
		}
		if len(texts)+len(inner) > maxFound {
			return a.stop(place, fmt.Sprintf("more than %d archives and descriptions", maxFound))
		}
		return nil
	})
	if err == errStop {
		return err
	}
	if a.work -= length; a.work < 0 {
		return a.stop(place, fmt.Sprintf("more to unpack than the bound of %d MiB", a.bound>>20))
	}
	if err != nil {
		if depth == 0 && len(texts)+len(inner) == 0 {
			return err
		}
		a.unreadable(place, err) // what was read until then counts
	}
	if err := a.ctx.Err(); err != nil {
		return err
	}
	named, err := a.identify(r, size, place, texts, depth == 0)
	if err != nil {
		return err
	}
	if !named && classes && len(inner) == 0 && !isClassesOfAAR(place) {
		if a.nameless++; len(a.namelessNames) < 3 {
			a.namelessNames = append(a.namelessNames, strings.TrimPrefix(place[max(0, strings.LastIndex(place, "!/")):], "!/"))
		}
	}
	for _, e := range inner {
		if err := a.descend(r, size, place, e, depth); err != nil {
			return err
		}
	}
	return nil
}

// descend reads an archive inside the archive in r.
func (a *archiveReader) descend(r io.ReaderAt, size int64, place string, e entry, depth int) error {
	at := place + "!/" + cleanName(e.name)
	if depth+1 >= maxDepth {
		a.unreadable(at, fmt.Errorf("archives lie more than %d deep in each other", maxDepth))
		return nil
	}
	if e.size > maxNested && e.method != stored {
		a.unreadable(at, fmt.Errorf("it unpacks to more than the bound of %d MiB", maxNested>>20))
		return nil
	}
	section, err := e.section(r, size)
	if err != nil {
		a.unreadable(at, err)
		return nil
	}
	if e.method == deflated {
		if a.held += e.size; a.held > maxHeld {
			a.held -= e.size
			a.unreadable(at, fmt.Errorf("it and the archives around it unpack to more than the bound of %d MiB", maxHeld>>20))
			return nil
		}
		defer func() { a.held -= e.size }()
		data, err := a.unpack(section, e, at)
		if err == errStop {
			return err
		}
		if err != nil {
			a.unreadable(at, err)
			return nil
		}
		section = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
	}
	switch err := a.read(section, section.Size(), at, depth+1); {
	case err == nil:
		return nil
	case err == errStop || a.ctx.Err() != nil:
		return err
	default:
		a.unreadable(at, err)
		return nil
	}
}

// maxRatio is the most that deflate can do: 258 bytes from two bits.
const maxRatio = 1032

// unpack returns the content of e, of exactly the size that the directory
// promised. Its memory is taken only for a size that the packed bytes allow.
func (a *archiveReader) unpack(packed *io.SectionReader, e entry, place string) ([]byte, error) {
	if e.method == stored && e.size != e.packed || e.size/maxRatio > e.packed {
		return nil, fmt.Errorf("it cannot unpack from %d to %d bytes, as the directory says", e.packed, e.size)
	}
	if a.work -= e.size; a.work < 0 {
		return nil, a.stop(place, fmt.Sprintf("more to unpack than the bound of %d MiB", a.bound>>20))
	}
	var r io.Reader = packed
	if e.method == deflated {
		if a.inflate == nil {
			a.inflate = flate.NewReader(packed)
		} else if err := a.inflate.(flate.Resetter).Reset(packed, nil); err != nil {
			return nil, err
		}
		r = a.inflate
	}
	data := make([]byte, e.size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("it does not unpack to the %d bytes that the directory says: %w", e.size, err)
	}
	return data, nil
}

// text reads a small text entry.
func (a *archiveReader) text(r io.ReaderAt, size int64, e entry, place string) (string, error) {
	if e.size > maxText {
		return "", fmt.Errorf("it is larger than the bound of %d KiB", maxText>>10)
	}
	section, err := e.section(r, size)
	if err != nil {
		return "", err
	}
	data, err := a.unpack(section, e, place)
	return string(data), err
}

func (a *archiveReader) add(c coordinates, place string) error {
	if len(a.found) == maxFound {
		return a.stop(place, fmt.Sprintf("more than %d components", maxFound))
	}
	a.found = append(a.found, kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.Maven, Name: c.name()},
			Version: c.version,
		},
		Scope:     archiveScope(place),
		Locations: []kennel.Location{{Path: place, Layer: a.f.Layer()}},
	})
	return nil
}

// archiveScope is shipped for what an application archive carries to run with.
// A jar that merely lies somewhere may be anything.
func archiveScope(place string) kennel.Scope {
	if strings.Contains(place, "!/WEB-INF/lib/") || strings.Contains(place, "!/BOOT-INF/lib/") {
		return kennel.ScopeShipped
	}
	return kennel.ScopeUnknown
}

// maxGaps bounds what one archive can say of itself.
const maxGaps = 50

func (a *archiveReader) unreadable(place string, err error) {
	switch n := len(a.gaps); {
	case n < maxGaps:
		a.gaps = append(a.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: place, Why: err.Error()})
	case n == maxGaps:
		a.gaps = append(a.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: a.f.Path(), Why: "more in it could not be read than is listed here"})
	}
}

func (a *archiveReader) stop(place, why string) error {
	a.gaps = append(a.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: place, Why: why + "; the rest of the archive was not read"})
	return errStop
}

func isInner(name []byte) bool {
	if len(name) < 4 {
		return false
	}
	dot := bytes.LastIndexByte(name[max(0, len(name)-6):], '.')
	return dot >= 0 && isArchive(string(name[max(0, len(name)-6):]))
}

// isClassesOfAAR reports whether place is the code of an Android library, which
// always has this name and no coordinates: the library around it has them.
func isClassesOfAAR(place string) bool {
	return strings.HasSuffix(place, ".aar!/classes.jar")
}

// cleanName makes a zip entry's name fit to print and to put into a location.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// examples lists the first names of n.
func examples(names []string, n int) string {
	s := strings.Join(names, ", ")
	if n > len(names) {
		s += ", …"
	}
	return s
}
