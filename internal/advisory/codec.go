package advisory

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/cespare/xxhash/v2"
)

// errDamaged is the cause of every error about bytes that do not hold
// together. Callers add the file and what to do.
var errDamaged = errors.New("damaged")

// A cursor reads what the append functions below wrote. After the first value
// that is not there it is bad and gives zeros, so callers check once. Strings
// that it gives are parts of one copy of its input.
type cursor struct {
	s   string
	bad bool
}

// read makes a cursor over a copy of b.
func read(b []byte) cursor { return cursor{s: string(b)} }

func (c *cursor) uvarint() uint64 {
	var v uint64
	for i := range min(len(c.s), binary.MaxVarintLen64) {
		b := c.s[i]
		if b < 0x80 {
			if i == binary.MaxVarintLen64-1 && b > 1 {
				break
			}
			c.s = c.s[i+1:]
			return v | uint64(b)<<(7*i)
		}
		v |= uint64(b&0x7f) << (7 * i)
	}
	c.s, c.bad = "", true
	return 0
}

// count reads the number of things that follow, each at least size bytes, so
// that a damaged count never allocates more than the input holds.
func (c *cursor) count(size int) int {
	n := c.uvarint()
	if n > uint64(len(c.s)/size) {
		c.s, c.bad = "", true
		return 0
	}
	return int(n)
}

// take gives the next n bytes.
func (c *cursor) take(n int) string {
	if n < 0 || n > len(c.s) {
		c.s, c.bad = "", true
		return ""
	}
	p := c.s[:n]
	c.s = c.s[n:]
	return p
}

func (c *cursor) byte() byte {
	if p := c.take(1); p != "" {
		return p[0]
	}
	return 0
}

func (c *cursor) uint32() uint32 {
	p := c.take(4)
	if p == "" {
		return 0
	}
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}

func (c *cursor) string() string { return c.take(c.count(1)) }

func (c *cursor) strings() []string {
	n := c.count(1)
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = c.string()
	}
	return list
}

func (c *cursor) time() time.Time {
	v := c.uvarint()
	if v == 0 {
		return time.Time{}
	}
	return time.Unix(unzigzag(v-1), 0).UTC()
}

func appendUvarint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }

func appendString(b []byte, s string) []byte {
	return append(appendUvarint(b, uint64(len(s))), s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = appendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

// appendTime keeps whole seconds; the zero time is one zero byte.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return appendUvarint(b, zigzag(t.Unix())+1)
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// check is the checksum of a piece of a file. The place is part of it, so
// that a sound piece read from the wrong place is as bad as a damaged one.
func check(p []byte, place uint64) uint32 {
	h := xxhash.Sum64(p) + (place+1)*0x9E3779B97F4A7C15
	return uint32(h ^ h>>32)
}
