package advisory

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"

	kennel "github.com/kennel-oss/kennel"
)

// severity rates a record: by the newest version of CVSS that it has a sound
// vector of, since FIRST made each to correct the one before; of equal ones by
// the highest score, since the worst case counts; else by its database's word.
func (r *osvRecord) severity(spec osvSpecific) (kennel.Severity, float64, string) {
	var best rating
	best.consider(r.Severity)
	best.vector(word(spec.CVSSv4))
	best.vector(word(spec.CVSSv3))
	worst := kennel.ParseSeverity(word(spec.Severity))
	for i := range r.Affected {
		a := &r.Affected[i]
		best.consider(a.Severity)
		s := specific(a.Specific)
		best.vector(word(s.CVSS))
		worst = max(worst, kennel.ParseSeverity(word(s.Severity)))
	}
	if best.version > 0 {
		return kennel.SeverityOf(best.score), best.score, best.text
	}
	return max(worst, best.word), 0, ""
}

// rating is the best vector so far.
type rating struct {
	version int // 20, 30, 31, 40
	score   float64
	text    string
	word    kennel.Severity // the worst word among the severities
}

func (b *rating) consider(list []osvSeverity) {
	for _, s := range list {
		b.vector(s.Score)
		if s.Type == "Ubuntu" { // a word, which ranks below any vector
			b.word = max(b.word, kennel.ParseSeverity(s.Score))
		}
	}
}

func (b *rating) vector(text string) {
	version, score, ok := cvss(text)
	if ok && (version > b.version || version == b.version && score > b.score) {
		b.version, b.score, b.text = version, score, text
	}
}

// maxVector is above any sound vector: 4.0 with every metric has 220 bytes.
const maxVector = 400

// cvss computes the base score of a vector of CVSS 2, 3.0, 3.1 or 4.0.
func cvss(text string) (version int, score float64, ok bool) {
	if text == "" || len(text) > maxVector {
		return 0, 0, false
	}
	switch {
	case strings.HasPrefix(text, "CVSS:4.0/"):
		if v, err := gocvss40.ParseVector(text); err == nil {
			return 40, v.Score(), true
		}
	case strings.HasPrefix(text, "CVSS:3.1/"):
		if v, err := gocvss31.ParseVector(text); err == nil {
			return 31, v.BaseScore(), true
		}
	case strings.HasPrefix(text, "CVSS:3.0/"):
		if v, err := gocvss30.ParseVector(text); err == nil {
			return 30, v.BaseScore(), true
		}
	default:
		text = strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
		if strings.Count(text, "/") > 13 { // 14 metrics; the library trusts that
			return 0, 0, false
		}
		if v, err := gocvss20.ParseVector(text); err == nil {
			return 20, v.BaseScore(), true
		}
	}
	return 0, 0, false
}
