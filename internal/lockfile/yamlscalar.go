package lockfile

import "strings"

// yamlKey splits "key: value" and "key:".
func yamlKey(s string) (key, rest string, ok bool) {
	if s[0] == '\'' || s[0] == '"' {
		key, rest, ok = yamlQuoted(s)
		if !ok || rest == "" || rest[0] != ':' {
			return "", "", false
		}
		rest = rest[1:]
	} else {
		i := 0
		for {
			k := strings.IndexByte(s[i:], ':')
			if k < 0 {
				return "", "", false
			}
			i += k
			if i+1 == len(s) || s[i+1] == ' ' {
				break
			}
			i++
		}
		key, rest = s[:i], s[i+1:]
		if !plainScalar(key) {
			return "", "", false
		}
	}
	if len(key) > 1000 { // YAML wants those announced by "? "
		return "", "", false
	}
	if rest == "" {
		return key, "", true
	}
	if rest[0] != ' ' {
		return "", "", false
	}
	return key, strings.Trim(rest, " "), true
}

// plainScalar reports whether s is a scalar that needs no quotes.
func plainScalar(s string) bool {
	if s == "" || strings.IndexByte("-?:,[]{}#&*!|>'\"%@`", s[0]) >= 0 || s[len(s)-1] == ' ' || s[len(s)-1] == ':' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && s[i-1] == ' ' || s[i] == ' ' && s[i-1] == ':' {
			return false
		}
	}
	return true
}

// yamlQuoted takes a quoted scalar off s, up to its closing quote.
func yamlQuoted(s string) (value, rest string, ok bool) {
	if s[0] == '"' {
		end := strings.IndexByte(s[1:], '"') + 1
		if end == 0 || strings.IndexByte(s[:end], '\\') >= 0 {
			return "", "", false
		}
		return s[1:end], s[end+1:], true
	}
	doubled := false
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			doubled = true
			i++
			continue
		}
		value = s[1:i]
		if doubled {
			value = strings.ReplaceAll(value, "''", "'")
		}
		return value, s[i+1:], true
	}
	return "", "", false
}

// flow reads {key: value, …} or [value, …] into n and returns what follows.
func (r *yamlReader) flow(n *Node, s string, depth int) (rest string, ok bool) {
	const deepest = 8
	if depth > deepest {
		return "", false
	}
	closing := byte('}')
	if s[0] == '[' {
		closing = ']'
	}
	s = strings.TrimLeft(s[1:], " ")
	if s != "" && s[0] == closing {
		return s[1:], true
	}
	for s != "" {
		kid := r.node()
		kid.Line = r.line
		n.add(kid)
		if closing == '}' {
			var key string
			if s[0] == '\'' || s[0] == '"' {
				if key, s, ok = yamlQuoted(s); !ok || !strings.HasPrefix(s, ": ") {
					return "", false
				}
			} else {
				i := strings.Index(s, ": ")
				if i < 0 || !flowScalar(s[:i]) {
					return "", false
				}
				key, s = s[:i], s[i:]
			}
			kid.Key, s = key, strings.TrimLeft(s[2:], " ")
			if s == "" {
				return "", false
			}
		}
		switch s[0] {
		case '{', '[':
			if s, ok = r.flow(kid, s, depth+1); !ok {
				return "", false
			}
		case '\'', '"':
			if kid.Value, s, ok = yamlQuoted(s); !ok {
				return "", false
			}
		default:
			i := strings.IndexAny(s, ",[]{}")
			if i < 0 {
				return "", false
			}
			kid.Value, s = strings.TrimRight(s[:i], " "), s[i:]
			if !flowScalar(kid.Value) {
				return "", false
			}
		}
		s = strings.TrimLeft(s, " ")
		switch {
		case s == "":
			return "", false
		case s[0] == closing:
			return s[1:], true
		case strings.HasPrefix(s, ", "):
			s = strings.TrimLeft(s[1:], " ")
		default:
			return "", false
		}
	}
	return "", false
}

func flowScalar(s string) bool {
	return plainScalar(s) && !strings.ContainsAny(s, ",[]{}?")
}
