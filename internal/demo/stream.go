package demo

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
)

// maxRandom bounds the bytes of one random file.
const maxRandom = 1 << 20

// stream writes the history as git fast-import reads it.
// Source: https://git-scm.com/docs/git-fast-import
func (h *history) stream(to io.Writer) error {
	w := bufio.NewWriter(to)
	for i, c := range h.commits {
		if len(c.parents) == 0 {
			fmt.Fprint(w, "reset refs/heads/master\n")
		}
		fmt.Fprintf(w, "commit refs/heads/master\nmark :%d\nauthor %s\ncommitter %s\n", i+1, c.author, c.committer)
		data(w, fmt.Sprintf("%s: commit %s\n", label, c.id))
		for n, p := range c.parents {
			fmt.Fprintf(w, "%s :%d\n", [...]string{"from", "merge"}[min(n, 1)], p+1)
		}
		for _, f := range c.files {
			if f.kind == 'D' {
				fmt.Fprintf(w, "D %s\n", f.path)
				continue
			}
			fmt.Fprintf(w, "M %o inline %s\n", 0o100000|f.mode(), f.path)
			data(w, f.content())
		}
	}
	for _, b := range h.branches {
		fmt.Fprintf(w, "reset refs/heads/%s\nfrom :%d\n\n", b.name, b.commit+1)
	}
	for _, t := range h.tags {
		at, message := t.commit, fmt.Sprintf("%s: tag %s\n", label, t.name)
		if at < 0 {
			at, message = 0, message+"\nWhat it stands for is of before 2020 and not in the replica.\n"
		}
		if t.signature != "" {
			message += "\nThe signature is the original's and does not verify here.\n" + armor(t.signature)
		}
		fmt.Fprintf(w, "tag %s\nfrom :%d\ntagger %s\n", t.name, at+1, t.tagger)
		data(w, message)
	}
	return w.Flush()
}

func data(w io.Writer, s string) { fmt.Fprintf(w, "data %d\n%s\n", len(s), s) }

// String writes a stamp as git does.
func (s stamp) String() string {
	return fmt.Sprintf("%s %d %s", s.person, s.at.Unix(), s.at.Format("-0700"))
}

// armor writes a signature as it stands in a tag (RFC 9580, section 6.2).
func armor(code string) string {
	var b strings.Builder
	b.WriteString("-----BEGIN PGP SIGNATURE-----\n\n")
	for len(code) > 0 {
		n := min(len(code), 64)
		b.WriteString(code[:n] + "\n")
		code = code[n:]
	}
	b.WriteString("-----END PGP SIGNATURE-----\n")
	return b.String()
}

func (f file) mode() int64 {
	if f.kind == 'X' {
		return 0o755
	}
	return 0o644
}

// content is what the replica has in a file: the same at every run.
func (f file) content() string {
	if f.kind != 'R' {
		return stub(f)
	}
	b := make([]byte, f.size)
	random := rand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s %d", f.path, f.version)))
	random.Read(b)
	copy(b, "harmless replica, random bytes\n")
	return string(b)
}
