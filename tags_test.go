package kennel

import (
	"slices"
	"testing"
)

func TestTagNames(t *testing.T) {
	for _, test := range []struct {
		tag, name, version string
		rank               int // -1 for no
	}{
		{"v1.2.3", "x", "1.2.3", 1}, {"1.2.3", "x", "v1.2.3", 1}, {"x-1.2.3", "x", "1.2.3", 0}, {"x-1_2_3", "x", "1.2.3", 0},
		{"R_1_2_3", "x", "1.2.3", 2}, {"release-1.2.3-stable", "x", "1.2.3", 2}, {"@s/x@1.2.3", "@s/x", "1.2.3", 0},
		{"x/v1.2.3", "@s/x", "1.2.3", 0}, {"sub/v1.2.3", "example.com/m/sub", "v1.2.3", 0}, {"X5_44", "x", "5.44", 0}, {"p2-10.42", "p2", "10.42", 0},
		{"v11.2.3", "x", "1.2.3", -1}, {"v0.1.2.3", "x", "1.2.3", -1}, {"v1.2.3-rc1", "x", "1.2.3", -1}, {"v1.2.30", "x", "1.2.3", -1},
		{"v1.2.3", "x", "", -1}, {"v1.2.3-rc.1", "x", "1.2.3-rc.1", 1},
	} {
		rank, ok := namedAfter(test.tag, Component{Package: Package{Name: test.name}, Version: test.version})
		if ok != (test.rank >= 0) || ok && rank != test.rank {
			t.Errorf("%s for %s %s: %d, %v; want %d", test.tag, test.name, test.version, rank, ok, test.rank)
		}
	}
}

func TestTagsOf(t *testing.T) {
	tags := []Tag{{Name: "v1.2.3", Commit: "a"}, {Name: "v1.2.30", Commit: "b"}, {Name: "x-1.2.3", Commit: "c"}, {Name: "of-a-tree"}}
	for _, test := range []struct {
		c    Component
		want []Tag
	}{
		{Component{Package: Package{Name: "x"}, Version: "1.2.3"}, []Tag{tags[2], tags[0]}},
		{Component{Version: "1.2.30"}, tags[1:2]},
		{Component{Version: "7"}, []Tag{}},
		{Component{Version: "1.2.3", Commit: "v1.2.30"}, tags[1:2]},
		{Component{Version: "1.2.3", Commit: "b"}, []Tag{{Commit: "b"}}},
	} {
		if got := TagsOf(tags, test.c); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %+v, want %+v", test.c, got, test.want)
		}
	}
}
