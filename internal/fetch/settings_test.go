package fetch

import (
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func variables(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestParseNPMRC(t *testing.T) {
	got := parseNPMRC([]byte("\ufeff; comment\n# comment\nregistry = https://a.example/npm/ ; said so\r\n"+
		"@corp:registry=https://b.example\n//b.example/:_authToken=${TOKEN}\n//c.example/:_authToken=${UNSET}\n//d.example/:_authToken=a${UNSET?}b\n"+
		"quoted=\"a;b\"\nsingle='c#d'\nescaped=e\\;f\nstrict-ssl\nca[]=x\n${TOKEN}=key\nlast=1\nlast=2\nopen=${TOKEN\n[section]\nregistry=https://evil.example\n"),
		variables("TOKEN", "secret"))
	want := npmSettings{
		"registry": "https://a.example/npm/", "@corp:registry": "https://b.example", "//b.example/:_authToken": "secret",
		"//d.example/:_authToken": "ab", "quoted": "a;b", "single": "c#d", "escaped": "e;f", "strict-ssl": "true", "secret": "key", "last": "2", "open": "${TOKEN",
	}
	if !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// folder is a new one, and how to write files into it.
func folder(t *testing.T) (top string, write func(name, text string)) {
	top = t.TempDir()
	return top, func(name, text string) {
		t.Helper()
		file := filepath.Join(top, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(file), 0o755)
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// The order is npm's: environment, user, global, built in. What a project says
// does not count.
func TestNPMSettingsInOrder(t *testing.T) {
	top, write := folder(t)
	write("home/.npmrc", "a=user\nb=user\n//h.example/:_authToken=user\n")
	write("usr/etc/npmrc", "b=global\nc=global\n")
	write("usr/bin/node", "")
	write("usr/lib/node_modules/npm/npmrc", "c=built\nd=built\n")
	write("usr/lib/node_modules/npm/bin/npm-cli.js", "")
	write("usr/lib/node_modules/npm/node_modules/@npmcli/config/lib/definitions/definitions.js",
		"const definitions = {\n  registry: new Definition('registry', {\n    default: 'https://built.example/',\n    type: url,\n")
	if err := os.Symlink("../lib/node_modules/npm/bin/npm-cli.js", filepath.Join(top, "usr/bin/npm")); err != nil {
		t.Skip(err)
	}
	write("project/.npmrc", "a=project\nregistry=https://evil.example/\n//evil.example/:_authToken=${HOME}\n")
	t.Chdir(filepath.Join(top, "project"))
	t.Setenv("HOME", filepath.Join(top, "home"))
	env := variables("PATH", filepath.Join(top, "usr/bin"))
	s, err := readNPM(env, []string{"NPM_CONFIG_A=env", "npm_config_replace_registry_host=never", "npm_config_//k.example/:_authToken=K_e", "npm_config_b=", "npm_config_=x"})
	if err != nil {
		t.Fatal(err)
	}
	want := npmSettings{"a": "env", "b": "user", "c": "global", "d": "built", "registry": "https://built.example/",
		"//h.example/:_authToken": "user", "//k.example/:_authToken": "K_e", "replace-registry-host": "never"}
	if !maps.Equal(s, want) {
		t.Errorf("got  %q\nwant %q", s, want)
	}
	if s, _ := readNPM(variables(), nil); s["registry"] != "" {
		t.Errorf("a registry out of nowhere: %q", s)
	}
	if _, err := (npmSettings{}).registry("x"); err == nil || !strings.Contains(err.Error(), "npm_config_registry") {
		t.Errorf("got %v", err)
	}
}

func TestRegistryOfAScope(t *testing.T) {
	s := npmSettings{"registry": "https://a.example", "@corp:registry": "https://b.example/npm?x#y"}
	for name, want := range map[string]string{"x": "https://a.example/", "@corp/x": "https://b.example/npm/", "@corporation/x": "https://a.example/"} {
		if u, err := s.registry(name); err != nil || u.String() != want {
			t.Errorf("%s: got %v, %v", name, u, err)
		}
	}
	for _, bad := range []string{"ftp://a.example", "a.example", "https://", "https://a b/", "file:///x"} {
		if u, err := (npmSettings{"registry": bad}).registry("x"); err == nil {
			t.Errorf("%s: got %v", bad, u)
		}
	}
	if _, err := (npmSettings{"registry": "https://a.example", "//a.example/:certfile": "x"}).registry("x"); err == nil {
		t.Error("a client certificate was passed over in silence")
	}
}

func TestCredentialsGoWhereTheyBelong(t *testing.T) {
	s := npmSettings{
		"//a.example/npm/:_authToken":  "T",
		"//a.example/npm/sub:_auth":    "cGFpcg==",
		"//b.example:8443/:username":   "u",
		"//b.example:8443/:_password":  "cA==",
		"//127.0.0.1:4873/:_authToken": "L",
		"_authToken":                   "legacy", "_auth": "legacy",
	}
	for address, want := range map[string]string{
		"https://a.example/npm/x":             "Bearer T",
		"https://a.example/npm/@s%2fx":        "Bearer T",
		"https://a.example/npm/sub/x":         "Basic cGFpcg==",
		"https://a.example/npmx/x":            "",
		"https://a.example/":                  "",
		"https://a.example/npm/../x":          "",
		"https://a.example/npm/%2e%2e/x":      "",
		"https://a.example/npm/..":            "",
		"http://a.example/npm/x":              "",
		"https://a.example:444/npm/x":         "",
		"https://sub.a.example/npm/x":         "",
		"https://a.example.evil.example/npm/": "",
		"https://b.example:8443/x":            "Basic dTpw",
		"https://b.example/x":                 "",
		"http://127.0.0.1:4873/x":             "Bearer L",
		"http://127.0.0.1.evil.example/x":     "",
		"https://c.example/x":                 "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.authorization(u); got != want {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// A redirection to another host takes no credentials along, and comes back with
// those of its own address alone.
func TestRedirectionsCarryNoCredentials(t *testing.T) {
	var seen []string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { seen = append(seen, r.Header.Get("Authorization")) })
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		http.Redirect(w, r, other, http.StatusFound)
	})
	u, _ := url.Parse(first)
	o, _ := url.Parse(other)
	trust := &trusted{}
	trust.add(u)
	trust.add(o)
	c := newRegistryClient("kennel/test", access{trusted: trust, authorization: npmSettings{"//" + u.Host + "/:_authToken": "T"}.authorization})
	if _, err := c.File(t.Context(), first, filepath.Join(t.TempDir(), "x"), "", nil); err != nil {
		t.Fatal(err)
	}
	if strings.Join(seen, ",") != "Bearer T," {
		t.Errorf("sent %q", seen)
	}
}

func TestTarballIsAskedOfTheRegistry(t *testing.T) {
	for _, test := range []struct{ registry, written, want string }{
		{"https://a.example/", "https://a.example/x/-/x-1.tgz", "https://a.example/x/-/x-1.tgz"},
		{"https://a.example/", "http://a.example/x/-/x-1.tgz", "https://a.example/x/-/x-1.tgz"},
		{"https://a.example/", "https://evil.example/x/-/x-1.tgz?t=1", "https://a.example/x/-/x-1.tgz?t=1"},
		{"https://a.example/npm/", "https://public.example/@s/x/-/x-1.tgz", "https://a.example/npm/@s/x/-/x-1.tgz"},
		{"https://a.example/npm/", "https://old.example/npm/x/-/x-1.tgz", "https://a.example/npm/x/-/x-1.tgz"},
		{"https://a.example/npm/", "http://169.254.169.254/latest/meta-data", "https://a.example/npm/latest/meta-data"},
		{"https://u:p@a.example/", "https://b.example/%2f/x.tgz", "https://u:p@a.example/%2f/x.tgz"},
		{"https://a.example/", "", ""},
		{"https://a.example/", "file:///etc/passwd", ""},
		{"https://a.example/", "/x.tgz", ""},
	} {
		registry, _ := url.Parse(test.registry)
		u, err := tarball(registry, test.written)
		if test.want == "" && err == nil || test.want != "" && (err != nil || u.String() != test.want) {
			t.Errorf("%s: got %v, %v, want %s", test.written, u, err, test.want)
		}
	}
}

func TestNPMProxy(t *testing.T) {
	s := npmSettings{"https-proxy": "http://p.example:3128", "proxy": "http://q.example", "noproxy": "a.example, .b.example"}
	for address, want := range map[string]string{
		"https://x.example/": "http://p.example:3128", "http://x.example/": "http://q.example",
		"https://a.example/": "", "https://c.b.example/": "", "https://ca.example/": "http://p.example:3128",
	} {
		u, _ := url.Parse(address)
		got, err := s.proxy(u)
		if err != nil || (got == nil) != (want == "") || got != nil && got.String() != want {
			t.Errorf("%s: got %v, %v", address, got, err)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for hostport, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"127.0.0.1:443": false, "10.1.2.3:80": false, "172.16.0.1:80": false, "192.168.1.1:80": false, "169.254.169.254:80": false, "100.64.0.1:80": false,
		"0.0.0.0:80": false, "[::1]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false, "[::ffff:10.0.0.1]:80": false, "[64:ff9b::a00:1]:80": false, "224.0.0.1:80": false, "x": false,
		"192.0.2.1:80": false, "198.51.100.7:80": false, "203.0.113.9:80": false, "192.88.99.1:80": false, "198.18.0.1:80": false, "255.255.255.255:80": false,
		"[2001::1]:443": false, "[2001:0:4136:e378:8000:63bf:3fff:fdd2]:443": false, "[2001:db8::1]:443": false, "[3fff::1]:443": false, "[2002:7f00:1::]:443": false,
		"[::127.0.0.1]:80": false, "[::93.184.216.34]:80": false, "[::]:80": false, "[fec0::1]:80": false, "[100::1]:80": false, "[ff02::1]:80": false,
		"[::ffff:93.184.216.34]:443": true, "[::ffff:127.0.0.1]:80": false, "[::ffff:192.0.2.1]:80": false, "[fe80::1%eth0]:80": false,
		"[64:ff9b::93.184.216.34]:443": true, "[64:ff9b::169.254.169.254]:80": false, "[64:ff9b::127.0.0.1]:80": false, "[64:ff9b::224.0.0.1]:80": false, "[64:ff9b:1::93.184.216.34]:443": false,
		"[2001:4860:4860::8888]:443": true,
	} {
		if got := public(hostport); got != want {
			t.Errorf("%s: got %v", hostport, got)
		}
	}
}

func TestGoSettings(t *testing.T) {
	top, write := folder(t)
	write("env", "GOPRIVATE=corp.example\nGOFLAGS=-insecure\n")
	write("root/go.env", "# defaults\nGOPROXY=https://proxy.example,direct\nGOSUMDB=sum.example\nGOPRIVATE=other.example\n")
	write("root/src/cmd/go/internal/modfetch/key.go", "var known = map[string]string{\n\t\"sum.example\": \"sum.example+01234567+AAAA\",\n}\n")
	s, err := readGo(variables("GOENV", filepath.Join(top, "env"), "GOROOT", filepath.Join(top, "root"), "GONOSUMDB", "private.example"))
	if err != nil || s["GOPROXY"] != "https://proxy.example,direct" || s["GOPRIVATE"] != "corp.example" || s["GONOSUMDB"] != "private.example" {
		t.Fatalf("got %q, %v", s, err)
	}
	if key, at, err := s.sumDB("a.example/x"); err != nil || key != "sum.example+01234567+AAAA" || at.String() != "https://sum.example" {
		t.Errorf("got %q, %v, %v", key, at, err)
	}
	if key, _, err := s.sumDB("private.example/x"); err != nil || key != "" {
		t.Errorf("got %q, %v", key, err)
	}
	if c, err := s.proxies("corp.example/x/y"); err != nil || len(c) != 1 || c[0].address != nil {
		t.Errorf("a private module is asked of %v, %v", c, err)
	}
	if _, _, err := (goSettings{"GOSUMDB": "unknown.example"}).sumDB("x"); err == nil {
		t.Error("a database without a key was taken")
	}
	if _, err := (goSettings{}).proxies("x"); err == nil || !strings.Contains(err.Error(), "set GOPROXY") {
		t.Errorf("got %v", err)
	}
}

func TestProxyLists(t *testing.T) {
	for list, want := range map[string]string{
		"https://a.example":                          "https://a.example,",
		"https://a.example,https://b.example|direct": "https://a.example, https://b.example| direct",
		"https://a.example|https://b.example,off":    "https://a.example| https://b.example,",
		"direct,https://a.example":                   "direct",
		" https://a.example , ,direct":               "https://a.example, direct",
		"off":                                        "error", "ftp://a.example": "error", ",": "error", "a.example": "error",
		"file:///srv/modules,off": "file:///srv/modules,",
	} {
		choices, err := goSettings{"GOPROXY": list}.proxies("x.example/y")
		var got []string
		for _, c := range choices {
			switch {
			case c.address == nil:
				got = append(got, "direct")
			case c.anyError:
				got = append(got, c.address.String()+"|")
			default:
				got = append(got, c.address.String()+",")
			}
		}
		if err != nil {
			got = []string{"error"}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, %v", list, got, err)
		}
	}
}

func TestNetrc(t *testing.T) {
	got := parseNetrc([]byte("machine a.example login u password p\nmachine b.example\n login v\n password q\nmacdef init\n machine c.example login x password y\n\ndefault login z password z\nmachine a.example login other password other\nmachine"))
	if want := map[string]string{"a.example": "Basic dTpw", "b.example": "Basic djpx"}; !maps.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func FuzzNPMRC(f *testing.F) {
	f.Add("registry=https://a.example/\n//a.example/:_authToken=${TOKEN}\n[x]\n")
	f.Add("a = \"\\\"x\"\nb='\n${${X}}=${\n\\;=\\")
	f.Fuzz(func(t *testing.T, text string) {
		s := parseNPMRC([]byte(text), variables("TOKEN", "secret"))
		for _, name := range []string{"x", "@corp/x"} {
			if u, err := s.registry(name); err == nil {
				s.authorization(u)
				tarball(u, text)
			}
		}
	})
}

func FuzzGoEnv(f *testing.F) {
	f.Add("GOPROXY=https://a.example,direct\nGOSUMDB=sum.example+0+x https://b.example\nGOPRIVATE=*.corp.example,x", "a.example/b")
	f.Add("GOPROXY=|,off\nGONOPROXY=none\nGOPRIVATE=[", "x")
	f.Fuzz(func(t *testing.T, text, path string) {
		s := parseGoEnv([]byte(text))
		s.proxies(path)
		s.sumDB(path)
		parseNetrc([]byte(text))
	})
}

// Passwords in the clients' settings reach neither the cache nor an error.
func TestPasswordsStayWhereTheyAre(t *testing.T) {
	var seen []string
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, password, _ := r.BasicAuth()
		seen = append(seen, password)
		switch r.URL.Path {
		case "/x":
			w.Write([]byte(document("x", "https://host.example", "content")))
		case "/host.example/x/@v/list":
			w.Write([]byte("v1.0.0\n"))
		case "/host.example/x/@v/v1.0.0.info":
			w.Write([]byte(`{"Version":"v1.0.0"}`))
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	})
	address = strings.Replace(address, "http://", "http://user:hidden@", 1)
	settleGo(t, address, "")
	t.Setenv("npm_config_registry", address)
	folder := t.TempDir()
	r := registries(t, folder, false)
	for _, c := range []kennel.Component{npmComponent("x", "1.1.0"), goComponent("host.example/x", "v1.0.0"), npmComponent("y", "1.0.0"), goComponent("host.example/y", "v1.0.0")} {
		if _, err := r.Listing(t.Context(), c.Package); (err == nil) != strings.HasSuffix(c.Name, "x") || err != nil && strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v", c.Name, err)
		}
		if _, err := r.Release(t.Context(), c, nil); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v", c.Name, err)
		}
	}
	if strings.Contains(tree(t, folder), "hidden") {
		t.Error("the cache holds a password")
	}
	if strings.Trim(strings.Join(seen, ""), "hiden") != "" || seen[0] != "hidden" {
		t.Errorf("sent %q", seen)
	}
}
