package java

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// part is one file of an archive made by a test.
type part struct{ name, content string }

func coordinate(group, artifact, version string) part {
	return part{
		"META-INF/maven/" + group + "/" + artifact + "/pom.properties",
		"#Created by a test\ngroupId=" + group + "\nartifactId=" + artifact + "\nversion=" + version + "\n",
	}
}

var class = part{"com/example/A.class", "\xca\xfe\xba\xbe"}

// pack makes a zip. Names that end in ".jar" are stored, as Spring Boot does.
func pack(t testing.TB, parts ...part) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		if strings.HasSuffix(p.name, ".jar") {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// readJar returns what an archive of this name and content gives, as text.
func readJar(t testing.TB, name, content string) string {
	t.Helper()
	tree := fstest.MapFS{name: &fstest.MapFile{Data: []byte(content)}}
	inv, matched := extracttest.Extract(t, New(), tree)
	if matched != 1 {
		t.Fatalf("%s: %d files matched", name, matched)
	}
	return extracttest.Render(inv)
}

func TestArchive(t *testing.T) {
	log4j := pack(t, class, coordinate("org.apache.logging.log4j", "log4j-core", "2.14.1"))
	cases := []struct{ name, file, content, want string }{
		{"alone", "lib/log4j-core-2.14.1.jar", log4j, `
project lib/log4j-core-2.14.1.jar root=lib ecosystem=Maven name=org.apache.logging.log4j:log4j-core version=2.14.1 installed
  Maven org.apache.logging.log4j:log4j-core 2.14.1 unknown unknown origin=unknown @lib/log4j-core-2.14.1.jar
`},
		{"fat", "app.jar", pack(t, class,
			part{"BOOT-INF/classes/com/example/App.class", ""},
			part{"BOOT-INF/lib/log4j-core-2.14.1.jar", log4j},
			part{"BOOT-INF/lib/mystery.jar", pack(t, class)}), `
project app.jar root=. ecosystem=Maven installed
  Maven org.apache.logging.log4j:log4j-core 2.14.1 shipped unknown origin=unknown @app.jar!/BOOT-INF/lib/log4j-core-2.14.1.jar
gap (unresolved) app.jar: 1 archive without Maven coordinates inside, so that their names and versions are not known: BOOT-INF/lib/mystery.jar
`},
		{"shaded", "all-1.0.jar", pack(t, class,
			coordinate("com.example", "all", "1.0"),
			coordinate("org.example.inner", "one", "1.1"),
			coordinate("org.example.inner", "two", "${project.version}")), `
project all-1.0.jar root=. ecosystem=Maven name=com.example:all version=1.0 installed
  Maven com.example:all 1.0 unknown unknown origin=unknown @all-1.0.jar
  Maven org.example.inner:one 1.1 unknown unknown origin=unknown @all-1.0.jar!/META-INF/maven/org.example.inner/one/pom.properties
`},
		{"deep", "a.ear", pack(t, part{"web.war", pack(t, part{"WEB-INF/lib/log4j-core.jar", log4j})}), `
project a.ear root=. ecosystem=Maven installed
  Maven org.apache.logging.log4j:log4j-core 2.14.1 shipped unknown origin=unknown @a.ear!/web.war!/WEB-INF/lib/log4j-core.jar
`},
		{"launch script before it", "run.jar", "#!/bin/sh\nexec java -jar \"$0\"\n" + log4j, `
project run.jar root=. ecosystem=Maven installed
  Maven org.apache.logging.log4j:log4j-core 2.14.1 unknown unknown origin=unknown @run.jar!/META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties
`},
		{"manifest and file name", "log4j-core-2.14.1.jar", pack(t, class, part{"META-INF/MANIFEST.MF",
			"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.apache.logging.log4\r\n j.core;singleton:=true\r\nImplementation-Version: 2.14.1\r\n\r\nName: x\r\nImplementation-Vendor-Id: no.such.group\r\n"}), `
project log4j-core-2.14.1.jar root=. ecosystem=Maven name=org.apache.logging.log4j:log4j-core version=2.14.1 installed
  Maven org.apache.logging.log4j:log4j-core 2.14.1 unknown unknown origin=unknown @log4j-core-2.14.1.jar
`},
		{"without descriptors", "spring-beans-5.3.17.jar", pack(t, class, part{"META-INF/MANIFEST.MF",
			"Implementation-Title: spring-beans\nAutomatic-Module-Name: spring.beans\nImplementation-Version: 5.3.17\n"}), `
project spring-beans-5.3.17.jar root=. ecosystem=Maven name=org.springframework:spring-beans version=5.3.17 installed
  Maven org.springframework:spring-beans 5.3.17 unknown unknown origin=unknown @spring-beans-5.3.17.jar
`},
		{"manifest of another version", "spring-beans-5.3.18.jar", pack(t, class, part{"META-INF/MANIFEST.MF",
			"Automatic-Module-Name: spring.beans\nImplementation-Version: 5.3.17\n"}), `
project spring-beans-5.3.18.jar root=. ecosystem=Maven installed
gap (unresolved) spring-beans-5.3.18.jar: 1 archive without Maven coordinates inside, so that their names and versions are not known: spring-beans-5.3.18.jar
`},
		{"manifest that leaves a choice", "guava-31.0.jar", pack(t, class, part{"META-INF/MANIFEST.MF",
			"Bundle-SymbolicName: com.google.guava\n"}), `
project guava-31.0.jar root=. ecosystem=Maven installed
gap (unresolved) guava-31.0.jar: 1 archive without Maven coordinates inside, so that their names and versions are not known: guava-31.0.jar
`},
		{"sources", "x-sources.jar", pack(t, part{"com/example/A.java", "class A {}"}), `
project x-sources.jar root=. ecosystem=Maven installed
`},
		{"android library", "lib-1.0.aar", pack(t, part{"classes.jar", pack(t, class)}, part{"AndroidManifest.xml", ""}), `
project lib-1.0.aar root=. ecosystem=Maven installed
`},
		{"not a zip", "x.jar", "version https://git-lfs.example/spec/v1\n", `
gap (unreadable) x.jar: not a zip archive, or cut short: its directory is missing
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, want := readJar(t, c.file, c.content), strings.TrimPrefix(c.want, "\n"); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// TestHostileArchive: whatever an archive claims, the rest of it is read, or a
// gap names what was not.
func TestHostileArchive(t *testing.T) {
	good := part{"lib/good-1.0.jar", pack(t, coordinate("com.example", "good", "1.0"))}
	bad := func(change func(central []byte)) string {
		data := []byte(pack(t, part{"bad.war", pack(t, class)}, good))
		change(data[bytes.LastIndex(data, []byte("bad.war"))-centralSize:])
		return string(data)
	}
	deep := good.content
	for range maxDepth + 3 {
		deep = pack(t, part{"x.jar", deep})
	}
	cases := []struct{ name, content, want string }{
		{"encrypted", bad(func(h []byte) { h[8] |= 1 }), "gap (unreadable) a.jar!/bad.war: it is encrypted"},
		{"deflate64", bad(func(h []byte) { h[10] = 9 }), "gap (unreadable) a.jar!/bad.war: it is packed by zip method 9, which is not read"},
		{"lies about its size", bad(func(h []byte) { h[24]++ }), "gap (unreadable) a.jar!/bad.war: it does not unpack to the "},
		{"huge", bad(func(h []byte) { binary.LittleEndian.PutUint32(h[24:], 1<<31) }), "gap (unreadable) a.jar!/bad.war: it unpacks to more than the bound of 256 MiB"},
		{"ratio", bad(func(h []byte) { binary.LittleEndian.PutUint32(h[24:], 1<<24) }), "gap (unreadable) a.jar!/bad.war: it cannot unpack from"},
		{"points outside", bad(func(h []byte) { binary.LittleEndian.PutUint32(h[42:], 1<<30) }), "gap (unreadable) a.jar!/bad.war: it lies outside of its archive"},
		{"points elsewhere", bad(func(h []byte) { binary.LittleEndian.PutUint32(h[42:], 1) }), "gap (unreadable) a.jar!/bad.war: its header is broken"},
		{"too deep", pack(t, part{"deep.jar", deep}, good), "archives lie more than 8 deep in each other"},
		{"leaves its folder", pack(t, part{"../../../etc/x.jar", good.content}, good), "@a.jar!/etc/x.jar"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := readJar(t, "a.jar", c.content)
			if !strings.Contains(got, c.want) {
				t.Errorf("want %q in\n%s", c.want, got)
			}
			if !strings.Contains(got, "com.example:good 1.0") {
				t.Errorf("the good part was lost:\n%s", got)
			}
		})
	}
}

// TestBomb: entries that all lie on the same bytes unpack to no more than the
// bound, and the gap says so.
func TestBomb(t *testing.T) {
	zeros := pack(t, part{"x.war", strings.Repeat("\x00", 20<<20)})
	at := strings.Index(zeros, "PK\x01\x02")
	end := strings.LastIndex(zeros, "PK\x05\x06")
	central, tail := zeros[at:end], []byte(zeros[end:])
	const copies = 8
	binary.LittleEndian.PutUint16(tail[8:], copies)
	binary.LittleEndian.PutUint16(tail[10:], copies)
	binary.LittleEndian.PutUint32(tail[12:], uint32(copies*len(central)))
	f := extracttest.File(fstest.MapFS{"bomb.jar": {Data: []byte(zeros[:at] + strings.Repeat(central, copies) + string(tail))}}, "bomb.jar")
	c, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	e, err := readZip(context.Background(), f, c, 64<<20)
	if err != nil {
		t.Fatal(err)
	}
	got := extracttest.Render(kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps})
	if want := "more to unpack than the bound of 64 MiB; the rest of the archive was not read"; !strings.Contains(got, want) {
		t.Errorf("want %q in\n%s", want, got)
	}
}

// TestDamagedArchive cuts and spoils an archive everywhere.
func TestDamagedArchive(t *testing.T) {
	whole := []byte(pack(t, class, part{"in.jar", pack(t, coordinate("com.example", "in", "1"))}, part{"META-INF/MANIFEST.MF", "Bundle-Version: 1\n"}))
	x := New()
	for i := range whole {
		spoiled := bytes.Clone(whole)
		spoiled[i] ^= 0xff
		for _, data := range [][]byte{whole[:i], spoiled} {
			tree := fstest.MapFS{"a.jar": &fstest.MapFile{Data: data}}
			e, err := x.Extract(context.Background(), extracttest.File(tree, "a.jar"))
			if err == nil && len(e.Projects) == 0 {
				t.Fatalf("byte %d: neither a project nor an error", i)
			}
		}
	}
}

func FuzzArchive(f *testing.F) {
	f.Add([]byte(pack(f, class, part{"in.jar", pack(f, coordinate("com.example", "in", "1"))}, part{"META-INF/MANIFEST.MF", "Bundle-Version: 1\n"})))
	f.Add([]byte(pack(f, part{"a.war", pack(f, part{"WEB-INF/lib/b-1.0.jar", pack(f, coordinate("com.example", "b", "1.0"))})})))
	x := New()
	f.Fuzz(func(t *testing.T, data []byte) {
		tree := fstest.MapFS{"a.jar": &fstest.MapFile{Data: data}}
		e, _ := x.Extract(context.Background(), extracttest.File(tree, "a.jar"))
		inv := kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps}
		inv.Normalize()
	})
}

func BenchmarkArchive(b *testing.B) {
	var libraries []part
	for i := range 200 {
		inner := []part{coordinate("com.example", fmt.Sprint("lib", i), "1.0")}
		for k := range 250 {
			inner = append(inner, part{fmt.Sprintf("com/example/lib%d/sub/Class%d.class", i, k), "\xca\xfe\xba\xbe"})
		}
		libraries = append(libraries, part{fmt.Sprintf("BOOT-INF/lib/lib%d-1.0.jar", i), pack(b, inner...)})
	}
	tree := fstest.MapFS{"app.jar": &fstest.MapFile{Data: []byte(pack(b, libraries...))}}
	f, x := extracttest.File(tree, "app.jar"), New()
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		e, err := x.Extract(context.Background(), f)
		if err != nil || len(e.Projects[0].Occurrences) != 200 {
			b.Fatal(err)
		}
	}
}
