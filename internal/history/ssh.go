package history

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// sshFields says how many fields of a certificate, behind its nonce, are the
// key itself. Source: OpenSSH's PROTOCOL.certkeys.
var sshFields = map[string]int{
	"ssh-ed25519": 1, "ssh-rsa": 2, "ssh-dss": 4,
	"ecdsa-sha2-nistp256": 2, "ecdsa-sha2-nistp384": 2, "ecdsa-sha2-nistp521": 2,
	"sk-ssh-ed25519": 2, "sk-ecdsa-sha2-nistp256": 3,
}

// sshKey reads from an SSH signature the fingerprint of the key that it holds,
// as ssh-keygen -l writes it; "" when it holds none. A certificate stands for
// its key.
//
// Source: OpenSSH's PROTOCOL.sshsig: "SSHSIG", version, the public key, …
func sshKey(data []byte) string {
	rest, ok := strings.CutPrefix(string(data), "SSHSIG")
	if !ok || len(rest) < 4 || binary.BigEndian.Uint32([]byte(rest)) != 1 {
		return ""
	}
	key, _, ok := sshString(rest[4:])
	if !ok || key == "" {
		return ""
	}
	kind, fields, ok := sshString(key)
	if !ok || kind == "" {
		return ""
	}
	if plain, isCertificate := strings.CutSuffix(kind, "-cert-v01@openssh.com"); isCertificate {
		n := sshFields[plain]
		if strings.HasPrefix(plain, "sk-") {
			plain += "@openssh.com"
		}
		_, fields, ok = sshString(fields) // the nonce
		end := fields
		for range n {
			if ok {
				_, end, ok = sshString(end)
			}
		}
		if !ok || n == 0 {
			return ""
		}
		key = string(binary.BigEndian.AppendUint32(nil, uint32(len(plain)))) + plain + fields[:len(fields)-len(end)]
	}
	sum := sha256.Sum256([]byte(key))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// sshString cuts a string that its length leads off s.
func sshString(s string) (text, rest string, ok bool) {
	if len(s) < 4 {
		return "", "", false
	}
	n := uint64(binary.BigEndian.Uint32([]byte(s[:4])))
	if n > uint64(len(s)-4) {
		return "", "", false
	}
	return s[4 : 4+n], s[4+n:], true
}
