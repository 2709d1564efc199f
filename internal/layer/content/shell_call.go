package content

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
)

// call evaluates a simple command: what it does, and what it prints.
func (r *shReader) call(c *shCommand, args []shValue, in shValue) shValue {
	for range 8 { // wrappers of wrappers
		n := wrapped(args)
		if n == 0 {
			break
		}
		if n >= len(args) {
			if path.Base(args[0].text) == "env" && !in.from.any(heldOwn) {
				return r.gave(wholeEnv, args)
			}
			return shValue{}
		}
		if b := path.Base(args[0].text); b == "nohup" || b == "setsid" {
			r.see(process, r.show(r.line), "")
		}
		args = args[n:]
	}
	name := strings.TrimLeft(args[0].text, "@")
	if args[0].from.any(network) && !args[0].known || r.files[name].from.any(network|decodes) && strings.Contains(name, "/") {
		return r.started(name, r.file(args[0]), args)
	}
	base := path.Base(name)
	switch base {
	case "sh", "bash", "dash", "zsh", "ksh", "ash", "mksh":
		return r.interpreter(base, args, in)
	case "node", "nodejs", "python", "python2", "python3", "perl", "ruby", "php", "deno", "bun", "osascript", "pwsh", "powershell":
		if base == "bun" {
			r.installs(args[1:])
		}
		if len(args) > 3 && args[1].text == "-m" && args[2].text == "pip" {
			r.installs(args[3:])
			return shValue{}
		}
		return r.interpreter(base, args, in)
	case "eval":
		return r.eval(args, in)
	case ".", "source":
		if len(args) > 1 {
			return r.interpreter("sh", args, in)
		}
	case "curl", "wget", "fetch", "aria2c", "lwp-download", "nc", "ncat", "netcat", "socat", "ftp", "scp", "rsync", "telnet", "ssh":
		return r.transfer(base, args, in)
	case "env", "printenv", "export", "set", "declare":
		if len(args) == 1 || base != "set" && len(args) == 2 && args[1].text == "-p" || base == "env" && len(args) == 2 && args[1].text == "-0" {
			if base == "set" || base == "export" || base == "declare" {
				return shValue{from: wholeEnv, line: r.line, says: base} // configure lists its variables so
			}
			return r.gave(wholeEnv, args)
		}
		if base == "printenv" && secretName(args[1].text) {
			return r.gave(credential, args)
		}
		for i := 1; i < len(args) && (base == "export" || base == "declare"); i++ {
			if name, value, ok := strings.Cut(args[i].text, "="); ok {
				v := args[i]
				v.text = value
				r.vars[name] = v
			}
		}
	case "whoami", "hostname", "uname", "id", "ifconfig", "ip", "arp", "netstat":
		return r.gave(hostFacts, args)
	case "echo", "print", "printf":
		return r.echo(base, args)
	case "chmod", "install":
		return shValue{}
	case "crontab":
		if len(args) == 1 || args[len(args)-1].text != "-l" && args[len(args)-1].text != "-r" {
			r.see(writesStartup, r.show(r.line), "crontab")
			if in.from.any(network | decodes) {
				r.flow(in, writesStartup)
			}
		}
	case "systemctl", "launchctl", "update-rc.d", "chkconfig", "schtasks":
		for _, a := range args[1:] {
			switch strings.ToLower(a.text) {
			case "enable", "load", "bootstrap", "defaults", "/create":
				r.see(writesStartup, r.show(r.line), base)
			}
		}
	case "history":
		if len(args) > 1 && args[1].text == "-c" {
			r.see(hides, r.show(r.line), "")
		}
	case "pip", "pip2", "pip3", "pipx", "uv":
		r.installs(args[1:])
	case "npm", "yarn", "pnpm", "twine", "gem", "cargo":
		r.installs(args[1:])
		if len(args) > 1 && (args[1].text == "publish" || args[1].text == "upload" || args[1].text == "push") {
			r.see(publishes, r.show(r.line), "")
		}
	case "pbpaste", "xclip", "xsel":
		return r.gave(clipboard, args)
	case "tee":
		for _, a := range args[1:] {
			if !strings.HasPrefix(a.text, "-") {
				r.save(a, in)
			}
		}
		return in
	case "cp", "mv", "ln":
		r.copied(args)
	case "rm", "shred":
		r.removed(args)
	default:
		if v, ok := r.filter(base, args, in); ok {
			return v
		}
		if strings.ContainsAny(name, "/") || strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".js") || strings.HasSuffix(name, ".py") {
			r.starts(name)
		}
	}
	return shValue{}
}

// wrapped returns how many words stand before the command that a wrapper runs.
func wrapped(args []shValue) int {
	if len(args) == 0 {
		return 0
	}
	n := 1
	switch path.Base(strings.TrimLeft(args[0].text, "@-")) {
	case "sudo", "doas", "nohup", "setsid", "exec", "command", "builtin", "time", "nice", "ionice", "stdbuf", "busybox", "npx", "xargs", "cross-env", "cross-env-shell":
	case "env":
	case "timeout":
		n = 2
	default:
		if args[0].text == "$AM_V_GEN" || args[0].text == "$Q" || args[0].text == "$V" {
			return 1
		}
		return 0
	}
	for n < len(args) && (strings.HasPrefix(args[n].text, "-") || strings.Contains(args[n].text, "=") && !strings.ContainsAny(args[n].text, " /")) {
		n++
	}
	return n
}

// gave reports a command that yields what c says.
func (r *shReader) gave(c capability, args []shValue) shValue {
	var b strings.Builder
	for i, a := range args[:min(len(args), 8)] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.text)
	}
	r.see(c, r.show(r.line), b.String())
	return shValue{from: c, line: r.line, says: b.String()}
}

// interpreter is sh, node and the like: with a script, with text, or reading
// what is piped in.
func (r *shReader) interpreter(base string, args []shValue, in shValue) shValue {
	r.see(process, r.show(r.line), base)
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case strings.HasPrefix(a.text, "-") && len(a.text) > 1 && !strings.HasPrefix(a.text, "--"):
			letter := a.text[len(a.text)-1]
			inline := letter == 'c' && base != "perl" && base != "ruby" || letter == 'e' && base != "sh" && base != "bash" || letter == 'p' && base == "node" || letter == 'r' && base == "php"
			if inline && i+1 < len(args) {
				return r.code(base, args[i+1], in)
			}
			if letter == 's' {
				return r.code(base, in, shValue{})
			}
			if letter == 'r' && i+1 < len(args) && (base == "node" || base == "nodejs") {
				r.startsAs(args[i+1].text, base)
			}
			if letter == 'm' || letter == 'r' || letter == 'o' && base == "bash" {
				i++
			}
		case a.text == "-" || a.text == "/dev/stdin":
			return r.code(base, in, shValue{})
		case a.text == "--eval" || a.text == "--print":
			if i+1 < len(args) {
				return r.code(base, args[i+1], in)
			}
		case strings.HasPrefix(a.text, "--"):
		case a.text == "/dev/fd/63":
			return r.code(base, shValue{from: a.from, line: a.line, says: a.says}, shValue{})
		default:
			if v, ok := r.files[a.text]; ok && v.from.any(network|decodes|heldSets) {
				return r.started(a.text, v, args)
			}
			if a.from.any(network) && !a.known {
				return r.code(base, a, shValue{})
			}
			r.startsAs(a.text, base)
			return shValue{}
		}
	}
	return r.code(base, in, shValue{})
}

// code is text that an interpreter runs.
func (r *shReader) code(base string, v, in shValue) shValue {
	r.ran(v)
	if !v.known || v.text == "" || r.depth >= 6 {
		return shValue{from: v.from & heldOwn}
	}
	if r.bytes += len(v.text); r.bytes > maxShellBytes {
		r.f.part = fmt.Sprintf("of the text that a script puts together and runs, what is past %d MiB was not read", maxShellBytes>>20)
		return shValue{}
	}
	r.depth++
	defer func() { r.depth-- }()
	switch base {
	case "node", "nodejs", "bun", "deno":
		readJavaScript(source{text: v.text, first: r.line}, r.f)
	case "python", "python2", "python3":
		readPython(source{text: v.text, first: r.line}, r.f)
	case "perl", "ruby", "php", "osascript", "pwsh", "powershell":
	default:
		line := r.line
		out := r.run(parseShell(v.text, line, r.depth), in)
		r.line = line
		return out
	}
	return shValue{}
}

// ran reports what runs as code and where it came from.
func (r *shReader) ran(v shValue) {
	switch {
	case v.from.has(network):
		r.see(downloadRun, r.show(r.line), v.text)
		r.flow(v, dynamicCode)
	case v.from.any(decodes):
		r.see(dynamicCode, r.show(r.line), "")
		r.flow(v, dynamicCode)
	}
	if v.from.has(heldData) && v.from.any(decodes|heldSets) {
		// Data of the package, taken apart and run: no build needs that.
		v.from |= readsFile | decodes
		r.see(dynamicCode|decodes, r.show(r.line), v.says)
		r.flow(v, dynamicCode)
		r.mark("data run as commands", 3)
	}
}

// started is a program that was fetched or made before.
func (r *shReader) started(name string, v shValue, args []shValue) shValue {
	if v.from.has(network) {
		r.see(process|downloadRun, r.show(r.line), name)
	}
	r.flow(v, process)
	return shValue{}
}

// starts refers to a program of the package.
func (r *shReader) starts(name string) { r.startsAs(name, "") }

func (r *shReader) startsAs(name, interpreter string) {
	if strings.ContainsAny(name, "$* \n") && !strings.Contains(name, "/") {
		return
	}
	// A variable before the path is the source folder.
	for strings.HasPrefix(name, "$") {
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return
		}
		name = rest
	}
	if strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/bin/") {
		return
	}
	r.f.referAs(name, r.line, true, interpreter)
}

// eval runs its words as commands.
func (r *shReader) eval(args []shValue, in shValue) shValue {
	v := shValue{known: true}
	for i, a := range args[1:] {
		if i > 0 {
			v = v.join(shValue{text: " ", known: true})
		}
		v = v.join(a)
	}
	if strings.Contains(v.text, "$") {
		v.known = true // its variables are expanded once more
	}
	return r.code("sh", v, in)
}

// echo prints its words.
func (r *shReader) echo(base string, args []shValue) shValue {
	out := shValue{known: true}
	words := args[1:]
	escapes := base == "printf"
	for len(words) > 0 && strings.HasPrefix(words[0].text, "-") && len(words[0].text) <= 3 && base != "printf" {
		escapes = escapes || strings.Contains(words[0].text, "e")
		words = words[1:]
	}
	if base == "printf" && len(words) > 1 && strings.Contains(words[0].text, "%") {
		words = words[1:]
	}
	for i, a := range words {
		if i > 0 {
			out = out.join(shValue{text: " ", known: true})
		}
		if escapes && a.known && strings.Contains(a.text, `\`) {
			if strings.Count(a.text, `\x`)+strings.Count(a.text, `\0`)+strings.Count(a.text, `\1`) > 8 {
				a.from |= decodes
				a.line, a.says = r.line, a.text
			}
			a.text = unescapeC(a.text)
		}
		out = out.join(a)
	}
	return out
}

// decodedText decodes a constant, once: it is looked at and never run.
func decodedText(text, how string) (string, bool) {
	text = strings.Join(strings.Fields(text), "")
	var b []byte
	var err error
	switch how {
	case "base64":
		b, err = base64.StdEncoding.DecodeString(text)
		if err != nil {
			b, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
		}
	case "hex":
		b, err = hex.DecodeString(text)
	default:
		return "", false
	}
	return string(b), err == nil
}
