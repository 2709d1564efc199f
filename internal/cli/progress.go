package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// bar is one line of progress on a terminal; elsewhere it is nothing.
type bar struct {
	w     io.Writer // nil when nobody watches
	width int
	shown bool
	next  time.Time
}

// barAfter is how long a run may take before it says what it is doing: a
// line that flickers past helps nobody.
const barAfter, barEvery = 300 * time.Millisecond, 100 * time.Millisecond

func (a *app) progress(quiet bool) *bar {
	width, ok := terminal(a.stderr)
	if quiet || !ok {
		return &bar{}
	}
	now := time.Now()
	return &bar{w: a.stderr, width: width, next: now.Add(barAfter)}
}

func (b *bar) show(format string, args ...any) {
	if b.w == nil {
		return
	}
	now := time.Now()
	if now.Before(b.next) {
		return
	}
	b.next = now.Add(barEvery)
	text := fmt.Sprintf(format, args...)
	if len(text) > b.width-1 {
		text = text[:max(b.width-1, 0)]
	}
	fmt.Fprintf(b.w, "\r%s%s", text, strings.Repeat(" ", max(b.width-1-len(text), 0)))
	b.shown = true
}

func (b *bar) done() {
	if b.shown {
		fmt.Fprintf(b.w, "\r%s\r", strings.Repeat(" ", max(b.width-1, 0)))
	}
}
