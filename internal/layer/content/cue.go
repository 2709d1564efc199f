package content

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

const (
	maxCues     = 12 // findings about a release
	maxEvidence = 6  // of a finding
)

// cues groups and words what is to be told, the gravest first; before is nil
// when there is no previous release.
func cues(c kennel.Component, now, before *account) []kennel.Finding {
	now.chains = append(now.chains, now.obscured()...)
	if before != nil {
		before.chains = append(before.chains, before.obscured()...)
		compare(now, before)
		now.chains = append(now.chains, difference(now, before)...)
	}
	slices.SortStableFunc(now.chains, func(a, b chain) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.rule, b.rule), cmp.Compare(b.reach, a.reach), cmp.Compare(a.file, b.file))
	})
	var out []kennel.Finding
	type group struct {
		rule string
		s    kennel.Severity
	}
	at, more := map[group]int{}, map[group]int{}
	for _, ch := range now.chains {
		if ch.severity <= kennel.SeverityNone {
			continue
		}
		g := group{ch.rule, ch.severity}
		if i, ok := at[g]; ok {
			more[g]++
			for _, e := range ch.evidence {
				if len(out[i].Evidence) < maxEvidence && !slices.Contains(out[i].Evidence, e) {
					out[i].Evidence = append(out[i].Evidence, e)
				}
			}
			continue
		}
		if len(out) == maxCues {
			continue
		}
		at[g] = len(out)
		f := kennel.Finding{Layer: "content", Rule: ch.rule, Component: c, Severity: ch.severity, Confidence: kennel.ConfidenceMedium,
			Title: ch.says, Innocent: innocent(ch), Evidence: slices.Clone(ch.evidence[:min(len(ch.evidence), maxEvidence)])}
		if ch.near {
			f.Confidence = kennel.ConfidenceLow
		}
		switch {
		case ch.reach == onInstall && ch.rule != "install-chain" && ch.rule != "hook-appeared" && ch.rule != "hook-changed":
			f.Title = "at install, " + f.Title
		case ch.reach == shipped && ch.file != "" && ch.file != "package.json":
			f.Title += " (in a file that nothing seen runs)"
		}
		out = append(out, f)
	}
	for g, n := range more {
		i := at[g]
		out[i].Title += fmt.Sprintf("; and %d more of the kind", n)
	}
	return out
}

// innocent is the ordinary explanation of what a rule tells.
func innocent(c chain) string {
	switch c.rule {
	case "exfiltration":
		return "A client sends the key that it is set up with to its own service, or a tool reports errors with their surroundings."
	case "download-run":
		return "The package fetches its own program or browser for this platform, or loads pages and plug-ins as it is meant to."
	case "decode-run":
		return "A build tool stored a worker or module as text."
	case "install-chain":
		return "Install fetches or builds the program that the package is about."
	case "hook-appeared", "hook-changed":
		return "The package began to build native code, or to fetch a program for the platform, when it is installed."
	case "dependency-appeared":
		return "A new feature needs it, or it is used by configuration alone."
	case "binary-appeared":
		return "A prebuilt program for another platform was added."
	case "capability-appeared":
		return "A new feature needs it."
	case "persistence":
		return "The package sets up completion, a service or hooks that its user asked for."
	case "unusual-host":
		return "An example, a test, or a short link that its author set up."
	case "destruction":
		return "A tool resets the files that it made itself."
	case "address-dependency":
		return "A fork that no registry has is used until its change is released."
	case "binary-run":
		return "The package ships the program that it is about, and sets it up when it is installed."
	case "wallet-hook":
		return "A library for wallets or for tests wraps these functions."
	case "obfuscated", "obfuscation-appeared":
		return "The vendor protects its code, or a generator wrote it."
	case "invisible-text":
		return "A table of characters, a test of them, or text in a script that needs them."
	}
	return "An ordinary use of what the language offers."
}

// obscured makes cues of what hides text from who reads it.
func (a *account) obscured() []chain {
	var out []chain
	for _, u := range a.units() {
		hard := chain{rule: "obfuscated", file: u.path, reach: u.reach, by: u.by}
		unseen := chain{rule: "invisible-text", file: u.path, reach: u.reach, by: u.by}
		for _, m := range u.facts.marks {
			c := &hard
			switch m.kind {
			case "invisible text", "text that runs in another direction", "invisible name", "look-alike letters in a name":
				c = &unseen
			}
			if m.weight < 2 {
				continue
			}
			severity := kennel.SeverityLow
			if m.weight > 2 || c.says != "" && !strings.HasSuffix(c.says, m.kind) || u.reach == onInstall {
				severity = kennel.SeverityMedium // plain, or of two kinds
			}
			if c == &hard && u.reach == shipped {
				severity = kennel.SeverityLow
			}
			if severity > c.severity {
				c.severity, c.says = severity, "the text is made hard to read: "+m.kind
			}
			c.evidence = append(c.evidence, at(u.path, m.line, m.kind+": "+m.says))
		}
		for _, c := range []chain{hard, unseen} {
			if c.evidence != nil {
				out = append(out, c)
			}
		}
	}
	return out
}
