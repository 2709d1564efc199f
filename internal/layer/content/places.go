package content

import (
	"net/netip"
	"strings"
)

// cutPart cuts a path behind its first part, whatever the separator.
func cutPart(name string) (part, rest string) {
	if i := strings.IndexAny(name, `/\`); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// secretPath tells a path of what lets others in: keys, tokens, passwords, as
// the tools that keep them name it. Any separator will do.
func secretPath(name string) bool {
	for before, part := "", ""; len(name) > 0; before = part {
		part, name = cutPart(name)
		switch part {
		case ".ssh":
			return !strings.Contains(name, "known_hosts") && !strings.HasPrefix(name, "config")
		case ".npmrc", ".pypirc", ".netrc", "_netrc", ".git-credentials", ".gnupg", ".vault-token", ".bash_history", ".zsh_history",
			"Login Data", "Login Data For Account", "Cookies", "Local State", "key4.db", "logins.json", "cookies.sqlite",
			"wallet.dat", "login.keychain", "login.keychain-db", ".pgpass", ".my.cnf":
			return true
		case "id_rsa", "id_ed25519", "id_ecdsa", "id_dsa":
			return true
		case ".aws":
			return strings.HasPrefix(name, "credentials") || name == ""
		case ".docker":
			return strings.HasPrefix(name, "config.json")
		case ".kube":
			return strings.HasPrefix(name, "config")
		case ".azure", "gcloud":
			return before == ".config" || before == "~" || before == "$HOME"
		case "shadow":
			return before == "etc"
		case "hosts.yml":
			return before == "gh"
		case "id.json":
			return before == "solana"
		case "leveldb":
			return before == "Local Storage"
		case "keystore":
			return strings.EqualFold(before, "ethereum") || before == ".ethereum"
		case "wallets":
			return strings.HasPrefix(strings.ToLower(before), "electrum") || before == ".electrum"
		}
	}
	return false
}

// startupPath tells a path of what starts later by itself.
func startupPath(name string) bool {
	for before, part := "", ""; len(name) > 0; before = part {
		part, name = cutPart(name)
		switch part {
		case ".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".zshenv", ".bash_login", "authorized_keys", "ld.so.preload", "rc.local",
			"LaunchAgents", "LaunchDaemons":
			return true
		case "autostart":
			return before == ".config"
		case "Startup":
			return before == "Programs"
		case "crontabs", "cron.d", "cron.hourly", "cron.daily", "init.d":
			return before == "spool" || before == "etc" || before == "cron"
		case "system", "user":
			return before == "systemd" && strings.HasSuffix(name, ".service")
		case "hooks":
			return before == ".git" && name != ""
		case "workflows":
			return before == ".github"
		}
	}
	return false
}

// secretName tells a variable of the environment that holds a secret, by how
// such variables are named.
func secretName(name string) bool {
	for _, word := range [...]string{"TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY", "CREDENTIAL"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// suspectAddress tells an address where honest releases rarely send: a public
// bare IP, or a service that takes what anyone posts or leads anywhere.
func suspectAddress(url string) bool {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		rest = url
	}
	host, way := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, way = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	host, _, _ = strings.Cut(host, ":")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ok && ip.Is4() && !ip.IsPrivate() && !ip.IsLoopback() && !ip.IsUnspecified() && !ip.IsMulticast() &&
			host != "1.1.1.1" && host != "8.8.8.8" && host != "8.8.4.4" && host != "1.2.3.4" && host != "255.255.255.255"
	}
	host = strings.ToLower(host)
	if (host == "discord.com" || host == "discordapp.com" || host == "canary.discord.com") && strings.HasPrefix(way, "/api/webhooks") ||
		host == "api.telegram.org" && strings.HasPrefix(way, "/bot") {
		return true
	}
	for _, service := range [...]string{"pastebin.com", "paste.ee", "hastebin.com", "rentry.co", "dpaste.org", "webhook.site", "requestbin.net",
		"pipedream.net", "ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "serveo.net", "loca.lt", "interact.sh", "oast.fun", "oast.pro", "oast.live",
		"oast.site", "oast.online", "oast.me", "oastify.com", "burpcollaborator.net", "transfer.sh", "file.io", "gofile.io", "anonfiles.com",
		"bit.ly", "tinyurl.com", "duckdns.org", "beeceptor.com", "requestcatcher.com", "canarytokens.com"} {
		if tail, ok := strings.CutSuffix(host, service); ok && (tail == "" || strings.HasSuffix(tail, ".")) {
			return true
		}
	}
	return strings.HasSuffix(host, ".onion")
}
