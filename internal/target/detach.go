package target

import (
	"reflect"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Extractors may return strings that share the memory of the file they were
// read from. That is fast, and right where most of the file is names. A file of
// padding with one name in it would be kept whole, and an archive of a few
// kilobytes can hold a thousand of those.
const (
	detachSize  = 1 << 20 // smaller files are never detached
	detachShare = 8 << 10 // bytes of a file for each thing found in it; composer.lock, the wordiest, has half of it
)

// detach makes out independent of the file it comes from, where that has many
// more bytes than out.
func detach(out *kennel.Extraction, size int64) {
	found := 1 + len(out.Gaps) + len(out.Owned)
	for i := range out.Projects {
		found += len(out.Projects[i].Occurrences) + len(out.Projects[i].Edges)
	}
	if size >= detachSize && size/detachShare > int64(found) {
		cloneStrings(reflect.ValueOf(out).Elem())
	}
}

// cloneStrings gives every string that v leads to memory of its own.
func cloneStrings(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(strings.Clone(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			cloneStrings(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			cloneStrings(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			cloneStrings(v.Elem())
		}
	case reflect.Map:
		if v.IsNil() || !v.CanSet() {
			return
		}
		clone := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			clone.SetMapIndex(cloned(key), cloned(value))
		}
		v.Set(clone)
	}
}

func cloned(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	cloneStrings(c)
	return c
}
