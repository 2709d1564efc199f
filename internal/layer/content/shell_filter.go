package content

import (
	"strings"
)

// filter evaluates commands that print what they read, changed or not.
func (r *shReader) filter(base string, args []shValue, in shValue) (shValue, bool) {
	out, decoder := in, false
	how := ""
	switch base {
	case "base64", "base32", "openssl", "uudecode", "gbase64":
		for _, a := range args[1:] {
			switch a.text {
			case "-d", "-D", "--decode", "-di", "-id":
				decoder = true
				how = "base64"
			}
		}
		decoder = decoder || base == "uudecode"
		if !decoder {
			out.known = false
			return r.inputs(base, args, out), true
		}
	case "xxd":
		for _, a := range args[1:] {
			if strings.HasPrefix(a.text, "-r") || strings.HasPrefix(a.text, "-p") && strings.Contains(a.text, "r") {
				decoder, how = true, "hex"
			}
		}
	case "gzip", "xz", "bzip2", "zstd", "lzma", "lz4", "lzop", "brotli", "gpg":
		for _, a := range args[1:] {
			decoder = decoder || strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.ContainsRune(a.text, 'd') || a.text == "--decompress" || a.text == "--decrypt" || a.text == "--stdout"
		}
		if !decoder {
			return shValue{}, true
		}
	case "gunzip", "zcat", "xzcat", "unxz", "bzcat", "bunzip2", "unlzma", "lzcat", "zstdcat":
		decoder = true
	case "tr":
		out.known = false
		if translates(args) || in.from.has(heldData) && cuts(args) {
			out.from |= heldSets
		}
		return out, true
	case "rev":
		out.from |= heldSets
		if out.known {
			out.text = reversed(strings.TrimRight(out.text, "\n"))
		}
		return r.inputs(base, args, out), true
	case "head", "tail":
		out = r.inputs(base, args, out)
		for _, a := range args[1:] {
			if strings.HasPrefix(a.text, "-c") || strings.HasPrefix(a.text, "+") || strings.HasPrefix(a.text, "--bytes") {
				out.from |= heldSets
			}
		}
		out.known = false
		return out, true
	case "dd":
		for _, a := range args[1:] {
			if name, ok := strings.CutPrefix(a.text, "if="); ok {
				a.text = name
				out = r.file(a)
			}
			if strings.HasPrefix(a.text, "skip=") || strings.HasPrefix(a.text, "bs=") {
				out.from |= heldSets
			}
		}
		out.known = false
		return out, true
	case "cat":
		return r.inputs(base, args, out), true
	case "sed", "awk", "gawk", "mawk", "cut", "sort", "uniq", "fold", "strings", "paste", "nl", "od", "hexdump":
		out.known = false
		return r.inputs(base, args, out), true
	case "grep", "egrep", "fgrep", "find", "ls":
		out = r.inputs(base, args, out)
		out.text, out.known = "", false
		if lists(base, args) {
			// Names of files, by what is in them.
			out.from = out.from&^readsFile | heldFound
			out.line, out.says = r.line, r.show(r.line)
		}
		return out, true
	default:
		// A command whose name was made at run time, told to decode.
		if !args[0].known && args[0].from.any(heldOwn) {
			for _, a := range args[1:] {
				decoder = decoder || a.text == "-d" || a.text == "-dc" || a.text == "-cd"
			}
		}
		if !decoder {
			return shValue{}, false
		}
	}
	if !decoder {
		return shValue{}, true
	}
	out = r.inputs(base, args, in)
	if how == "base64" && len(in.text) >= 16 || how == "hex" && len(in.text) >= 16 || out.from != 0 {
		out.from |= decodes
		if out.line == 0 {
			out.line, out.says = r.line, r.show(r.line)
		}
	}
	r.see(decodes, r.show(r.line), "")
	text, ok := "", false
	if out.known && len(out.text) <= maxShellValue {
		text, ok = decodedText(out.text, how)
	}
	out.text, out.known = text, ok
	return out, true
}

// inputs adds the files that a filter's words name. Of sed, awk and grep the
// first plain word is a program.
func (r *shReader) inputs(base string, args []shValue, out shValue) shValue {
	program := base == "sed" || base == "awk" || base == "gawk" || base == "mawk" || strings.HasSuffix(base, "grep")
	for i := 1; i < len(args); i++ {
		a := args[i]
		if strings.HasPrefix(a.text, "-") && a.text != "-" || strings.HasPrefix(a.text, "+") {
			switch a.text {
			case "-e", "-f":
				program = false
				i++
			case "-n", "-c", "-d", "-F", "-v":
				if base == "head" || base == "tail" || base == "cut" && a.text != "-n" || strings.HasSuffix(base, "awk") {
					i++
				}
			}
			continue
		}
		if program {
			program = false
			continue
		}
		if a.text == "" && a.from == 0 || a.text == "-" {
			continue
		}
		v := r.file(a)
		if v.from == readsFile && out.from != 0 {
			continue
		}
		out = shValue{from: out.from | v.from, line: v.line, says: v.says, text: v.text, known: v.known}
	}
	return out
}

// lists tells a search that prints the names of files by their content, in
// files that may be binary.
func lists(base string, args []shValue) bool {
	names, binary := false, false
	for _, a := range args[1:] {
		if !strings.HasPrefix(a.text, "-") {
			continue
		}
		if strings.HasPrefix(a.text, "--") {
			names = names || a.text == "--files-with-matches"
			binary = binary || a.text == "--text" || a.text == "--binary-files=text"
			continue
		}
		names = names || strings.ContainsRune(a.text, 'l')
		binary = binary || strings.ContainsRune(a.text, 'a')
	}
	return strings.HasSuffix(base, "grep") && names && binary
}

// translates tells a table for tr that is no case, class or separator change:
// the same characters in another order, or many for others.
func translates(args []shValue) bool {
	if len(args) < 3 || strings.HasPrefix(args[1].text, "-") {
		return false
	}
	from, to := args[len(args)-2].text, args[len(args)-1].text
	if strings.Contains(from, "[:") || strings.Contains(to, "[:") {
		return false
	}
	switch strings.Trim(from, "[]") {
	case "a-z", "A-Z", "a-zA-Z", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A-Za-z":
		return strings.ContainsAny(to, "n-m") && strings.Contains(to, "-") && !strings.Contains(to, "A-Z") && !strings.Contains(to, "a-z") && to != "_" && len(to) > 2
	}
	f, t := unescapeC(from), unescapeC(to)
	if len(f) < 2 || len(t) < 2 {
		return false
	}
	shared := 0
	for i := 0; i < len(t); i++ {
		if strings.IndexByte(f, t[i]) >= 0 && t[i] != '-' && (i >= len(f) || f[i] != t[i]) {
			shared++
		}
	}
	return shared >= 2
}

// cuts tells tr that drops characters.
func cuts(args []shValue) bool {
	return len(args) > 1 && strings.HasPrefix(args[1].text, "-") && strings.ContainsRune(args[1].text, 'd')
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
