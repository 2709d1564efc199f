package target

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/kennel-oss/kennel"
)

func TestPaddedFilesAreLetGo(t *testing.T) {
	text := "lodash 4.17.0 MIT" + strings.Repeat(" ", detachSize)
	within := func(s string) bool { return unsafe.StringData(s) == unsafe.StringData(text[strings.Index(text, s):]) }
	read := func() kennel.Extraction {
		c := kennel.Component{Package: kennel.Package{Name: text[:6]}, Version: text[7:13], Licenses: []string{text[14:17]}}
		return kennel.Extraction{Projects: []kennel.Project{{Occurrences: []kennel.Occurrence{{Component: c}}}}}
	}
	padded, dense := read(), read()
	detach(&padded, int64(len(text)))
	detach(&dense, 1000)
	got, kept := padded.Projects[0].Occurrences[0], dense.Projects[0].Occurrences[0]
	if got.Name != "lodash" || got.Version != "4.17.0" || got.Licenses[0] != "MIT" {
		t.Errorf("detaching changed it: %+v", got)
	}
	if within(got.Name) || within(got.Version) || within(got.Licenses[0]) {
		t.Error("the padded file is kept in memory")
	}
	if !within(kept.Name) {
		t.Error("a dense file was copied for nothing")
	}
}
