package content

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
)

// executes is exec, eval and what runs text.
func (p *pyReader) executes(v pyValue, line, at int) {
	if v.from.has(readsFile) && v.kind != pyText || v.name == "open()" {
		p.runsFile(v, line)
	}
	if v.kind == pyText && v.pieces < 2 && !v.from.any(network|decodes) {
		if len(v.text) > 0 && p.decoded < maxPyDecoded && len(v.text) < maxPyValue {
			p.readInner(v.text, line) // a constant: as if it stood here
		}
		return
	}
	p.see(dynamicCode, line, at, "")
	p.flow(pyValue{params: v.params}, dynamicCode, line, at, "")
	if v.from.any(network | decodes) {
		p.flow(v, dynamicCode, line, at, "")
	}
	if v.kind == pyText && p.decoded < maxPyDecoded {
		if v.pieces >= 16 && len(v.text) <= 4*v.pieces {
			p.flow(pyValue{from: decodes, line: line, says: "a text put together of pieces"}, dynamicCode, line, at, "")
		}
		p.readInner(v.text, line)
	}
}

// runsFile refers to a file that is run as Python, whatever it is called.
func (p *pyReader) runsFile(v pyValue, line int) {
	name := v.text
	for strings.HasPrefix(name, "$") { // the folder of this file, mostly
		_, rest, ok := strings.Cut(name, "/")
		if !ok {
			return
		}
		name = rest
	}
	if name != "" && len(name) < 300 && !strings.Contains(name, pySeparator) {
		p.f.referAs(name, p.line(line), true, "python")
	}
}

// readInner reads a constant that is run.
func (p *pyReader) readInner(text string, line int) {
	readPythonText(text, p.line(line), p.decoded+1, p.f)
}

// characters makes text of a list of numbers.
func characters(v pyValue) pyValue {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(v.text, pySeparator) {
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i <= 0x10ffff {
			if n > 0 {
				b.WriteString(pySeparator)
			}
			b.WriteRune(rune(i))
			n++
		}
	}
	v.text, v.pieces = b.String(), max(2, n)
	if n >= 8 {
		v.from |= decodes
	}
	return v
}

// decode is a decoder, applied once to a constant, within bounds: the result is
// looked at and never run.
func (p *pyReader) decode(name string, first, all pyValue, line, at int) pyValue {
	out := all
	out.name = ""
	out.from |= decodes
	if out.line == 0 || !out.from.has(network) {
		out.line, out.says = line, p.show(at)
	}
	p.see(decodes, line, at, "")
	if first.kind != pyText {
		return out
	}
	var b []byte
	var err error
	method := name[strings.LastIndexByte(name, '.')+1:]
	switch method {
	case "b64decode", "urlsafe_b64decode", "standard_b64decode", "decodebytes", "decodestring", "a2b_base64":
		text := strings.NewReplacer("-", "+", "_", "/", "\n", "", " ", "", "=", "").Replace(first.text)
		b, err = base64.RawStdEncoding.DecodeString(text)
	case "b32decode":
		b, err = base32.StdEncoding.DecodeString(first.text)
	case "unhexlify", "fromhex", "a2b_hex", "b16decode":
		b, err = hex.DecodeString(strings.Join(strings.Fields(first.text), ""))
	case "decompress":
		var r io.Reader
		if strings.HasPrefix(name, "gzip") {
			r, err = gzip.NewReader(strings.NewReader(first.text))
		} else if strings.HasPrefix(name, "zlib") {
			r, err = zlib.NewReader(bytes.NewReader([]byte(first.text)))
		} else {
			return out
		}
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(r, maxPyValue))
		}
	default:
		return out
	}
	if err == nil && len(b) <= maxPyValue {
		out.kind, out.text = pyText, string(b)
	}
	return out
}
