package content

import "strings"

// installing begins the value of a sight of another package's installation.
const installing = "install of "

// installs looks at the words behind a package manager: to install a package by
// its name is to fetch and run what is no dependency that anyone sees.
func (r *shReader) installs(args []shValue) {
	verb := false
	for i, a := range args {
		switch a.text {
		case "install", "i", "add", "in":
			if !verb {
				verb = true
				continue
			}
		case "pip", "global", "tool":
			if !verb {
				continue
			}
		}
		switch {
		case !verb && !strings.HasPrefix(a.text, "-"):
			return
		case !verb, a.text == "", strings.HasPrefix(a.text, "-"), strings.ContainsAny(a.text[:1], "./$~\"'*"), strings.HasPrefix(a.text, "file:"):
		case strings.HasPrefix(args[i-1].text, "-") && takesValue(args[i-1].text):
		default:
			r.see(process|network, r.show(r.line), installing+a.text)
			return
		}
	}
}

// takesValue tells the options of npm and pip that a value follows.
func takesValue(option string) bool {
	switch option {
	case "--prefix", "-C", "--registry", "--cache", "--loglevel", "-w", "--workspace", "-r", "--requirement", "-c", "--constraint", "-t", "--target",
		"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-e", "--editable", "--tag", "--omit", "--only":
		return true
	}
	return false
}
