package content

import (
	"path"
	"strings"
)

// transfer is a command that sends and receives.
func (r *shReader) transfer(base string, args []shValue, in shValue) shValue {
	url, saved := "", ""
	send := shValue{}
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case a.text == "-o" || a.text == "--output" || base == "wget" && (a.text == "-O" || a.text == "--output-document"):
			if i+1 < len(args) {
				i++
				saved = args[i].text
			}
		case base == "wget" && strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.Contains(a.text, "O"):
			if _, saved, _ = strings.Cut(a.text, "O"); saved == "" && i+1 < len(args) {
				i++
				saved = args[i].text
			}
		case sends(a.text) && i+1 < len(args):
			i++
			v := args[i]
			if at := strings.IndexByte(v.text, '@'); at >= 0 && at+1 < len(v.text) && v.text != "@-" {
				v.from |= r.file(shValue{text: v.text[at+1:]}).from
			} else if a.text == "-T" || a.text == "--upload-file" || strings.HasPrefix(a.text, "--post-file") {
				v.from |= r.file(v).from
			}
			if v.text == "@-" || v.text == "-" || strings.HasSuffix(v.text, "=@-") {
				v.from |= in.from
			}
			send.from |= v.from
			send.line, send.says = r.line, v.text
		case a.text == "-H" || a.text == "--header" || a.text == "-u" || a.text == "--user" || a.text == "-x" || a.text == "-i" && base != "curl" || a.text == "-b":
			i++ // a credential in a header is how services are spoken to
		case strings.HasPrefix(a.text, "-"):
			if v, ok := strings.CutPrefix(a.text, "--post-file="); ok {
				send.from |= r.file(shValue{text: v}).from
			}
			if strings.HasPrefix(a.text, "--data") || strings.HasPrefix(a.text, "--post-data") || strings.HasPrefix(a.text, "-d") {
				send.from |= a.from
			}
		default:
			// Data within the address: https://x/$(whoami).
			send.from |= a.from &^ credential
			if url == "" || strings.Contains(a.text, "://") {
				url = a.text
			}
			if (base == "scp" || base == "rsync") && !strings.Contains(a.text, ":") {
				send.from |= r.file(a).from
			}
		}
	}
	if in.from != 0 && (base == "nc" || base == "ncat" || base == "netcat" || base == "socat" || base == "ssh" || base == "telnet") {
		send.from |= in.from
		send.line, send.says = in.line, in.says
	}
	caps := network
	if suspectAddress(url) {
		caps |= suspectHost
	}
	r.see(caps, r.show(r.line), url)
	if send.from.any(readsSecret | wholeEnv | credential | hostFacts | clipboard) {
		r.flow(send, network)
	}
	if base == "nc" || base == "ncat" || base == "socat" {
		for _, a := range args[1:] {
			if a.text == "-e" || strings.HasPrefix(a.text, "EXEC:") || strings.HasPrefix(a.text, "exec:") {
				r.see(downloadRun|process, r.show(r.line), url)
				r.flow(shValue{from: network, line: r.line, says: url}, process)
			}
		}
	}
	out := shValue{from: network, line: r.line, says: r.show(r.line), text: url}
	if base == "wget" && saved == "" {
		saved = path.Base(url)
	}
	if base == "curl" && saved == "" {
		for _, a := range args[1:] {
			if strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "--") && strings.ContainsRune(a.text, 'O') {
				saved = path.Base(url)
			}
		}
	}
	if saved != "" && saved != "-" && saved != "/dev/stdout" {
		r.save(shValue{text: saved, known: true}, out)
		if !strings.Contains(saved, "/") {
			r.save(shValue{text: "./" + saved, known: true}, out)
		}
		return shValue{}
	}
	return out
}

func sends(flag string) bool {
	switch flag {
	case "-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "-F", "--form", "-T", "--upload-file", "--json", "--post-data", "--post-file":
		return true
	}
	return false
}

// copied keeps what is known of a file under its new name.
func (r *shReader) copied(args []shValue) {
	if len(args) < 3 {
		return
	}
	to, from := args[len(args)-1], args[len(args)-2]
	if startupPath(to.text) {
		r.see(writesStartup, r.show(r.line), to.text)
	}
	if v, ok := r.files[from.text]; ok {
		r.files[to.text] = v
	}
}

// removed looks for the removal of what is not the package's.
func (r *shReader) removed(args []shValue) {
	deep := false
	for _, a := range args[1:] {
		if strings.HasPrefix(a.text, "-") {
			deep = deep || strings.ContainsAny(a.text, "rR")
			continue
		}
		switch strings.TrimSuffix(a.text, "*") {
		case "~", "~/", "/", "/home", "/home/", "/etc", "/usr":
			if deep {
				r.see(deletesFiles, r.show(r.line), a.text)
			}
		case "$0":
			r.see(hides, r.show(r.line), "")
		}
		if strings.HasSuffix(a.text, "_history") {
			r.see(hides, r.show(r.line), a.text)
		}
	}
}
