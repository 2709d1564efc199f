package lockfile

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestXMLDepth(t *testing.T) {
	deep := []byte(strings.Repeat("<a>", 1_000_000))
	x := NewXML(deep)
	if _, err := x.Token(); err != nil {
		t.Fatal(err)
	}
	if err := x.Skip(); err == nil || !strings.Contains(err.Error(), "deep") {
		t.Errorf("skipping went on: %v", err)
	}
	if at := x.InputOffset(); at > 10_000 {
		t.Errorf("%d bytes were read before the bound", at)
	}
}

func TestXMLSkip(t *testing.T) {
	x := NewXML([]byte(`<a><b><c/>text<!-- no --></b><d>yes</d></a>`))
	for _, want := range []string{"a", "b", "d"} {
		token, err := x.Token()
		if start, ok := token.(xml.StartElement); !ok || start.Name.Local != want {
			t.Fatalf("got %v, %v; want <%s>", token, err, want)
		}
		if want == "b" {
			if err := x.Skip(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.Skip(); err != nil { // the rest of d
		t.Fatal(err)
	}
	if _, err := x.Token(); err != nil { // </a>
		t.Fatal(err)
	}
	if _, err := x.Token(); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}
