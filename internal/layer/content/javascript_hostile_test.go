package content

import (
	"strings"
	"testing"
	"time"
)

// Texts that would make a reader recurse without end, or read again and again
// what it has read. They are fast or this test is not.
func TestJavaScriptHostile(t *testing.T) {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, text := range map[string]string{
		"brackets":      fill("("),
		"braces":        fill("{"),
		"objects":       fill("{a:"),
		"arrays":        fill("["),
		"calls":         fill("f("),
		"arrows":        fill("a=>"),
		"arrow lists":   fill("(a=>"),
		"functions":     fill("function(){"),
		"ternaries":     fill("a?"),
		"templates":     fill("`${"),
		"patterns":      fill("({a=") + "1",
		"declarations":  "let " + fill("[a="),
		"members":       "a" + fill(".b"),
		"environment":   "process.env" + fill(".b"),
		"sums":          "x = 'a'" + fill("+'a'"),
		"regexes":       fill("/[a"),
		"slashes":       fill("a=/"),
		"open classes":  fill("/[") + "\n" + fill("/[/]") + "\n" + fill("=/\\/"),
		"far origin":    "const e=process.env;" + fill("fetch(u,{body:e});"),
		"far origins":   "const e=process.env;\n" + fill("fetch(u,{body:e});\n"),
		"comments":      fill("/*"),
		"blanks":        fill(" ") + "eval(x)",
		"blank lines":   fill(strings.Repeat(" ", 300) + "eval(x)\n"),
		"unclosed":      fill("'\n"),
		"secrets":       fill("fetch(process.env.A_TOKEN);"),
		"one line":      fill("fetch(u,{body:JSON.stringify(process.env)}),"),
		"decoders":      fill("eval(atob('YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh'));"),
		"inner":         "eval('" + fill("eval(1);") + "')",
		"declared":      fill("var a=b;"),
		"scopes":        fill("(function(a,b){var c=a;return function(){return c}})(process.env,1);"),
		"joined":        "x=[" + fill("'a',") + "].join('')",
		"bytes":         fill("\xff\x00\\"),
		"imports":       fill("import {"),
		"class":         fill("class A { b = "),
		"tags":          fill("a`b`"),
		"commands":      fill("require('child_process').exec('echo a');"),
		"symbols":       fill("[]+!{}("),
		"promises":      fill("new Promise(r=>"),
		"new":           fill("new "),
		"not":           fill("!"),
		"hashes":        fill("_0x12ab34,"),
		"call of calls": "f" + fill("()"),
		"settled":       fill("a.then(b=>b.then(c=>"),
	} {
		f, start := new(facts), time.Now()
		readJavaScript(source{"a.ts", text, 1}, f)
		t.Logf("%s: %v", name, time.Since(start))
		if len(f.sites) > maxSights || len(f.flows) > maxFlows {
			t.Errorf("%s: %d sights, %d flows", name, len(f.sites), len(f.flows))
		}
	}
}
