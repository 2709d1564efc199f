package fetch

import "testing"

func TestPrivateScopes(t *testing.T) {
	s := npmSettings{
		"registry": "https://registry.example/", "@acme:registry": "https://npm.acme.example/team/",
		"@same:registry": "https://registry.example", "acme:registry": "https://npm.acme.example/",
	}
	for name, want := range map[string]bool{"@acme/a": true, "@same/a": false, "@other/a": false, "acme/a": false, "@acme": false, "a": false} {
		if got := s.private(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
