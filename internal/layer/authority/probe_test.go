package authority

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBroken(t *testing.T) {
	for source, dead := range map[string]bool{
		"int main(void) { return 0; }":                                      false,
		"#include <a.h>\nint a[] = { 1, 2 };\nstruct s { int x : 3; } y;\n": false,
		"#define X(a) \\\n  (\nint main() { return '\\''; } // )\n/* ( */":  false,
		"#if 0\n.\n#endif\nint x;":                                          false,
		"__attribute__((unused)) static int f(void);\n;\nint x;":            false,
		"extern \"C\" { int f(); }\nint main() { return f() ? 1 : 0; }":     false,
		"*p;":                            false, // an old declaration of int
		"":                               false,
		"#include <a.h>\n.\nint main;":   true,
		"int main(void) { return 0; ":    true,
		"int main(void) { return 0; }}":  true,
		"int main(void) { return (0]; }": true,
		"int a; @":                       true,
		"int a; /* never":                true,
		"int f(void) { }\n-int x;":       true,
		"int f(void) { } 7":              true,
		"\"unfinished":                   false, // the build system's quoting, perhaps
	} {
		if why, _ := broken(source); (why != "") != dead {
			t.Errorf("%q: %q", source, why)
		}
	}
}

func TestSources(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"CMakeLists.txt", "# check_c_source_compiles\nCheck_C_Source_Compiles ( \"int a;\" X)\ncheck_cxx_source_runs([[int b;]] X)\ncheck_c_source_compiles(\"${V} int c;\" X)", "int a;|int b;"},
		{"x.cmake", "check_c_source_compiles(\"never", ""},
		{"meson.build", "cc.compiles(\n'''#include <a.h>\nint a;''', name: 'x')\ncc.compiles('''#include <b.h>\n''' + y)\nz = '''#include <c.h>'''\nx = '''text'''\ny = '''", "#include <a.h>\nint a;"},
		{"configure.ac", "AC_LANG_SOURCE([[#include <a.h>\nint a;]])\nAC_LANG_SOURCE([[.syntax unified]])\nAC_LANG_SOURCE([[", "#include <a.h>\nint a;"},
	} {
		var got []string
		for _, p := range sources(c.name, c.text) {
			got = append(got, p.text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func FuzzProbe(f *testing.F) {
	f.Add("CMakeLists.txt", "check_c_source_compiles(\"int a; /* ' \\\" ${x}\" X)")
	f.Add("meson.build", "'''#include'''")
	f.Add("a.m4", "AC_LANG_SOURCE([[#include\n#define \\\n]])")
	f.Fuzz(func(t *testing.T, name, text string) {
		for _, p := range sources(name, text) {
			if _, line := broken(p.text); line > strings.Count(p.text, "\n")+1 {
				t.Errorf("line %d of %q", line, p.text)
			}
		}
	})
}

func FuzzMailmap(f *testing.F) {
	f.Add([]byte("A <a@a.example> B <b@b.example>\n# x\n<a@a> <\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p people
		n := p.index(ada)
		p.mailmap(text)
		p.join()
		if p.who(n) != n || !utf8.ValidString(p.name(n)) {
			t.Error("a person alone is themselves")
		}
	})
}
