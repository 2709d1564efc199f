package content

import (
	"fmt"
	"strings"
	"testing"
)

func printShell(list []shPipeline) string {
	var b strings.Builder
	for i, pl := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		for j, c := range pl.stages {
			if j > 0 {
				b.WriteString(" | ")
			}
			if c.body != nil {
				fmt.Fprintf(&b, "{%s}", printShell(c.body))
			}
			sep := ""
			for _, a := range c.assigns {
				fmt.Fprintf(&b, "%s%s=%s", sep, a.name, printWord(a.value))
				sep = " "
			}
			for _, w := range c.words {
				b.WriteString(sep + printWord(w))
				sep = " "
			}
			for _, w := range c.stdin {
				b.WriteString(" <" + printWord(w))
			}
			for _, w := range c.out {
				b.WriteString(" >" + printWord(w))
			}
		}
		if pl.background {
			b.WriteString(" &")
		}
	}
	return b.String()
}

func printWord(w shWord) string {
	var b strings.Builder
	for _, p := range w {
		switch p.kind {
		case shVar:
			b.WriteString("$" + p.text)
		case shEdited:
			b.WriteString("${" + p.text + "…}")
		case shOutput:
			b.WriteString("$(" + printShell(p.command) + ")")
		case shProcess:
			b.WriteString("<(" + printShell(p.command) + ")")
		default:
			fmt.Fprintf(&b, "%q", p.text)
		}
	}
	return strings.ReplaceAll(b.String(), `"`, "'")
}

func TestShellIsParsed(t *testing.T) {
	for in, want := range map[string]string{
		`curl -s "$U/a" | sh # x`:                       `'curl' '-s' $U'/a' | 'sh'`,
		"a=1 b='2 3' cmd x > out 2>&1 &\nnext":          `a='1' b='2 3' 'cmd' 'x' >'out' &; 'next'`,
		"if test -f x; then cat y | tr a b; fi | sh":    `{'test' '-f' 'x'; 'cat' 'y' | 'tr' 'a' 'b'} | 'sh'`,
		"case $1 in\n a|b) echo 1;;\n *) echo 2;; esac": `{'echo' '1'; 'echo' '2'}`,
		"f() { eval \"$(cat x)\"; }":                    `{'eval' $('cat' 'x')}`,
		"x=`sed 's/a/b/' \\`pwd\\`/f`":                  `x=$('sed' 's/a/b/' $('pwd')'/f')`,
		"sh <<EOF\necho $x\nEOF\nnext":                  `'sh' <'echo '$x'\n'; 'next'`,
		"sh <<'EOF'\necho $x\nEOF\nnext":                `'sh' <'echo $x\n'; 'next'`,
		`$'\x63url' ${IFS}a`:                            `'curl' $IFS'a'`,
		"bash -c \"$(curl -fsSL x)\"":                   `'bash' '-c' $('curl' '-fsSL' 'x')`,
		"for i in a b; do echo $i; done < list":         `{'echo' $i} <'list'`,
		"bash <(curl x)":                                `'bash' <('curl' 'x')`,
		"it's prose; echo done":                         `'its' 'prose'; 'echo' 'done'`,
		"{ a; b; } | c":                                 `{'a'; 'b'} | 'c'`,
		"(cd x && make) || exit 1":                      `{'cd' 'x'; 'make'}; 'exit' '1'`,
	} {
		if got := printShell(parseShell(in, 1, 0)); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
}
