package config

import (
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

const sample = `version: 1
ignore:
  - "**/testdata/**"
  - "*.min.js"
waivers:
  - id: CVE-2021-23337
    package: pkg:npm/lodash
    reason: We never call template().
    expires: 2026-12-31
    by: alice@shop.example
  - ids: [GHSA-aaaa-bbbb-cccc]
    reason: "behind the firewall: see ticket 12"
    expires: 2026-01-01
vex: [vex/ours.json]
names: {internal: ["@acme/*", acme-*]}
policy:
  rules:
    - name: no-gpl
      verdict: review
      when: component.licenses.exists(l, l.contains("GPL"))
`

func TestParse(t *testing.T) {
	c, err := Parse("kennel.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Ignore) != 2 || len(c.Waivers) != 2 || len(c.VEX) != 1 || len(c.Policy.Rules) != 1 || len(c.Names.Internal) != 2 || !c.Policy.Extends {
		t.Errorf("got %+v", c)
	}
	if w := c.Waivers[0]; w.IDs[0] != "CVE-2021-23337" || !w.Expires.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("a waiver holds to the end of its day; got %+v", w)
	}
	if c.Policy.Rules[0].Verdict != kennel.Review {
		t.Errorf("got %+v", c.Policy.Rules[0])
	}
	if _, err := Parse("kennel.yaml", nil); err != nil {
		t.Errorf("an empty file says nothing, and that is allowed: %v", err)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"wavers: []":                                          "wavers",
		"version: 2":                                          "update kennel",
		"version: 1\n---\nwaivers: []":                        "first YAML document",
		"update: often":                                       "auto or never",
		"policy: {extends: all}":                              "default or none",
		"names: {internal: ['@*/*']}":                         "is any name",
		"names: {internal: ['']}":                             "is any name",
		"names: {intern: [a]}":                                "intern",
		"policy: {rules: [{name: a, verdict: bad}]}":          "deny, review or allow",
		"waivers: [{reason: x, expires: 2026-01-01}]":         "names no id",
		"waivers: [{id: CVE-1, expires: 2026-01-01}]":         "has no reason",
		"waivers: [{id: CVE-1, reason: x}]":                   "has no end",
		"waivers: [{id: CVE-1, reason: x, expires: someday}]": "YYYY-MM-DD",
		"a: [":                         "kennel.yaml",
		strings.Repeat("#", maxSize+1): "at most",
		"waivers: [{id: CVE-1, reason: ' ', expires: 2026-01-01}]": "has no reason",
	} {
		if _, err := Parse("kennel.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: got %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Add([]byte("a: &x [*x, *x]\n"))
	f.Add([]byte("{{{{{{[[[[["))
	f.Fuzz(func(t *testing.T, data []byte) { Parse("kennel.yaml", data) })
}
