package history

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

const finger = "0123456789ABCDEF0123456789ABCDEF01234567"

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// framed puts a packet's head before a body of less than 192 octets.
func framed(head byte, body string) []byte {
	b := unhex(body)
	return append([]byte{head, byte(len(b))}, b...)
}

var pgp = []struct {
	name   string
	packet []byte
	key    string
	made   string
}{
	{"v3, as PGP and GnuPG 1 wrote it", framed(0x88, "03 05 00 3f000000 89abcdef01234567 01 02 ffff 00"), "89ABCDEF01234567", "2003-06-30"},
	{"v4: a fingerprint, a time, an unsigned key id", framed(0xc2, "04 00 01 08 001d 16 21 04"+finger+"05 02 6415dab3 000a 09 10 89abcdef01234567 abcd 0000"), finger, "2023-03-18"},
	{"v4: only an unsigned key id", framed(0x88, "04 00 11 02 0006 05 02 44000000 000a 09 10 89abcdef01234567 abcd"), "89ABCDEF01234567", "2006-02-25"},
	{"v5", framed(0xc2, "05 00 16 08 0029 05 02 6415dab3 22 21 05"+finger+finger[:24]+"0000 abcd 000000"), finger + finger[:24], "2023-03-18"},
	{"v6: four octets of length", framed(0xc2, "06 00 1b 08 00000029 05 82 6415dab3 22 21 06"+finger+finger[:24]+"00000000 abcd"), finger + finger[:24], "2023-03-18"},
	{"another packet before it", append(framed(0xcd, "41"), framed(0x88, "03 05 00 3f000000 89abcdef01234567 01 02 ffff 00")...), "89ABCDEF01234567", "2003-06-30"},
	{"no packet", unhex("00"), "", ""},
	{"a body in parts", unhex("c2 e1 04 00"), "", ""},
	{"cut off", unhex("c2 36 04 00 01 08 ffff"), "", ""},
	{"a subpacket longer than its area", framed(0xc2, "04 00 01 08 0003 ff 00 00 00 00"), "", ""},
}

func TestOpenPGP(t *testing.T) {
	for _, c := range pgp {
		key, made := openPGP(c.packet)
		got := ""
		if !made.IsZero() {
			got = made.Format(time.DateOnly)
		}
		if key != c.key || got != c.made {
			t.Errorf("%s: %q %q, want %q %q", c.name, key, got, c.key, c.made)
		}
	}
}

func armored(kind string, data []byte) string {
	return "-----BEGIN " + kind + "-----\nVersion: one: two\n\n" + base64.StdEncoding.EncodeToString(data) + "\n=abcd\n-----END " + kind + "-----\n"
}

func tagText() string {
	return "object " + strings.Repeat("a", 40) + "\ntype commit\ntag v1\ntagger A. Person <a@a.example> 1679153836 +0800\n\nOne\n\n-----BEGIN SSH SIGNATURE-----\nquoted\n\nTwo\n" +
		armored("PGP SIGNATURE", unhex("88 13 03 05 00 3f000000 89abcdef01234567 01 02 ffff 00"))
}

func TestTagObject(t *testing.T) {
	got, ok := parseTag([]byte(tagText()))
	if !ok || got.kind != "commit" || got.tag.Tagger != (kennel.Person{Name: "A. Person", Email: "a@a.example"}) || got.tag.Time.Unix() != 1679153836 {
		t.Errorf("%+v", got)
	}
	if s := got.tag.Signature; s.Kind != "openpgp" || s.Key != "89ABCDEF01234567" || s.Made.Year() != 2003 {
		t.Errorf("%+v", s)
	}
	for text, kind := range map[string]string{
		"x": "", "-----BEGIN PGP SIGNATURE-----": "openpgp", "-----BEGIN SIGNED MESSAGE-----\nabc": "x509",
		" -----BEGIN SSH SIGNATURE-----": "", "-----BEGIN SSH SIGNATURE-----\n\n\n": "ssh",
	} {
		if s := parseSignature([]byte(text)); s.Kind != kind || s.Key != "" {
			t.Errorf("%q: %+v", text, s)
		}
	}
	for _, line := range []string{"", "A", "A <", "A > <", "<> x", "A <a> 99999999999999999999 +0000"} {
		if _, at := parsePerson(line); !at.IsZero() {
			t.Errorf("%q: %v", line, at)
		}
	}
	if _, ok := parseTag([]byte("object --help\n")); ok {
		t.Error("an object that is no id")
	}
}

// ssh-keygen is the reference for the fingerprint.
func TestSSHSignature(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen is not installed")
	}
	folder := repo(t)
	key := filepath.Join(t.TempDir(), "key")
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		file := key + kind
		if out, err := exec.Command("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", file).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		out, err := exec.Command("ssh-keygen", "-l", "-f", file+".pub").Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Fields(string(out))[1]
		signed := func(tag, with string) {
			git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "-c", "gpg.format=ssh", "-c", "user.signingKey="+with, "tag", "-s", "-m", "x", tag)
			tags, err := opened(t, folder).Tags()
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range tags {
				if g.Name == tag && (g.Signature.Kind != "ssh" || g.Signature.Key != want) {
					t.Errorf("%s: %+v, want %s", tag, g.Signature, want)
				}
			}
		}
		signed(kind, file)
		// A certificate for the key stands for the key.
		if out, err := exec.Command("ssh-keygen", "-q", "-s", file, "-I", "x", "-n", "x", file+".pub").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if text, err := os.ReadFile(file + "-cert.pub"); err == nil {
			blob, _ := base64.StdEncoding.DecodeString(strings.Fields(string(text))[1])
			data := append([]byte("SSHSIG\x00\x00\x00\x01"), byte(len(blob)>>24), byte(len(blob)>>16), byte(len(blob)>>8), byte(len(blob)))
			if got := sshKey(append(data, blob...)); got != want {
				t.Errorf("certificate of %s: %s, want %s", kind, got, want)
			}
		}
	}
}

func FuzzLog(f *testing.F) {
	id := strings.Repeat("a", 40)
	f.Add(id + "\x00\x00A\x00a@a\x001\x00C\x00c@c\x002\x00\x00\n:000000 100644 " + strings.Repeat("0", 40) + " " + id + " A\x00a/b\x00" + id + "\x00" + id + "\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Add(":")
	f.Add(id + "\x00")
	f.Fuzz(func(t *testing.T, in string) {
		_ = parseLog(strings.NewReader(in), func(c kennel.Commit) error {
			if !isID(c.ID) {
				t.Errorf("%q", c.ID)
			}
			for _, ch := range c.Changes {
				if ch.Status == 0 || ch.New != "" && !isID(ch.New) {
					t.Errorf("%+v", ch)
				}
			}
			return nil
		})
	})
}

func FuzzTagObject(f *testing.F) {
	f.Add([]byte(tagText()))
	f.Add([]byte("object x\n\n-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if got, ok := parseTag(in); ok && !isID(got.object) {
			t.Errorf("%+v", got)
		}
	})
}

func FuzzOpenPGP(f *testing.F) {
	for _, c := range pgp {
		f.Add(c.packet)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if key, _ := openPGP(in); len(key) != 0 && len(key) != 16 && len(key) != 40 && len(key) != 64 {
			t.Errorf("%q", key)
		}
	})
}

func FuzzSSH(f *testing.F) {
	f.Add([]byte("SSHSIG\x00\x00\x00\x01\x00\x00\x00\x13\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x00"))
	f.Add([]byte("SSHSIG\x00\x00\x00\x01\x00\x00\x00\x28\x00\x00\x00\x20ssh-ed25519-cert-v01@openssh.com\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if key := sshKey(in); key != "" && len(key) != len("SHA256:")+43 {
			t.Errorf("%q", key)
		}
	})
}

func FuzzPackedRefs(f *testing.F) {
	f.Add([]byte("# pack-refs with: peeled fully-peeled sorted \n" + strings.Repeat("a", 40) + " refs/tags/v1\n^" + strings.Repeat("b", 40) + "\n"))
	f.Add([]byte(strings.Repeat("a", 64) + " refs/heads/a//b\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		all := map[string]string{}
		if parsePacked(in, all) == nil {
			for name, id := range all {
				if !isID(id) || !validRef(name) || strings.ContainsAny(name, "\n ") {
					t.Errorf("%q %q", name, id)
				}
			}
		}
	})
}
