package authority

import (
	"fmt"
	"path"
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// contacts tells of newcomers with the right to push (author and committer are
// one) who changed where problems are reported, who is paid or who reviews; and
// of those among them who came to release within the window and changed what is
// checked automatically. One cue a person.
func (c *cues) contacts() {
	c.byPerson("contact", c.contact, func(int32) bool { return true },
		"changed where to report, whom to pay or who reviews", "new maintainers write the policies that were missing")
	c.byPerson("checks", c.check, func(who int32) bool { _, ok := c.holders[who]; return ok },
		"who came to release only lately, changed what is checked automatically", "whoever maintains a project maintains its checks")
}

func (c *cues) byPerson(rule string, commits []kennel.Commit, counts func(int32) bool, did, innocent string) {
	lists := map[int32][]kennel.Commit{}
	var order []int32
	for _, k := range commits {
		who := c.people.who(c.people.index(k.Author))
		if who != c.people.who(c.people.index(k.Committer)) || !counts(who) || !c.isNewcomer(who, k.Committed) {
			continue
		}
		if lists[who] == nil {
			order = append(order, who)
		}
		lists[who] = append(lists[who], k)
	}
	for _, who := range order {
		list := lists[who]
		var shown []kennel.Evidence
		var paths []string
		for _, k := range slices.Backward(list) { // oldest first
			e := commitEvidence(k)
			for _, ch := range k.Changes {
				e.Says += "; " + ch.Path
				if !slices.Contains(paths, ch.Path) && len(paths) < 3 {
					paths = append(paths, ch.Path)
				}
			}
			shown = append(shown, e)
		}
		oldest := list[len(list)-1]
		c.add(kennel.Finding{
			Rule: rule, Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceMedium, At: oldest.Committed,
			Title:    fmt.Sprintf("%s, a newcomer, %s: %s (%d commits)", c.people.name(who), did, strings.Join(paths, ", "), len(list)),
			Innocent: innocent, Evidence: shown,
		}, c.people.name(who))
	}
}

func isContact(name string) bool {
	dir := path.Dir(name)
	if dir != "." && dir != ".github" && dir != "docs" && dir != ".well-known" {
		return false
	}
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(name)), ".")
	switch stem {
	case "security", "funding", "codeowners", "maintainers":
		return true
	}
	return false
}

func isCheck(name string) bool {
	switch name {
	case ".gitlab-ci.yml", ".travis.yml", ".cirrus.yml", ".appveyor.yml", "appveyor.yml", "azure-pipelines.yml", ".circleci/config.yml":
		return true
	}
	return strings.HasPrefix(name, ".github/workflows/")
}
