package source

import (
	"bytes"
	"path"
	"strings"
)

// lineRule says whether what a line names is run or reached, and by which word.
type lineRule func(line []byte, s *lineState) (Reach, string)

// rulesOf returns how lines of a file are read, nil for files that are not
// followed.
func rulesOf(name string) lineRule {
	base := path.Base(name)
	switch {
	case base == "configure.ac" || base == "configure.in" || path.Ext(base) == ".m4":
		return m4Line
	case base == "configure" || path.Ext(base) == ".sh" || path.Ext(base) == ".bash":
		return shellLine
	case strings.HasPrefix(base, "Makefile") || base == "makefile" || base == "GNUmakefile" || path.Ext(base) == ".mk" || path.Ext(base) == ".am":
		return makeLine
	case base == "CMakeLists.txt" || path.Ext(base) == ".cmake":
		return cmakeLine
	case base == "meson.build":
		return mesonLine
	case path.Ext(base) == ".js" || path.Ext(base) == ".cjs" || path.Ext(base) == ".mjs":
		return scriptLine
	case base == "setup.py" || base == "extconf.rb" || base == "build.rs" || base == "binding.gyp":
		return hookLine
	}
	return nil
}

func m4Line(line []byte, _ *lineState) (Reach, string) {
	line = bytes.TrimLeft(line, " \t")
	if bytes.HasPrefix(line, []byte("dnl")) || bytes.HasPrefix(line, []byte("#")) {
		return Shipped, ""
	}
	for _, word := range []string{"m4_include", "m4_sinclude", "sinclude", "include", "m4_esyscmd_s", "m4_esyscmd", "esyscmd", "syscmd"} {
		if bytes.Contains(line, []byte(word+"(")) {
			return Run, word
		}
	}
	return Reached, "named"
}

func shellLine(line []byte, _ *lineState) (Reach, string) {
	line = bytes.TrimLeft(line, " \t")
	if bytes.HasPrefix(line, []byte("#")) {
		return Shipped, ""
	}
	if bytes.HasPrefix(line, []byte(". ")) || bytes.HasPrefix(line, []byte("source ")) {
		return Run, "sourced"
	}
	for _, word := range []string{"$SHELL", "${SHELL", "sh ", "$ac_aux_dir", "${ac_aux_dir", "$am_aux_dir", "python", "perl", "awk", "sed "} {
		if bytes.Contains(line, []byte(word)) {
			return Run, "run"
		}
	}
	if bytes.HasPrefix(line, []byte("./")) || bytes.HasPrefix(line, []byte("$srcdir/")) || bytes.HasPrefix(line, []byte("\"$srcdir")) {
		return Run, "run"
	}
	return Reached, "named"
}

// makeLine tells included files and recipes from lists of what is distributed.
func makeLine(line []byte, s *lineState) (Reach, string) {
	how, word := Reached, "named"
	trimmed := bytes.TrimSpace(line)
	switch {
	case s.continued:
		how, word = s.how, "listed"
		if how == Run {
			word = "a recipe"
		}
	case bytes.HasPrefix(trimmed, []byte("#")):
		how = Shipped
	case line[0] == '\t':
		how, word = Run, "a recipe"
	case bytes.HasPrefix(trimmed, []byte("include ")) || bytes.HasPrefix(trimmed, []byte("-include ")) || bytes.HasPrefix(trimmed, []byte("sinclude ")):
		how, word = Run, "include"
	default:
		name, _, assigned := bytes.Cut(trimmed, []byte("="))
		name = bytes.TrimRight(name, " \t+:?!")
		switch {
		case !assigned:
		case bytes.HasSuffix(name, []byte("DIST")) || bytes.HasPrefix(name, []byte("DIST")) || bytes.HasPrefix(name, []byte("dist_")) ||
			bytes.HasSuffix(name, []byte("CLEANFILES")) || bytes.HasPrefix(name, []byte("am__")) || bytes.HasSuffix(name, []byte("MANS")):
			how = Shipped
		case bytes.Contains(trimmed, []byte("$(SHELL)")) || bytes.Contains(trimmed, []byte("$(shell")):
			how, word = Run, "run"
		}
	}
	s.continued, s.how = bytes.HasSuffix(trimmed, []byte("\\")), how
	return how, word
}

func cmakeLine(line []byte, _ *lineState) (Reach, string) {
	lower := bytes.ToLower(bytes.TrimLeft(line, " \t"))
	switch {
	case bytes.HasPrefix(lower, []byte("#")):
		return Shipped, ""
	case bytes.Contains(lower, []byte("_binary_dir}")):
		return Reached, "named" // what the build itself made there
	case bytes.HasPrefix(lower, []byte("include(")) || bytes.HasPrefix(lower, []byte("include (")):
		return Run, "include"
	case bytes.Contains(lower, []byte("command")) || bytes.Contains(lower, []byte("execute_process")):
		return Run, "a command"
	}
	return Reached, "named"
}

func mesonLine(line []byte, _ *lineState) (Reach, string) {
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) {
		return Shipped, ""
	}
	if bytes.Contains(line, []byte("run_command")) || bytes.Contains(line, []byte("find_program")) || bytes.Contains(line, []byte("command")) {
		return Run, "a command"
	}
	return Reached, "named"
}

func scriptLine(line []byte, _ *lineState) (Reach, string) {
	for _, word := range []string{"require", "import", "from", "spawn", "exec", "fork"} {
		if bytes.Contains(line, []byte(word)) {
			return Run, word
		}
	}
	return Shipped, ""
}

func hookLine(line []byte, _ *lineState) (Reach, string) {
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#")) {
		return Shipped, ""
	}
	return Run, "named"
}
