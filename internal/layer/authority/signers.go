package authority

import (
	"fmt"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// signers tells of tags signed with a key, or made by a person, that no tag
// before them has. A key is a change when settled tags before it were signed,
// and a tagger when settled ones were annotated.
//
// It is worth a look by itself only when all of it comes together: a new key,
// in the hands of somebody who never made a tag before, who is new to a project
// that is not. Rotation of a maintainer's own key, and a hand-over to somebody
// who has been there for years, are told and no more.
func (c *cues) signers() {
	c.holders = map[int32]kennel.Tag{}
	keys, taggers := map[string]int{}, map[int32]int{}
	signed, made := 0, 0
	lastKey := ""
	run := 0 // of signed releases without an unsigned one between them
	for i, t := range c.tags {
		if strings.ContainsAny(t.Name, "0123456789") {
			if t.Signature.Kind != "" {
				run++
			} else {
				if run >= habit && t.at.After(c.asOf.Add(-window)) {
					c.unsigned(t, run)
				}
				run = 0
			}
		}
		if !t.Annotated {
			continue
		}
		key := keyID(t.Signature)
		newKey := key != "" && keys[key] == 0 && signed >= settled
		newTagger := taggers[t.tagger] == 0 && made >= settled
		told := t.at.After(c.asOf.Add(-window))
		fromNewcomer := c.isNewcomer(t.tagger, t.at)
		if told && newTagger && fromNewcomer {
			c.holders[t.tagger] = t.Tag
		}
		switch {
		case told && newKey:
			c.newSigner(c.tags[i:], key, lastKey, keys[lastKey], newTagger, fromNewcomer)
		case told && newTagger:
			c.add(kennel.Finding{
				Rule: "tagger", Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceMedium, At: t.at,
				Title:    fmt.Sprintf("%s is tagged by %s, who made none of the %d tags before it (%s)", t.Name, t.Tagger.Name, made, c.sinceFirst(t.tagger, t.at)),
				Innocent: "maintainers share the work of releasing, hand it on, or change the name and address they use",
				Evidence: []kennel.Evidence{tagEvidence(t)},
			}, t.Name)
		}
		if key != "" {
			keys[key]++
			signed++
			lastKey = key
		}
		taggers[t.tagger]++
		made++
	}
}

// newSigner tells of the first of tags, which a new key signed.
func (c *cues) newSigner(tags []tag, key, before string, times int, newTagger, fromNewcomer bool) {
	t := tags[0]
	since, old := 0, 0
	for _, later := range tags {
		switch keyID(later.Signature) {
		case key:
			since++
		case before:
			old++
		}
	}
	severity, who := kennel.SeverityLow, "by somebody who tagged before"
	if newTagger {
		who = fmt.Sprintf("by %s, who never tagged before (%s)", t.Tagger.Name, c.sinceFirst(t.tagger, t.at))
		if fromNewcomer {
			severity = c.asFresh(t.at, kennel.SeverityMedium)
		}
	}
	first := tagEvidence(t)
	first.Says += fmt.Sprintf("; until %s this key signed %d tags, and the one before it %d", c.asOf.Format(time.DateOnly), since, old)
	list := []kennel.Evidence{first}
	for i := len(c.tags) - len(tags) - 1; i >= 0; i-- { // the last tag of the key before
		if keyID(c.tags[i].Signature) == before {
			says := tagEvidence(c.tags[i])
			says.Says += fmt.Sprintf(", as %d tags until then", times)
			list = append(list, says)
			break
		}
	}
	c.add(kennel.Finding{
		Rule: "tag-signer", Severity: severity, Confidence: kennel.ConfidenceMedium, At: t.at,
		Title:    fmt.Sprintf("%s is signed with a key not seen before, %s", t.Name, who),
		Innocent: "a maintainer's key expired or moved to new hardware, or another maintainer releases now: ask for the old key's word for the new one",
		Evidence: list,
	}, t.Name)
}

// unsigned tells of a release whose tag is not signed when all of some time
// before it were. Who has the right to push and not the key can make no other.
func (c *cues) unsigned(t tag, run int) {
	c.add(kennel.Finding{
		Rule: "unsigned", Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceHigh, At: t.at,
		Title:    fmt.Sprintf("%s is not signed, and the %d releases before it were", t.Name, run),
		Innocent: "the tag was made through a web page or by a machine, or its maker forgot",
		Evidence: []kennel.Evidence{tagEvidence(t)},
	}, t.Name)
}

// keyID brings the key of a signature to the id that all of its spellings
// share: old signatures hold an OpenPGP key's id and new ones its fingerprint.
// Of version 4 that ends with the id, of later ones it begins with it.
func keyID(s kennel.Signature) string {
	if s.Kind != "openpgp" {
		return s.Key
	}
	switch len(s.Key) {
	case 40:
		return s.Key[24:]
	case 64:
		return s.Key[:16]
	}
	return s.Key
}
