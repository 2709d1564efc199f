package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	// Its sources hold OASIS's schema of SARIF 2.1.0 with errata 01, which the
	// tests read; nothing else of it is used.
	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// published is a schema of docs/schema, closed so that a field which it does
// not describe fails.
func published(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile("../../docs/schema/" + name + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	return compile(t, doc)
}

// TestSchema holds every JSON report against the published schema, closed so
// that a field which the schema does not describe fails.
func TestSchema(t *testing.T) {
	schema := published(t, "kennel.scan-1")
	validate(t, schema, "huge", render(t, JSON, huge(500, 700), Options{}))
	for _, c := range cases {
		validate(t, schema, c.name, render(t, JSON, c.make(), Options{}))
	}
}

// closeObjects forbids every object what its schema does not name.
func closeObjects(doc any) {
	switch v := doc.(type) {
	case map[string]any:
		if _, object := v["properties"].(map[string]any); object {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			closeObjects(x)
		}
	case []any:
		for _, x := range v {
			closeObjects(x)
		}
	}
}

func compile(t *testing.T, doc any) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, name string, document []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// TestReadBack follows every reference in a report to what it names.
func TestReadBack(t *testing.T) {
	for _, c := range cases {
		j := c.make()
		var doc struct {
			Components []struct{ ID string }
			Edges      []struct{ From, To *string }
			Findings   []struct {
				Component string
				Via       struct{ Paths [][]string }
			}
		}
		if err := json.Unmarshal(render(t, JSON, j, Options{}), &doc); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		known := make(map[string]bool)
		for _, k := range doc.Components {
			if known[k.ID] {
				t.Errorf("%s: two components are %q", c.name, k.ID)
			}
			known[k.ID] = true
		}
		for _, e := range doc.Edges {
			if !known[*e.To] || e.From != nil && !known[*e.From] {
				t.Errorf("%s: edge %q to %q names no component", c.name, *e.From, *e.To)
			}
		}
		for i, f := range doc.Findings {
			if !known[f.Component] && j.Results[i].Project < len(j.Inventory.Projects) {
				t.Errorf("%s: finding of %q, which is no component", c.name, f.Component)
			}
		}
	}
}

// sarifSchema reads the schema out of the sources of go-sarif.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := build.Import("github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif", wd, build.FindOnly)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(pkg.Dir, "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING && text == "" {
			text, _ = strconv.Unquote(s.Value)
		}
		return true
	})
	if !strings.Contains(text, "(SARIF) Version 2.1.0") {
		t.Fatal("go-sarif no longer holds the schema where it was")
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, doc)
}

func TestSARIFSchema(t *testing.T) {
	schema := sarifSchema(t)
	validate(t, schema, "huge", render(t, SARIF, huge(500, 700), Options{}))
	for _, c := range cases {
		validate(t, schema, c.name, render(t, SARIF, c.make(), Options{}))
	}
	// The schema itself has to be awake.
	if v, _ := jsonschema.UnmarshalJSON(strings.NewReader(`{"version":"2.1.0","runs":[{"results":[{}]}]}`)); schema.Validate(v) == nil {
		t.Error("the schema takes a run without a tool")
	}
}
