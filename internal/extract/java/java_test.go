package java

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestExtract(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "gradle.lockfile", "pom.xml", "gradle/dependency-locks/compile.lockfile", "a-1.0.jar")
}

func BenchmarkGradle(b *testing.B) {
	var lock strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&lock, "com.example.group%d:artifact-%d:1.%d.0=compileClasspath,runtimeClasspath,testCompileClasspath,testRuntimeClasspath\n", i/10, i, i%7)
	}
	bench(b, "gradle.lockfile", lock.String(), 5000)
}

func BenchmarkPOM(b *testing.B) {
	var pom strings.Builder
	pom.WriteString("<project><groupId>g</groupId><artifactId>a</artifactId><version>1</version><properties><v>1.2</v></properties><dependencies>\n")
	for i := range 1000 {
		fmt.Fprintf(&pom, "  <dependency>\n    <groupId>com.example.group%d</groupId>\n    <artifactId>artifact%d</artifactId>\n    <version>${v}.%d</version>\n  </dependency>\n", i/10, i, i)
	}
	pom.WriteString("</dependencies></project>")
	bench(b, "pom.xml", pom.String(), 1000)
}

func bench(b *testing.B, name, content string, want int) {
	f, x := extracttest.File(fstest.MapFS{name: {Data: []byte(content)}}, name), New()
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		if e, err := x.Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != want {
			b.Fatal(err)
		}
	}
}
