package archive

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/kennel-oss/kennel"
)

type xzMemory struct{ *bytes.Reader }

func (xzMemory) Close() error { return nil }

func pack(t testing.TB, b []byte, c xz.WriterConfig) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := c.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func check(b []byte) error {
	var c kennel.Content = xzMemory{bytes.NewReader(b)}
	return checkXZ(c)
}

func TestCheckXZ(t *testing.T) {
	random := make([]byte, 100_000)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(random)
	var streams []byte
	for _, c := range []xz.WriterConfig{{DictCap: 1 << 16}, {DictCap: 1 << 16, CheckSum: xz.CRC32}, {DictCap: 1 << 16, CheckSum: xz.SHA256}, {DictCap: 1 << 16, NoCheckSum: true}, {DictCap: 1 << 16, BlockSize: 20_000}} {
		for _, content := range [][]byte{nil, []byte("x"), random, bytes.Repeat([]byte("ab"), 50_000)} {
			b := pack(t, content, c)
			if err := check(b); err != nil {
				t.Errorf("%+v, %d bytes: %v", c, len(content), err)
			}
			streams = append(append(streams, b...), 0, 0, 0, 0)
			for _, cut := range []int{0, 5, 12, 13, len(b) / 2, len(b) - 1} {
				if cut < len(b) && check(b[:cut]) == nil {
					t.Errorf("%+v, %d bytes: cut at %d and nobody saw", c, len(content), cut)
				}
			}
		}
	}
	if err := check(streams); err != nil {
		t.Error("several streams:", err)
	}
	// A second block or stream that asks for too much is found too.
	huge := pack(t, []byte("x"), xz.WriterConfig{})
	if huge[14] != 0x21 || huge[15] != 1 {
		t.Fatalf("the block header is elsewhere: % x", huge[12:20])
	}
	huge[16] = 32 // 256 MiB; the check looks before anybody checks the header's CRC
	for _, b := range [][]byte{huge, append(pack(t, random, xz.WriterConfig{}), huge...)} {
		if l := (*LimitError)(nil); !errors.As(check(b), &l) {
			t.Error(check(b))
		}
	}
}

// FuzzCheckXZ: what the check accepts, the decoder finds no larger dictionary
// in, as far as a test can see: both end.
func FuzzCheckXZ(f *testing.F) {
	for _, content := range []string{"", "x", "hello hello hello hello hello"} {
		f.Add(pack(f, []byte(content), xz.WriterConfig{}))
		f.Add(pack(f, []byte(content), xz.WriterConfig{CheckSum: xz.CRC32, BlockSize: 8}))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if check(b) != nil {
			return
		}
		r, err := xz.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		buf := make([]byte, 4096)
		for range 1000 {
			if _, err := r.Read(buf); err != nil {
				return
			}
		}
	})
}
