package advisory

import (
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func component(e kennel.Ecosystem, name, version string) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: e, Name: name}, Version: version}
}

func osPackage(e kennel.Ecosystem, release, name, source, version string) kennel.Component {
	c := component(e, name, version)
	c.Release, c.Source = release, kennel.SourcePackage{Name: source, Version: version}
	return c
}

func ids(matches []kennel.Match) []string {
	var out []string
	for _, m := range matches {
		out = append(out, m.Advisory.ID)
	}
	return out
}

// TestStarter has for each incident one that is in it and its nearest kin
// that is not.
func TestStarter(t *testing.T) {
	db, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	if info := db.Info(); !info.Starter || info.Records < 70 {
		t.Fatalf("%+v", info)
	}
	for _, c := range []struct {
		bad, good kennel.Component
		id        string
	}{
		{osPackage(kennel.Debian, "7", "libssl1.0.0", "openssl", "1.0.1e-2+deb7u4"), osPackage(kennel.Debian, "7", "libssl1.0.0", "openssl", "1.0.1e-2+deb7u5"), "CVE-2014-0160"},
		{osPackage(kennel.Ubuntu, "12.04:LTS", "libssl1.0.0", "openssl", "1.0.1-4ubuntu5.11"), osPackage(kennel.Ubuntu, "12.04", "libssl1.0.0", "openssl", "1.0.1-4ubuntu5.12"), "CVE-2014-0160"},
		{osPackage(kennel.Alpine, "v2.7", "libssl1.0", "openssl", "1.0.1f-r1"), osPackage(kennel.Alpine, "v2.7", "libssl1.0", "openssl", "1.0.1g-r0"), "CVE-2014-0160"},
		{osPackage(kennel.Debian, "7", "bash", "bash", "4.2+dfsg-0.1"), osPackage(kennel.Debian, "7", "bash", "bash", "4.2+dfsg-0.1+deb7u3"), "CVE-2014-6271"},
		{osPackage(kennel.Debian, "7", "bash", "bash", "4.2+dfsg-0.1+deb7u1"), osPackage(kennel.Debian, "7", "bash", "bash", "4.2+dfsg-0.1+deb7u3"), "CVE-2014-7169"},
		{osPackage(kennel.Debian, "13", "liblzma5", "xz-utils", "5.6.1-1"), osPackage(kennel.Debian, "13", "liblzma5", "xz-utils", "5.6.1+really5.4.5-1"), "CVE-2024-3094"},
		{osPackage(kennel.Debian, "12", "liblzma5", "xz-utils", "5.6.0-0.2"), osPackage(kennel.Debian, "12", "liblzma5", "xz-utils", "5.4.1-0.2"), "CVE-2024-3094"},
		{osPackage(kennel.Alpine, "edge", "xz-libs", "xz", "5.6.1-r1"), osPackage(kennel.Alpine, "edge", "xz-libs", "xz", "5.6.1-r2"), "CVE-2024-3094"},
		{osPackage(kennel.Debian, "12", "openssh-server", "openssh", "1:9.2p1-2+deb12u2"), osPackage(kennel.Debian, "12", "openssh-server", "openssh", "1:9.2p1-2+deb12u3"), "CVE-2024-6387"},
		{osPackage(kennel.Ubuntu, "22.04:LTS", "openssh-server", "openssh", "1:8.9p1-3ubuntu0.7"), osPackage(kennel.Ubuntu, "22.04:LTS", "openssh-server", "openssh", "1:8.9p1-3ubuntu0.10"), "CVE-2024-6387"},
		{component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.14.1"), component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.17.1"), "CVE-2021-44228"},
		{component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.0-beta9"), component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.3.1"), "CVE-2021-44228"},
		{component(kennel.Maven, "org.springframework:spring-beans", "5.3.17"), component(kennel.Maven, "org.springframework:spring-beans", "5.2.20.RELEASE"), "CVE-2022-22965"},
		{component(kennel.Maven, "org.apache.struts:struts2-core", "2.3.31"), component(kennel.Maven, "org.apache.struts:struts2-core", "2.5.10.1"), "CVE-2017-5638"},
		{component(kennel.NPM, "event-stream", "3.3.6"), component(kennel.NPM, "event-stream", "3.3.4"), "KENNEL-2018-event-stream"},
		{component(kennel.NPM, "ua-parser-js", "0.7.29"), component(kennel.NPM, "ua-parser-js", "0.7.30"), "KENNEL-2021-ua-parser-js"},
		{component(kennel.NPM, "colors", "1.4.44-liberty-2"), component(kennel.NPM, "colors", "1.4.0"), "KENNEL-2022-colors"},
		{component(kennel.NPM, "node-ipc", "10.1.1"), component(kennel.NPM, "node-ipc", "10.1.0"), "CVE-2022-23812"},
		{component(kennel.NPM, "chalk", "5.6.1"), component(kennel.NPM, "chalk", "5.6.2"), "KENNEL-2025-chalk-debug"},
		{component(kennel.NPM, "crossenv", "6.1.1"), component(kennel.NPM, "cross-env", "6.1.1"), "KENNEL-2017-crossenv"},
		{component(kennel.NPM, "crossenv", "6.1.1"), component(kennel.NPM, "@types/crossenv", "6.1.1"), "KENNEL-2017-crossenv"},
		{component(kennel.PyPI, "ctx", "0.2.6"), component(kennel.PyPI, "ctx", "0.1.1"), "KENNEL-2022-ctx"},
		{component(kennel.PyPI, "Django", "3.2.12"), component(kennel.PyPI, "django", "3.2.13"), "CVE-2022-28346"},
		{component(kennel.RubyGems, "rest-client", "1.6.13"), component(kennel.RubyGems, "rest-client", "1.6.14"), "CVE-2019-15224"},
		{component(kennel.Go, "golang.org/x/net", "v0.16.0"), component(kennel.Go, "golang.org/x/net", "v0.17.0"), "CVE-2023-44487"},
		{component(kennel.Go, "stdlib", "1.21.2"), component(kennel.Go, "stdlib", "1.20.10"), "CVE-2023-44487"},
		{component(kennel.GitHubActions, "tj-actions/changed-files", "v44"), component(kennel.GitHubActions, "tj-actions/changed-files", "v46.0.1"), "CVE-2025-30066"},
	} {
		got, err := db.Match(c.bad)
		if !contains(ids(got), c.id) {
			t.Errorf("%s %s: %v (%v), want %s", c.bad.Name, c.bad.Version, ids(got), err, c.id)
		}
		got, err = db.Match(c.good)
		if contains(ids(got), c.id) || err != nil {
			t.Errorf("%s %s: %v (%v), want it free of %s", c.good.Name, c.good.Version, ids(got), err, c.id)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func TestStarterKEV(t *testing.T) {
	db, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Match(component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.14.1"))
	if err != nil || len(got) != 4 || got[0].KEV == nil || !got[0].KEV.Ransomware || got[0].KEV.Due.Format("2006-01-02") != "2021-12-24" {
		t.Fatalf("%+v, %v", got, err)
	}
	if f := got[0].Fix; f.State != kennel.FixKnown || f.Version != "2.17.1" {
		t.Errorf("fix %+v, want 2.17.1, which none of the four affects", f)
	}
}

// BenchmarkStarter is what a scan without a database pays once.
func BenchmarkStarter(b *testing.B) {
	for b.Loop() {
		if _, err := compileText(starterText); err != nil {
			b.Fatal(err)
		}
	}
}
