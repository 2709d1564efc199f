package content

import (
	"fmt"
	"path"
	"strings"
)

// readMake reads a Makefile: recipes and what $(shell …) and != run, as shell
// text, with the variables of make as its variables.
func readMake(s source, f *facts) {
	text := s.text
	if len(text) > maxShellText {
		f.part = fmt.Sprintf("of a Makefile, what is past %d MiB was not read", maxShellText>>20)
		text = text[:maxShellText]
	}
	steps := makeSteps(text, s.first)
	newShellReader(text, s.first, f).twice(func(r *shReader) {
		for _, step := range steps {
			r.line = step.line
			if step.name != "" {
				p := &shParser{store: new(shStore), src: step.text, line: step.line}
				r.vars[step.name] = r.word(p.expanding())
				continue
			}
			r.run(step.list, shValue{})
		}
	})
}

// A makeStep is a recipe's line, or the assignment of a variable.
type makeStep struct {
	name string
	text string
	list []shPipeline
	line int
}

func makeSteps(text string, line int) []makeStep {
	var steps []makeStep
	store := new(shStore)
	for len(text) > 0 {
		logical, lines, rest := joined(text)
		text = rest
		at := line
		line += lines
		if recipe, ok := strings.CutPrefix(logical, "\t"); ok {
			recipe = strings.TrimLeft(recipe, "@-+ \t")
			if recipe != "" && recipe[0] != '#' {
				steps = append(steps, makeStep{list: parseShellInto(store, shellOfMake(recipe), at, 0), line: at})
			}
			continue
		}
		name, value, runs := makeAssignment(logical)
		if name == "" {
			if strings.Contains(logical, "$(shell ") || strings.Contains(logical, "${shell ") {
				steps = append(steps, makeStep{list: parseShellInto(store, ": "+shellOfMake(logical), at, 0), line: at})
			}
			continue
		}
		value = shellOfMake(value)
		if runs {
			value = "$(" + value + ")"
		}
		steps = append(steps, makeStep{name: name, text: value, line: at})
	}
	return steps
}

// joined returns the first line of a text with those it is continued on.
func joined(text string) (logical string, lines int, rest string) {
	end := 0
	for {
		i := strings.IndexByte(text[end:], '\n')
		lines++
		if i < 0 {
			return text, lines, ""
		}
		end += i
		if end == 0 || text[end-1] != '\\' && !strings.HasSuffix(text[:end], "\\\r") {
			return text[:end], lines, text[end+1:]
		}
		end++
	}
}

// makeAssignment splits NAME = value in its forms; runs is for !=.
func makeAssignment(line string) (name, value string, runs bool) {
	i := strings.IndexByte(line, '=')
	if i <= 0 || strings.HasPrefix(line, "#") {
		return "", "", false
	}
	name, value = line[:i], strings.TrimSpace(line[i+1:])
	runs = strings.HasSuffix(name, "!")
	name = strings.TrimSpace(strings.TrimRight(name, ":?+!"))
	for _, word := range []string{"export ", "override ", "private "} {
		name = strings.TrimPrefix(name, word)
	}
	for j := 0; j < len(name); j++ {
		if !inVariable(name[j]) && name[j] != '-' && name[j] != '.' {
			return "", "", false
		}
	}
	return name, value, runs
}

// shellOfMake rewrites what make expands as the shell would write it.
func shellOfMake(s string) string {
	if strings.IndexByte(s, '$') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 >= len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == '$':
			b.WriteByte('$')
		case c == '(' || c == '{':
			rest := s[i+1:]
			if strings.HasPrefix(rest, "shell ") {
				b.WriteString("$(")
				i += len("shell ")
				if c == '{' { // its end is a brace that the shell would not take
					if end := strings.IndexByte(rest, '}'); end >= 0 {
						b.WriteString(rest[len("shell "):end] + ")")
						i += end - len("shell ") + 1
					}
				}
				continue
			}
			n := 0
			for n < len(rest) && (inVariable(rest[n]) || rest[n] == '-' || rest[n] == '.') {
				n++
			}
			if n < len(rest) && (rest[n] == ')' || rest[n] == '}') {
				b.WriteString("${" + rest[:n] + "}")
				i += n + 1
				continue
			}
			// A function of make: what it gives is not known here.
			b.WriteString("${_MAKE}")
			depth := 1
			for i++; i < len(s) && depth > 0; i++ {
				switch s[i] {
				case '(', '{':
					depth++
				case ')', '}':
					depth--
				}
			}
			i--
		default:
			b.WriteByte('$')
			b.WriteByte(c)
		}
	}
	return b.String()
}

// buildEntries says what configure and make start. Of an npm or Python package
// neither is started: its manifest says what is.
func buildEntries(r *release) []entry {
	configured := r.has("configure") || r.has("configure.ac") || r.has("configure.in")
	if !configured && (r.npm != nil || r.has("setup.py") || r.has("pyproject.toml")) {
		return nil
	}
	var out []entry
	for _, f := range r.files {
		base := path.Base(f.path)
		by := ""
		switch {
		case configured && (base == "configure" || base == "configure.ac" || base == "configure.in" || path.Ext(base) == ".m4"):
			by = "configure"
		case base == "Makefile" || base == "GNUmakefile" || base == "Makefile.in" || base == "Makefile.am" || base == "makefile":
			by = "make"
		}
		if by != "" {
			out = append(out, entry{path: f.path, reach: onInstall, by: by})
		}
	}
	return out
}
