package content

import "strings"

// pyCapability is what calling a qualified name can do, 0 for most.
func pyCapability(name string) capability {
	switch name {
	case "urllib.request.urlopen", "urllib.urlopen", "urllib2.urlopen", "urllib.request.urlretrieve", "urllib.urlretrieve", "urllib.request.Request",
		"http.client.HTTPConnection", "http.client.HTTPSConnection", "httplib.HTTPConnection", "httplib.HTTPSConnection",
		"socket.socket", "socket.create_connection", "socket.gethostbyname", "socket.getaddrinfo", "ftplib.FTP", "smtplib.SMTP", "smtplib.SMTP_SSL", "telnetlib.Telnet",
		"urllib3.PoolManager", "urllib.request.build_opener", "websocket.create_connection", "websockets.connect", "paramiko.SSHClient", "dns.resolver.resolve":
		return network
	case "os.system", "os.popen", "os.popen2", "os.popen3", "os.startfile", "pty.spawn", "commands.getoutput", "commands.getstatusoutput",
		"os.posix_spawn", "os.posix_spawnp", "asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec", "distutils.spawn.spawn":
		return process
	case "socket.gethostname", "getpass.getuser", "platform.node", "platform.uname", "os.uname", "os.getlogin", "uuid.getnode", "socket.getfqdn":
		return hostFacts
	case "base64.b64decode", "base64.urlsafe_b64decode", "base64.standard_b64decode", "base64.b32decode", "base64.b16decode", "base64.b85decode",
		"base64.a85decode", "base64.decodebytes", "base64.decodestring", "binascii.unhexlify", "binascii.a2b_base64", "binascii.a2b_hex",
		"codecs.decode", "zlib.decompress", "gzip.decompress", "bz2.decompress", "lzma.decompress", "marshal.loads", "bytes.fromhex", "bytearray.fromhex":
		return decodes
	case "ctypes.CDLL", "ctypes.cdll.LoadLibrary", "ctypes.WinDLL", "ctypes.windll.LoadLibrary", "ctypes.PyDLL", "ctypes.windll.kernel32.VirtualAlloc",
		"ctypes.windll.kernel32.CreateThread", "imp.load_dynamic":
		return nativeCode
	case "pyperclip.paste", "win32clipboard.GetClipboardData", "PIL.ImageGrab.grab", "ImageGrab.grab", "pyautogui.screenshot":
		return clipboard
	case "shutil.copy", "shutil.copyfile", "shutil.copy2", "shutil.move", "os.rename", "os.replace", "shutil.copytree", "os.symlink":
		return writesFile
	case "winreg.SetValueEx", "_winreg.SetValueEx":
		return writesFile | writesStartup
	case "shutil.rmtree":
		return deletesFiles
	case "hashlib.sha256", "hashlib.sha384", "hashlib.sha512", "hashlib.blake2b", "hashlib.sha3_256", "hashlib.sha1", "hashlib.md5", "hashlib.new", "hashlib.file_digest":
		return verifies
	}
	i := strings.IndexByte(name, '.')
	if i < 0 {
		return 0
	}
	method := name[strings.LastIndexByte(name, '.')+1:]
	switch name[:i] {
	case "subprocess":
		switch name[i+1:] {
		case "Popen", "call", "run", "check_call", "check_output", "getoutput", "getstatusoutput":
			return process
		}
	case "os":
		if strings.HasPrefix(name, "os.exec") || strings.HasPrefix(name, "os.spawn") {
			return process
		}
	case "requests", "httpx", "aiohttp", "urllib3":
		switch method {
		case "get", "post", "put", "patch", "delete", "head", "request", "options", "urlopen", "send", "Session", "session", "ClientSession", "Client", "AsyncClient", "stream":
			return network
		}
	}
	if strings.HasPrefix(name, "socket.socket()") || strings.HasPrefix(name, "http.client.") || strings.HasPrefix(name, "httplib.") || strings.HasPrefix(name, "smtplib.") || strings.HasPrefix(name, "ftplib.") || strings.HasPrefix(name, "urllib.request.build_opener()") || strings.HasPrefix(name, "socket.create_connection()") {
		switch method {
		case "send", "sendall", "sendto", "connect", "request", "sendmail", "send_message", "storbinary", "storlines", "recv", "open", "getresponse":
			return network
		}
	}
	return 0
}
