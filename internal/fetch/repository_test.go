package fetch

import (
	"net/url"
	"strings"
	"testing"
)

func TestRepositoryAddress(t *testing.T) {
	for written, want := range map[string]string{
		"git+https://github.com/x/y.git":                    "https://github.com/x/y",
		"https://github.com/x/y":                            "https://github.com/x/y",
		"https://www.github.com/x/y/":                       "https://github.com/x/y",
		"http://github.com/x/y.git#readme":                  "https://github.com/x/y",
		"git://github.com/x/y.git":                          "https://github.com/x/y",
		"git@github.com:x/y.git":                            "https://github.com/x/y",
		"git+ssh://git@github.com/x/y.git":                  "https://github.com/x/y",
		"git+ssh://git@github.com:x/y.git":                  "https://github.com/x/y",
		"ssh://git@github.com:22/x/y.git":                   "https://github.com/x/y",
		"https://user:secret@github.com/x/y.git":            "https://github.com/x/y",
		"github:x/y":                                        "https://github.com/x/y",
		"github:x/y#main":                                   "https://github.com/x/y",
		"gitlab:g/s/y":                                      "https://gitlab.com/g/s/y",
		"bitbucket:x/y":                                     "https://bitbucket.org/x/y",
		"x/y":                                               "https://github.com/x/y",
		"github.com/x/y":                                    "https://github.com/x/y",
		"https://github.com/x/y/tree/main/packages/z":       "https://github.com/x/y",
		"https://gitlab.com/g/s/y/-/tree/main":              "https://gitlab.com/g/s/y",
		"https://GitHub.com/X/Y":                            "https://github.com/X/Y",
		"https://git.corp.example:8443/x/y.git":             "https://git.corp.example:8443/x/y.git",
		"https://git.corp.example:443/x/y.git?a=b":          "https://git.corp.example/x/y.git",
		"scm:git:https://git.corp.example/x/y.git":          "https://git.corp.example/x/y.git",
		"scm:git:git://github.com/x/y.git":                  "https://github.com/x/y",
		"//github.com/x/y":                                  "https://github.com/x/y",
		"https://git.corp.example/a b/y":                    "https://git.corp.example/a%20b/y",
		" https://go.googlesource.com/mod ":                 "https://go.googlesource.com/mod",
		"":                                                  "",
		"y":                                                 "",
		"./x/y":                                             "",
		"../x":                                              "",
		"/x/y":                                              "",
		"C:\\x\\y":                                          "",
		"file:///srv/x":                                     "",
		"ext::sh -c touch% /x":                              "",
		"ext::sh -c x/y://a.example/b":                      "",
		"--upload-pack=x/y":                                 "",
		"https://--upload-pack=x/y":                         "",
		"https://github.com/x":                              "",
		"https://github.com/":                               "",
		"https://github.com/x/.git":                         "",
		"https://localhost/x/y":                             "",
		"https://intranet/x/y":                              "",
		"https://printer.local/x/y":                         "",
		"http://127.0.0.1/x/y":                              "",
		"http://127.1/x/y":                                  "",
		"http://2130706433/x/y":                             "",
		"http://0x7f.0x1/x/y":                               "",
		"https://169.254.169.254/latest/meta-data":          "",
		"https://[::1]/x/y":                                 "",
		"https://[fd00::1]/x/y":                             "",
		"https://metadata.google.internal/x":                "",
		"https://a.example/x/../../y":                       "",
		"https://a.example/%2e%2e/y":                        "",
		"https://a.example/x%0ay":                           "",
		"https://a.example/x\ny":                            "",
		"https://a..example/x":                              "",
		"https://" + strings.Repeat("a", 3000) + ".example": "",
		"gist:0123456789abcdef":                             "",
		"[object Object]":                                   "",
	} {
		got, err := RepositoryAddress(written)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", written, got, err, want)
		}
	}
}

func FuzzRepositoryAddress(f *testing.F) {
	for _, s := range []string{"git+https://github.com/x/y.git", "git@host.example:x/y.git", "github:x/y#main", "ssh://git@host.example:22/x", "https://[::1]/x", "x/y", "scm:git:git://h.example/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, written string) {
		got, err := RepositoryAddress(written)
		if err != nil {
			if got != "" {
				t.Errorf("%q and %v", got, err)
			}
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || len(u.Path) < 2 {
			t.Errorf("%q gave %q, %v", written, got, err)
		}
		if again, err := RepositoryAddress(got); err != nil || again != got {
			t.Errorf("%q gave %q, which gave %q, %v", written, got, again, err)
		}
	})
}
