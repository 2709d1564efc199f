package history

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// A signature stands at the end of a tag's message, from the last line that
// begins one. Source: git's gpg-interface.c, parse_signed_buffer.
var signatures = []struct{ kind, begin, end string }{
	{"openpgp", "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"},
	{"openpgp", "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"},
	{"ssh", "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"},
	{"x509", "-----BEGIN SIGNED MESSAGE-----", "-----END SIGNED MESSAGE-----"},
}

// tagObject is what a tag object says.
type tagObject struct {
	object, kind string // what it stands for, and of what kind that claims to be
	tag          kennel.Tag
}

// parseTag reads a tag object. ok is false when it says no object.
func parseTag(text []byte) (t tagObject, ok bool) {
	head, body, _ := bytes.Cut(text, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		switch {
		case key == "object" && t.object == "":
			t.object = value
		case key == "type" && t.kind == "":
			t.kind = value
		case key == "tagger" && t.tag.Tagger == kennel.Person{}:
			t.tag.Tagger, t.tag.Time = parsePerson(value)
		}
	}
	t.tag.Annotated = true
	t.tag.Signature = parseSignature(body)
	return t, isID(t.object)
}

// parsePerson reads "Name <address> 1700000000 +0100".
func parsePerson(line string) (p kennel.Person, at time.Time) {
	line = strings.ToValidUTF8(line, "\ufffd")
	open := strings.IndexByte(line, '<')
	end := strings.LastIndexByte(line, '>')
	if open < 0 || end < open {
		return kennel.Person{Name: strings.TrimSpace(line)}, at
	}
	p = kennel.Person{Name: strings.TrimSpace(line[:open]), Email: line[open+1 : end]}
	if facts := strings.Fields(line[end+1:]); len(facts) > 0 {
		at = moment(facts[0])
	}
	return p, at
}

// parseSignature reads the signature at the end of a tag's message, if there
// is one.
func parseSignature(body []byte) kennel.Signature {
	found, from := -1, 0
	for start := 0; start < len(body); {
		line := body[start:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n]
		}
		for i, s := range signatures {
			if bytes.HasPrefix(line, []byte(s.begin)) {
				found, from = i, start+len(line)
			}
		}
		start += len(line) + 1
	}
	if found < 0 {
		return kennel.Signature{}
	}
	s := kennel.Signature{Kind: signatures[found].kind}
	armor, _, _ := bytes.Cut(body[min(from, len(body)):], []byte(signatures[found].end))
	switch s.Kind {
	case "openpgp":
		s.Key, s.Made = openPGP(dearmor(armor))
	case "ssh":
		s.Key = sshKey(dearmor(armor))
	}
	return s
}

// dearmor decodes the base64 of an armored text: an optional head of
// "Key: value" lines that ends with an empty one, lines of base64, and perhaps
// "=" and a checksum.
func dearmor(text []byte) []byte {
	var code []byte
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || len(code) == 0 && bytes.Contains(line, []byte(":")) {
			continue
		}
		if line[0] == '=' {
			break
		}
		code = append(code, line...)
	}
	return decode(code)
}

func decode(code []byte) []byte {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(code)))
	n, err := base64.StdEncoding.Decode(out, code)
	if err != nil {
		// The bytes before the fault are whole.
		n -= n % 3
	}
	return out[:n]
}
