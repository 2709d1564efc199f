package content

import (
	"strings"
	"testing"
)

func TestUnicodeMarks(t *testing.T) {
	var selectors strings.Builder
	for i := range 60 {
		selectors.WriteRune(rune(0xe0100 + i%16))
	}
	var tags strings.Builder
	for i := range 60 {
		tags.WriteRune(rune(0xe0020 + i))
	}
	for _, c := range []struct{ in, want string }{
		{"const s = `" + selectors.String() + "`; eval(s)", "invisible text"},
		{"x = '" + tags.String() + "'", "invisible text"},
		{"p = \"" + strings.Repeat("\u3164\uffa0", 40) + "\"", "invisible text"},
		{"p = \"" + strings.Repeat("\u200b\u200c\u200d", 40) + "\"", "invisible text"},
		{"k = '" + strings.Repeat("\ue000\ue123\uf111", 40) + "'", "invisible text"},
		{"if (level != \"user\u202e \u2066// admin\u2069 \u2066\") {", "text that runs in another direction"},
		{"/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */", "text that runs in another direction"},
		{"const { timeout, \u3164} = req.query;", "invisible name"},
		{"def \u0441ount_users(pаssword):", "look-alike letters in a name"},
		// What is ordinary.
		{"\ufeffimport os", ""},
		{"s = '👩‍👩‍👧‍👦 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤️'", ""},
		{"he: '\u202bשלום\u202c',", ""},
		{"ar = 'مرحبا \u200f(x)\u200f = 1'", ""},
		{"re = /[\ufe00-\ufe0f\u200b-\u200d\u2060]/", ""},
		{"icons = {a: '\ue001', b: '\ue002', c: '\ue003'}", ""},
		{"Δt = σ_max * µs", ""},
		{"ru = 'Привет, world'  # комментарий о Python", ""},
		{"title = 'МARINA'", ""},
		{"имя = 'x'; переменная_1 = 2", ""},
		{"s = '" + strings.Repeat("\u200b", 100) + "'", ""},
		{"می\u200cخواهم = 1", ""},
	} {
		f := new(facts)
		readUnicode(source{"x", c.in + "\nnext\n", 1}, f)
		got := ""
		for _, m := range f.marks {
			got += m.kind
		}
		if got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestBinaryKinds(t *testing.T) {
	windows := "MZ" + strings.Repeat("\x00", 58) + "\x80\x00\x00\x00" + strings.Repeat("\x00", 64) + "PE\x00\x00"
	elf := "\x7fELF\x02\x01\x01\x00"
	for _, c := range []struct{ name, head, want string }{
		{"bin/tool", elf, "ELF executable"},
		{"a.exe", windows, "Windows executable"},
		{"logo.png", elf, "ELF executable named as .png"},
		{"notes.txt", windows, "Windows executable named as .txt"},
		{"a.node", "\xcf\xfa\xed\xfe\x07\x00\x00\x01", "Mach-O executable"},
		{"a.dylib", "\xca\xfe\xba\xbe\x00\x00\x00\x02", "Mach-O executable"},
		{"A.class", "\xca\xfe\xba\xbe\x00\x00\x00\x34", "Java class"},
		{"a.wasm", "\x00asm\x01\x00\x00\x00", "WebAssembly"},
		{"a.pyc", "\xa7\x0d\x0d\x0a\x00\x00\x00\x00xxxxxxxx", "Python bytecode"},
		{"logo.png", "\x89PNG\r\n\x1a\n....IEND\xaeB`\x82" + elf, "ELF executable behind a picture"},
		{"logo.gif", "GIF89a....\x00;#!/bin/sh\nx", "script behind a picture"},
		{"logo.png", "\x89PNG\r\n\x1a\n....IEND\xaeB`\x82", ""},
		{"logo.jpg", "\xff\xd8\xff....\xff\xd9thumbnail ends\xff\xd9" + elf, "ELF executable behind a picture"},
		{"MZ.txt", "MZ is how a program for DOS begins, and this is prose about it, which goes on for longer than a header", ""},
		{"a.js", "const a = 1", ""},
		{"empty", "", ""},
	} {
		if got := binaryKind(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestBinariesAreExplained(t *testing.T) {
	r := &release{index: map[string]int{"src/a.c": 0, "pkg/mod.py": 1, "x/y.wat": 2}}
	for _, c := range []struct{ name, kind, want string }{
		{"test/data/elf", "ELF executable", "a test's data"},
		{"prebuilds/linux-x64/a.node", "ELF executable", "built for one platform, as its name says"},
		{"lib/a-win32-x64.exe", "Windows executable", "built for one platform, as its name says"},
		{"pkg/__pycache__/mod.cpython-311.pyc", "Python bytecode", "compiled from the source beside it"},
		{"pkg/gone.pyc", "Python bytecode", ""},
		{"x/y.wasm", "WebAssembly", "compiled from the source beside it"},
		{"m.cpython-311-x86_64-linux-gnu.so", "ELF executable", "an extension module of a wheel"},
		{"lib/helper", "ELF executable", ""},
	} {
		if got := r.explained(file{path: c.name, binary: c.kind}); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
