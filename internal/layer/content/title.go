package content

import (
	"fmt"
	"math/bits"
	"path"
	"strings"
)

// title words chains of one rule and weight, the first of which is told: what
// happens, when, where, and whether it is new.
func title(list []chain) string {
	c := list[0]
	out := c.says
	if !c.placed() {
		if more := len(list) - 1; more > 0 {
			out += fmt.Sprintf("; and %d more", more)
		}
		return out + c.since
	}
	same, other := map[string]bool{}, map[string]bool{}
	for _, d := range list {
		if d.says == c.says && d.reach == c.reach {
			same[d.file] = true
		}
	}
	for _, d := range list {
		if !same[d.file] {
			other[d.file] = true
		}
	}
	where := "in " + path.Base(c.file)
	if len(same) > 1 {
		where = fmt.Sprintf("in %d files", len(same))
	}
	written := c.rule == "obfuscated" || c.rule == "obfuscation-appeared" || c.rule == "invisible-text"
	switch {
	case c.reach == shipped:
		out += ", " + where + ", which nothing seen runs"
	case written: // how a text is written is so at any time
		out += ", " + where + ", run " + c.reach.String()
	default:
		out += " " + c.reach.String() + ", " + where
	}
	out += c.since
	switch len(other) {
	case 0:
	case 1:
		out += "; the like of it is in one file more"
	default:
		out += fmt.Sprintf("; the like of it is in %d files more", len(other))
	}
	return out
}

// placed reports whether a chain is about code in its file: others name what
// they are about.
func (c chain) placed() bool {
	switch c.rule {
	case "exfiltration", "download-run", "decode-run", "persistence", "unusual-host", "destruction", "wallet-hook", "obfuscated", "obfuscation-appeared", "invisible-text":
		return c.file != ""
	}
	return false
}

// innocent is the ordinary explanation of what a rule tells.
func innocent(rule string) string {
	switch rule {
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
		return "A new feature needs it, it is used by configuration alone, or it was left over."
	case "binary-appeared":
		return "A prebuilt program for another platform was added."
	case "binary-run":
		return "The package ships the program that it is about, and sets it up when it is installed."
	case "hidden-binary":
		return "It is there for a test of what tells such files apart, or its format names it so."
	case "doubled-file":
		return "The archive was packed by hand, and the files of one folder are left over."
	case "manifest-unreadable":
		return "The manifest is broken, and nobody has installed this version yet."
	case "capability-appeared":
		return "A new feature needs it, or a dependency was bundled."
	case "persistence":
		return "The package sets up completion, a service or hooks that its user asked for."
	case "unusual-host":
		return "An example, a test, or a short link that its author set up."
	case "destruction":
		return "A tool resets the files that it made itself."
	case "address-dependency":
		return "A fork that no registry has is used until its change is released."
	case "wallet-hook":
		return "A library for wallets or for tests wraps these functions."
	case "obfuscated", "obfuscation-appeared":
		return "The vendor protects its code, or a generator wrote it."
	case "invisible-text":
		return "A table of characters, a test of them, or text in a script that needs them."
	}
	return "An ordinary use of what the language offers."
}

// can words a set behind "can": "use the network and start programs".
func (s capability) can() string {
	words := [capabilities]string{
		"read files", "write files", "delete files", "read where credentials are", "write what starts by itself",
		"change other packages", "use the network", "contact an unusual host", "start programs", "fetch and run with one command", "read the environment",
		"read secrets of the environment", "read the whole environment", "read host and user names", "decode text", "run text as code", "load native code",
		"publish packages", "replace global functions", "handle wallets", "use the clipboard", "hide itself", "decode text of its own", "compute digests",
	}
	var out []string
	for ; s != 0; s &= s - 1 {
		if i := bits.TrailingZeros32(uint32(s)); i < capabilities {
			out = append(out, words[i])
		}
	}
	return listed(out)
}

// listed joins words: "a, b and c".
func listed(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}

// hiding words a mark as what the text of a file does.
func hiding(kind string) string {
	switch kind {
	case "data run as commands":
		return "data is cut out of a file and run as commands"
	case "disguised name", "hidden name", "name in pieces":
		return "the name of what is called is hidden"
	case "escaped letters":
		return "letters are written as numbers"
	case "invisible text", "invisible name":
		return "the text holds characters that are not shown"
	case "text that runs in another direction":
		return "the text is shown in another order than it is read"
	case "look-alike letters in a name":
		return "a name is written with letters that look like others"
	case "obfuscator's names":
		return "the names are those that an obfuscator writes"
	case "encoding that hides code":
		return "the file declares an encoding in which code cannot be read"
	case "packed":
		return "the code is packed into a text that unpacks itself"
	case "padding":
		return "code stands behind more blanks than a screen shows"
	case "symbols only":
		return "the code is written in brackets and signs alone"
	}
	return "the text is made hard to read (" + kind + ")"
}
