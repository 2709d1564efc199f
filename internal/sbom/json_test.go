package sbom

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FuzzJSON holds the reader to a validating one: what that accepts, this reads
// to its end, and it sees the same members with the same texts.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a": "b", "c": [1, 2.5e-3, true, false, null, {"d": []}], "e": "\u00fc\n\"\\\ud83d\ude00", "f\u0041": "g"}`,
		`{"a": {"b": [[[]]], "c": "}]"}, "d": -0}`, "{\n        \"a\":\n                 1\n}\n", `{"a": "\\", "b": "\\\""}`, `{"a": }`, `{"a" 1}`, `{"a": 1,}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if body := bytes.TrimLeft(data, " \t\r\n"); len(body) == 0 || body[0] != '{' {
			return
		}
		var want map[string]jsontext.Value
		valid := json.Unmarshal(data, &want) == nil
		got := make(map[string]string)
		r := newJSONReader(text{bytes: data})
		members := 0
		err := r.object(func(key []byte) error {
			members++
			name := string(key)
			s, err := r.text()
			got[name] = s
			return err
		})
		if err == nil {
			err = r.end()
		}
		if !valid {
			return // it may accept more, in what it skips
		}
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		if members != len(want) {
			t.Fatalf("%d members, want %d", members, len(want))
		}
		for name, v := range want {
			var s string
			if v.Kind() == '"' {
				if err := json.Unmarshal(v, &s); err != nil {
					t.Fatal(err)
				}
			}
			if got[name] != s {
				t.Errorf("%q: %q, want %q", name, got[name], s)
			}
		}
	})
}
