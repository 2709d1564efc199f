package content

import (
	"context"
	"errors"
)

// work is what reading one text may take. A step is a token, a command or an
// expression: texts take a few per byte, and what takes many more is made to.
type work struct {
	ctx  context.Context
	left int
}

// Bounds on steps. The most that one of 4,107 installed npm packages takes for
// a text of some size is 3.3 per byte; a release takes about one.
const (
	fewSteps     = 1 << 20 // of a text, however short
	stepsPerByte = 16
	releaseSteps = 1 << 31 // of a release in all: some minutes at most
)

func newWork(ctx context.Context, size, most int) *work {
	return &work{ctx, min(fewSteps+stepsPerByte*size, most)}
}

// errEndless ends the reading of a text, from however deep.
var errEndless = errors.New("reading took too many steps")

// step is asked for by whatever a reader repeats.
func (f *facts) step() {
	w := f.work
	if w == nil {
		return
	}
	w.left--
	if w.left&0xfff == 0 && (w.left <= 0 || w.ctx.Err() != nil) {
		panic(errEndless)
	}
}

// inside are facts of a text within the text, which share its work.
func (f *facts) inside() *facts { return &facts{work: f.work} }

// read reads a text within its work. The error is the context's.
func (f *facts) read(s source, l *language) (err error) {
	w := f.work
	defer func() {
		f.work = nil // facts are kept, and nothing is read into them again
		switch e := recover(); e {
		case nil:
		case errEndless:
			if err = w.ctx.Err(); err == nil {
				f.part = "a file that takes unusually long to read was read in part"
			}
		default:
			panic(e)
		}
	}()
	l.read(s, f)
	readUnicode(s, f)
	return nil
}

// with returns the facts of one file as two languages read it.
func (f *facts) with(g *facts) *facts {
	out := *f
	out.caps |= g.caps
	out.sites = append(f.sites[:len(f.sites):len(f.sites)], g.sites...)
	out.flows = append(f.flows[:len(f.flows):len(f.flows)], g.flows...)
	out.refs = append(f.refs[:len(f.refs):len(f.refs)], g.refs...)
	out.marks = append(f.marks[:len(f.marks):len(f.marks)], g.marks...)
	if out.part == "" {
		out.part = g.part
	}
	return &out
}
