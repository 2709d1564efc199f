package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/demo"
	"github.com/kennel-oss/kennel/internal/report"
)

// tell tells the case from the first day on: what a scanner said, what vet
// says, what vet says of a clean release, and what to do next.
func (s *scene) tell(ctx context.Context, c kennel.Case, outputs []output) error {
	before, err := s.scan(ctx, caseDay)
	if err != nil {
		return err
	}
	after, err := s.scan(ctx, knownDay)
	if err != nil {
		return err
	}
	clean, err := s.vet(ctx, demo.Clean, cleanDay)
	if err != nil {
		return err
	}
	return s.writeTo("", func(w io.Writer) error {
		t := s.teller(w)
		t.w.WriteString(t.paint("1", "The xz case, on a harmless replica") + "\n")
		t.say("", "XZ Utils 5.6.0 was released on 2024-02-24 with a back door, set off by a file that only its tarball had, and found by chance five weeks later. "+
			"Here is what could be seen on the first day. The replica has the dates, names, paths and signatures of the public "+
			"history; its files are stubs, and nothing in it can do harm.")

		t.title("1  What a scanner said")
		t.scanned(&before)
		t.scanned(&after)
		t.say("", "A scanner repeats what somebody has published, and on the first day nobody had.")

		t.title("2  What kennel vet says on the first day")
		t.say("", "The tarball against the tag of its version, and who can release: one case, in the order of time.")
		t.residual(c)
		t.blank()
		if err := report.WriteCase(w, report.Text, brief(c), t.options); err != nil {
			return err
		}
		t.before(c)

		t.title("3  What it says of the last release before the change of hands")
		if err := report.WriteCase(w, report.Text, clean, t.options); err != nil {
			return err
		}
		t.blank()
		t.say("", "5.4.1 is the last one by the signer before. For releases since, the change of hands is told as background.")
		t.residual(clean)

		t.title("What this cannot see")
		for _, line := range []string{
			"A back door that is committed openly, or put in by the machine that builds honest sources.",
			"A change inside a generated file such as configure, which is taken for what its head says it is.",
			"Whether git tells the truth of dates and names. Signatures were compared, not verified.",
			"It was written with this case in view: how often it is wrong elsewhere is in docs/evaluation.md.",
		} {
			t.say("  - ", line)
		}
		t.next(s.keep, outputs)
		return nil
	})
}

// brief leaves out the evidence of cues that ask for nobody, which is in the
// case wherever else it is written to.
func brief(c kennel.Case) kennel.Case {
	c.Outcomes = slices.Clone(c.Outcomes)
	for i := range c.Outcomes {
		list := slices.Clone(c.Outcomes[i].Results)
		for k := range list {
			if list[k].Verdict == kennel.Allow {
				list[k].Evidence = nil
			}
		}
		c.Outcomes[i].Results = list
	}
	return c
}

// next says what to type next, and where things lie.
func (t *teller) next(kept string, outputs []output) {
	if kept != "" {
		t.title("By hand")
		t.say("", "The replica is in "+printable(kept)+". In that folder:")
		t.commands(
			"kennel vet "+replicaTarball(demo.Case)+" --source "+replicaGit+" --as-of "+caseDay, "",
			"kennel vet --history "+replicaGit+" --as-of "+caseDay, "",
			"kennel vet --history "+replicaGit+" --as-of 2024-03-09", "",
			"kennel vet "+replicaTarball(demo.Clean)+" --source "+replicaGit+" --as-of "+cleanDay, "",
			"kennel scan "+replicaProduct, "",
			"git --git-dir="+replicaGit+" log --stat v5.5.2beta..v5.6.0", "",
		)
	}
	t.title("On your own dependencies")
	t.commands(
		"kennel db update && kennel scan .", "what you use, and what is known of it",
		"kennel vet project-1.2.tar.gz --source project.git", "is a release what its repository says?",
		"kennel vet --history project.git", "who can release it, and did that change?",
	)
	written := false
	for _, o := range outputs {
		if o.path != "" {
			if !written {
				t.blank()
			}
			written = true
			t.say("", "The case with all of its evidence is in "+printable(o.path)+".")
		}
	}
	if !written {
		t.title("This case")
		t.commands(
			"kennel demo xz -o case.html", "as a page, with all of its evidence",
			"kennel demo xz --keep xz-replica", "keep the replica, to try it by hand",
		)
	}
}

// teller writes what a person reads.
type teller struct {
	w       *bufio.Writer
	options report.Options
	width   int
}

// tellWidth is the longest line of prose that is easy to read.
const tellWidth = 100

func (s *scene) teller(w io.Writer) *teller {
	t := &teller{w: w.(*bufio.Writer), options: s.options(""), width: tellWidth}
	if n := t.options.Width; n > 0 {
		t.width = max(min(n, tellWidth), 40)
	}
	t.options.Width = t.width
	return t
}

func (t *teller) blank() { t.w.WriteByte('\n') }

// paint writes text in an ANSI style where there is colour.
func (t *teller) paint(style, text string) string {
	if !t.options.Color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *teller) title(text string) {
	fmt.Fprintf(t.w, "\n%s\n", t.paint("1", text))
}

// say writes a paragraph: first stands before its first line. Words with a
// no-break space between them stay together.
func (t *teller) say(first, text string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(first))
	t.w.WriteString(first)
	column := len(indent)
	for i, word := range strings.Split(text, " ") {
		word = strings.ReplaceAll(word, "\u00a0", " ")
		n := utf8.RuneCountInString(word)
		switch {
		case i > 0 && column+1+n > t.width:
			t.w.WriteString("\n" + indent)
			column = len(indent)
		case i > 0:
			t.w.WriteByte(' ')
			column++
		}
		t.w.WriteString(word)
		column += n
	}
	t.blank()
}

// commands writes pairs of a command and what it answers.
func (t *teller) commands(pairs ...string) {
	widest := 0
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			widest = max(widest, len(pairs[i]))
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		line := "  " + pairs[i]
		switch {
		case pairs[i+1] == "":
		case 2+widest+2+len(pairs[i+1]) > t.width:
			line += "\n      " + t.paint("2", pairs[i+1])
		default:
			line += strings.Repeat(" ", widest-len(pairs[i])+2) + t.paint("2", pairs[i+1])
		}
		t.w.WriteString(line + "\n")
	}
}

// scanned tells a scan's answer in a line.
func (t *teller) scanned(j *kennel.Judgement) {
	style := map[kennel.Verdict]string{kennel.Deny: "1;97;41", kennel.Review: "1;30;43", kennel.Allow: "1;30;42"}[j.Verdict]
	word := t.paint(style, fmt.Sprintf(" %-6s", strings.ToUpper(j.Verdict.String())))
	says := "no advisory"
	for _, r := range j.Results {
		says = r.ID + ", published " + r.Published.Format(time.DateOnly)
	}
	for _, p := range j.Inventory.Projects {
		for _, o := range p.Occurrences {
			fmt.Fprintf(t.w, "  as of %s  %s  %s  %s\n", j.AsOf.Format(time.DateOnly), word, label(o.Component), says)
		}
	}
}

// residual tells how many files of a release are not its tag's, and which of
// them are of no ordinary kind and run by the build.
func (t *teller) residual(c kennel.Case) {
	for _, o := range c.Outcomes {
		if len(o.Exhibit.Residual) == 0 {
			continue
		}
		explained, left := 0, []string{}
		for _, r := range o.Exhibit.Residual {
			switch {
			case r.Explained != "":
				explained++
			case r.Flagged:
				left = append(left, printable(r.Path))
			}
		}
		run := "none"
		if len(left) > 0 {
			run = strings.Join(left, ", ")
		}
		t.say("", fmt.Sprintf("%s of the tarball are not the tag's. %d are of an ordinary kind, and of the rest the build runs %s.",
			plural(len(o.Exhibit.Residual), "file", "files"), explained, run))
	}
}

// before tells how long before the release each cue could be seen.
func (t *teller) before(c kennel.Case) {
	var released time.Time
	for _, o := range c.Outcomes {
		for _, tag := range o.Exhibit.Tags {
			if tag.Tag == "v"+c.Component.Version {
				released = tag.Time
			}
		}
	}
	var cues []kennel.Cue
	for _, o := range c.Outcomes {
		for _, cue := range o.Results {
			if !cue.At.IsZero() && cue.At.Before(released) {
				cues = append(cues, cue)
			}
		}
	}
	if len(cues) == 0 {
		return
	}
	slices.SortStableFunc(cues, func(a, b kennel.Cue) int { return a.At.Compare(b.At) })
	var list []string
	for _, cue := range cues {
		list = append(list, strings.ReplaceAll(span(released.Sub(cue.At)), " ", "\u00a0")+"\u00a0"+printable(cue.Rule))
	}
	t.blank()
	t.say("", "Before the release: "+strings.Join(list, ", ")+".")
}

// span writes a time in the unit that says most.
func span(d time.Duration) string {
	const day, month = 24 * time.Hour, 365 * 24 * time.Hour / 12
	switch {
	case d >= 2*month:
		return plural(int((d+month/2)/month), "month", "months")
	case d >= 2*day:
		return plural(int((d+day/2)/day), "day", "days")
	}
	return plural(int((d+30*time.Minute)/time.Hour), "hour", "hours")
}
