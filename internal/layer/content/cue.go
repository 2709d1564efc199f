package content

import "github.com/kennel-oss/kennel"

// cues groups and words what is to be told, the gravest first; before is nil
// when there is no previous release.
func cues(c kennel.Component, now, before *account) []kennel.Finding {
	return nil
}
