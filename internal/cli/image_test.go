package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel/internal/archive/archivetest"
)

// A package of a dpkg database, as its status file writes it.
func stanza(name, version, source string) string {
	s := fmt.Sprintf("Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n", name, version)
	if source != "" {
		s += "Source: " + source + "\n"
	}
	return s + "\n"
}

func osRelease(id, version, codename string) string {
	return fmt.Sprintf("ID=%s\nVERSION_ID=%q\nVERSION_CODENAME=%s\n", id, version, codename)
}

// jar is a Maven artifact with its coordinates inside.
func jar(group, artifact, version string, more ...archivetest.Entry) string {
	entries := append([]archivetest.Entry{
		{Name: "META-INF/MANIFEST.MF", Content: "Manifest-Version: 1.0\n"},
		{Name: "META-INF/maven/" + group + "/" + artifact + "/pom.properties",
			Content: "groupId=" + group + "\nartifactId=" + artifact + "\nversion=" + version + "\n"},
	}, more...)
	return string(archivetest.Zip(entries...))
}

// dpkgTrigger is what a dpkg root file system holds besides.
func rootfs(release, status string, more ...archivetest.Entry) []archivetest.Entry {
	return append([]archivetest.Entry{
		{Name: "etc/os-release", Content: release},
		{Name: "var/lib/dpkg/status", Content: status},
	}, more...)
}

func fatJar(log4j string) string {
	return jar("shop.example", "orders", "1.0.0", archivetest.Entry{
		Name: "BOOT-INF/lib/log4j-core-" + log4j + ".jar", Content: jar("org.apache.logging.log4j", "log4j-core", log4j),
	})
}

// TestImages scans images that have a known problem, and the same images with
// the distribution's backported fix, offline and with the starter set alone.
func TestImages(t *testing.T) {
	wheezy, bookworm := osRelease("debian", "7", "wheezy"), osRelease("debian", "12", "bookworm")
	sid := "ID=debian\nVERSION_CODENAME=trixie\nPRETTY_NAME=\"Debian GNU/Linux trixie/sid\"\n"
	for _, c := range []struct {
		name       string
		bad, twin  []archivetest.Entry
		id, pkg    string
		atLocation string
	}{
		{
			name: "Heartbleed", id: "CVE-2014-0160", pkg: "libssl1.0.0", atLocation: "var/lib/dpkg/status",
			bad:  rootfs(wheezy, stanza("libssl1.0.0", "1.0.1e-2+deb7u4", "openssl")),
			twin: rootfs(wheezy, stanza("libssl1.0.0", "1.0.1e-2+deb7u5", "openssl")),
		},
		{
			name: "Shellshock", id: "CVE-2014-6271", pkg: "bash", atLocation: "var/lib/dpkg/status",
			bad:  rootfs(wheezy, stanza("bash", "4.2+dfsg-0.1", "")),
			twin: rootfs(wheezy, stanza("bash", "4.2+dfsg-0.1+deb7u3", "")),
		},
		{
			name: "the xz backdoor", id: "CVE-2024-3094", pkg: "liblzma5", atLocation: "var/lib/dpkg/status",
			bad:  rootfs(sid, stanza("liblzma5", "5.6.1-1", "xz-utils")),
			twin: rootfs(sid, stanza("liblzma5", "5.6.1+really5.4.5-1", "xz-utils")),
		},
		{
			name: "Log4Shell in a jar in a jar", id: "CVE-2021-44228", pkg: "org.apache.logging.log4j:log4j-core",
			atLocation: "app/orders.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar",
			bad:        rootfs(bookworm, stanza("base-files", "12.4", ""), archivetest.Entry{Name: "app/orders.jar", Content: fatJar("2.14.1")}),
			twin:       rootfs(bookworm, stanza("base-files", "12.4", ""), archivetest.Entry{Name: "app/orders.jar", Content: fatJar("2.17.1")}),
		},
	} {
		for _, form := range []string{"docker save", "OCI layout", "OCI layout, compressed"} {
			t.Run(c.name+"/"+form, func(t *testing.T) {
				if got := scanImage(t, form, c.bad); got[c.id] == nil {
					t.Errorf("%s was not found", c.id)
				} else if got[c.id].Name != c.pkg || !strings.Contains(got[c.id].Location, c.atLocation) || got[c.id].Layer == "" {
					t.Errorf("found %+v, want %s at %s in a named layer", *got[c.id], c.pkg, c.atLocation)
				}
				if got := scanImage(t, form, c.twin); got[c.id] != nil {
					t.Errorf("the fixed twin was found: %+v", *got[c.id])
				}
			})
		}
	}
}

// TestDeletedInALaterLayer: what a later layer removes is not in the image.
func TestDeletedInALaterLayer(t *testing.T) {
	layers := [][]archivetest.Entry{
		rootfs(osRelease("debian", "12", "bookworm"), stanza("base-files", "12.4", "")),
		{{Name: "app/orders.jar", Content: fatJar("2.14.1")}},
		{{Name: "app/.wh.orders.jar"}},
	}
	if got := scanLayers(t, "docker save", layers); got["CVE-2021-44228"] != nil {
		t.Error("a removed file was found")
	}
}

type seen struct{ Name, Location, Layer string }

func scanImage(t *testing.T, form string, files []archivetest.Entry) map[string]*seen {
	t.Helper()
	// The last file comes in a layer of its own.
	return scanLayers(t, form, [][]archivetest.Entry{files[:1], files[1:]})
}

func scanLayers(t *testing.T, form string, layers [][]archivetest.Entry) map[string]*seen {
	t.Helper()
	image := archivetest.Image{Tags: []string{"shop.example/orders:1"}, Layers: layers}
	path := filepath.Join(t.TempDir(), "image")
	switch form {
	case "docker save":
		if err := os.WriteFile(path+".tar", archivetest.Tar(archivetest.Files(archivetest.Saved(image))...), 0o644); err != nil {
			t.Fatal(err)
		}
		path += ".tar"
	default:
		if strings.Contains(form, "compressed") {
			image.Compress = archivetest.Gzip
		}
		for name, content := range archivetest.Layout(image) {
			file := filepath.Join(path, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	code, stdout, stderr := run(t, nil, "scan", "--offline", "--format", "json", path)
	if code != 0 && code != 1 && code != 4 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	var d struct {
		Findings []struct {
			ID, Name  string
			Aliases   []string
			Locations []struct{ Path, Layer string }
		}
		Components []struct{ Name string }
		Gaps       []struct{ What, Why string }
	}
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatal(err)
	}
	got := map[string]*seen{}
	for _, f := range d.Findings {
		s := &seen{Name: f.Name}
		for _, l := range f.Locations {
			s.Location, s.Layer = l.Path, l.Layer
		}
		for _, id := range append(f.Aliases, f.ID) {
			got[id] = s
		}
	}
	if t.Failed() || len(d.Components) == 0 {
		t.Logf("components %v, gaps %v", d.Components, d.Gaps)
	}
	return got
}
