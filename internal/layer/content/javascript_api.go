package content

import "strings"

// jsEffect is what calling something does.
type jsEffect struct {
	does  capability // seen at the call
	gives capability // carried by its result, and into its callbacks
	into  capability // what arguments flow into
}

// global tells the names that a program has without declaring them.
func global(name string) (jsValue, bool) {
	switch name {
	case "require", "process", "Buffer", "eval", "Function", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "window",
		"globalThis", "global", "self", "navigator", "atob", "btoa", "unescape", "String", "JSON", "Object", "Promise", "document",
		"setTimeout", "setInterval", "importScripts", "localStorage", "ethereum", "solana", "Reflect", "Deno", "Bun", "__dirname",
		"__filename", "module", "Image", "Worker", "Array", "CryptoJS", "chrome", "URLSearchParams", "Uint8Array", "TextDecoder", "execScript":
		return jsValue{kind: jsThing, text: name}, true
	case "__non_webpack_require__", "__require", "nodeRequire", "_require":
		return jsValue{kind: jsThing, text: "require"}, true
	case "import":
		return jsValue{kind: jsThing, text: "require"}, true
	case "exports":
		return jsValue{}, true
	}
	return jsValue{}, false
}

// canonical names a member of a thing, by the shortest way to it.
func canonical(thing, member string) string {
	switch thing {
	case "window", "globalThis", "global", "self":
		if v, ok := global(member); ok {
			return v.text
		}
		switch member {
		case "window", "top", "parent":
			return "window"
		}
		return "window." + member
	case "fs":
		if member == "promises" {
			return "fs"
		}
	case "module":
		if member == "require" {
			return "require"
		}
	}
	switch member {
	case "constructor":
		if thing == "Function" {
			return "Function"
		}
	case "default", "__esModule", "prototype":
		if thing != "XMLHttpRequest" && thing != "module" && thing != "Function" {
			return thing
		}
	case "require":
		if strings.HasPrefix(thing, "process.mainModule") {
			return "require"
		}
	}
	if len(thing)+len(member) > 120 {
		return thing
	}
	return thing + "." + member
}

// moduleName is what a module is known as here: those that do the same have
// one name.
func moduleName(name string) string {
	name = strings.TrimPrefix(name, "node:")
	switch name {
	case "fs/promises", "fs-extra", "graceful-fs", "original-fs":
		return "fs"
	case "http", "https", "http2":
		return "http"
	case "axios", "got", "node-fetch", "request", "superagent", "needle", "undici", "cross-fetch", "isomorphic-fetch", "request-promise",
		"phin", "bent", "ky", "axios-retry", "follow-redirects", "make-fetch-happen", "minipass-fetch", "wget-improved", "download", "sync-request", "unfetch":
		return "http.client"
	case "ws", "socket.io-client", "mqtt", "nodemailer", "discord.js", "node-telegram-bot-api", "faye-websocket", "ssh2":
		return "net.client"
	case "cross-spawn", "execa", "shelljs", "zx", "child-process-promise", "node-pty", "sudo-prompt", "cross-spawn-async", "tinyexec", "nano-spawn":
		return "child_process"
	case "clipboardy", "copy-paste", "node-clipboardy":
		return "clipboard"
	case "crypto-js":
		return "CryptoJS"
	case "rimraf", "del":
		return "rimraf"
	case "vm2", "isolated-vm":
		return "vm"
	case "timers/promises", "path/posix":
		return strings.Split(name, "/")[0]
	}
	if strings.ContainsAny(name, ".") && !strings.HasPrefix(name, ".") {
		name = strings.ReplaceAll(name, ".", "_")
	}
	return name
}

// effectOf tells what calling a thing does.
func effectOf(thing string) jsEffect {
	root, member := thing, ""
	if at := strings.IndexByte(thing, '.'); at > 0 {
		root, member = thing[:at], thing[at+1:]
	}
	if at := strings.LastIndexByte(member, '.'); at >= 0 && root != "process" && root != "document" {
		member = member[at+1:]
	}
	switch root {
	case "child_process":
		switch member {
		case "", "exec", "execSync", "execFile", "execFileSync", "spawn", "spawnSync", "fork", "sync", "command", "commandSync", "$", "execaSync", "execa", "x":
			return jsEffect{does: process, into: process}
		}
	case "fs", "?":
		return fileEffect(root, member)
	case "rimraf":
		return jsEffect{does: deletesFiles}
	case "http":
		switch member {
		case "get", "request", "client", "post", "put", "patch", "delete", "fetch", "head", "stream", "connect", "extend", "create", "json":
			return jsEffect{does: network, gives: network, into: network}
		case "createServer":
			return jsEffect{does: network, gives: network}
		}
	case "fetch", "http_client":
		return jsEffect{does: network, gives: network, into: network}
	case "XMLHttpRequest", "WebSocket", "EventSource":
		return jsEffect{does: network, gives: network, into: network}
	case "net", "tls", "dgram":
		switch member {
		case "connect", "createConnection", "Socket", "createSocket", "client", "createServer", "Server":
			return jsEffect{does: network, gives: network, into: network}
		}
	case "dns":
		switch member {
		case "lookup", "resolve", "resolve4", "resolve6", "resolveTxt", "resolveAny", "Resolver":
			return jsEffect{does: network, gives: network, into: network}
		}
	case "navigator":
		switch member {
		case "sendBeacon":
			return jsEffect{does: network, into: network}
		case "readText", "read":
			return jsEffect{does: clipboard, gives: clipboard}
		case "writeText":
			return jsEffect{does: clipboard, into: clipboard}
		}
	case "clipboard":
		return jsEffect{does: clipboard, gives: clipboard}
	case "importScripts":
		return jsEffect{does: network | dynamicCode, into: dynamicCode}
	case "Image":
		return jsEffect{gives: 0}
	case "eval", "Function", "execScript":
		if member == "" {
			return jsEffect{does: dynamicCode, into: dynamicCode}
		}
	case "worker_threads":
		if member == "Worker" {
			return jsEffect{into: dynamicCode}
		}
	case "vm":
		switch member {
		case "runInThisContext", "runInNewContext", "runInContext", "Script", "compileFunction", "run", "VM", "NodeVM", "SourceTextModule":
			return jsEffect{does: dynamicCode, into: dynamicCode}
		}
	case "module":
		if member == "_compile" || member == "_load" {
			return jsEffect{does: dynamicCode, into: dynamicCode}
		}
	case "os":
		switch member {
		case "hostname", "userInfo", "networkInterfaces":
			return jsEffect{does: hostFacts, gives: hostFacts}
		}
	case "atob", "unescape":
		return jsEffect{gives: decodes}
	case "crypto":
		switch member {
		case "createDecipheriv", "createDecipher", "privateDecrypt":
			return jsEffect{does: decodes, gives: decodes | hiddenText}
		case "createHash":
			return jsEffect{does: verifies}
		}
	case "CryptoJS":
		if member == "decrypt" {
			return jsEffect{does: decodes, gives: decodes | hiddenText}
		}
	case "zlib":
		switch member {
		case "inflateSync", "gunzipSync", "unzipSync", "brotliDecompressSync", "inflateRawSync":
			return jsEffect{gives: decodes}
		}
	case "Bun":
		switch member {
		case "spawn", "spawnSync", "$":
			return jsEffect{does: process, into: process}
		case "write":
			return jsEffect{does: writesFile, into: writesFile}
		}
	case "Deno":
		switch member {
		case "run", "Command":
			return jsEffect{does: process, into: process}
		case "readTextFile", "readFile":
			return jsEffect{does: readsFile, gives: readsFile}
		}
	case "bindings", "node-gyp-build", "ffi-napi", "koffi":
		return jsEffect{does: nativeCode}
	case "process":
		switch member {
		case "dlopen", "binding":
			return jsEffect{does: nativeCode}
		}
	}
	return jsEffect{}
}

// fileEffect tells the calls of fs; of "?" those whose names nothing else has.
func fileEffect(root, member string) jsEffect {
	switch member {
	case "readFile", "readFileSync", "createReadStream", "readJson", "readJsonSync", "readJSON":
		return jsEffect{does: readsFile, gives: readsFile}
	case "writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "outputFile", "outputFileSync", "writeJson":
		return jsEffect{does: writesFile, into: writesFile}
	case "rmSync", "unlinkSync":
		return jsEffect{does: deletesFiles}
	}
	if root == "?" {
		switch member {
		case "execSync", "spawnSync", "execFileSync", "execFile":
			return jsEffect{does: process, into: process}
		case "sendBeacon":
			return jsEffect{does: network, into: network}
		case "runInThisContext", "runInNewContext", "_compile":
			return jsEffect{does: dynamicCode, into: dynamicCode}
		case "networkInterfaces":
			return jsEffect{does: hostFacts, gives: hostFacts}
		case "createDecipheriv":
			return jsEffect{does: decodes, gives: decodes | hiddenText}
		}
		return jsEffect{}
	}
	switch member {
	case "copyFile", "copyFileSync", "rename", "renameSync", "chmod", "chmodSync", "symlink", "symlinkSync", "copy", "copySync", "open", "openSync", "write", "writeSync":
		return jsEffect{does: writesFile}
	case "readdir", "readdirSync", "opendir":
		return jsEffect{does: readsFile, gives: readsFile | namesFound}
	case "unlink", "rm", "rmdir", "rmdirSync", "remove", "removeSync", "emptyDirSync":
		return jsEffect{does: deletesFiles}
	}
	return jsEffect{}
}
