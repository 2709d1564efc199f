package origin

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kennel-oss/kennel"
)

func TestOrigin(t *testing.T) {
	leash := func(version string, from kennel.Origin, hashes ...string) kennel.Component {
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "leash"}, Version: version, Origin: from}
		for _, h := range hashes {
			c.Hashes = append(c.Hashes, kennel.Hash{Algorithm: "SHA-1", Value: strings.Repeat(h, 20)})
		}
		return c
	}
	for _, c := range []struct {
		name        string
		before, now kennel.Component
		err         error // why there is no release
		want        []string
		blind       bool
	}{
		{"an upgrade", leash("0.9.0", kennel.OriginRegistry, "bb"), leash("1.0.0", kennel.OriginRegistry, "aa"), nil, nil, false},
		{"back", leash("1.1.0", kennel.OriginRegistry), leash("1.0.0", kennel.OriginRegistry), nil, []string{"downgrade"}, false},
		{"a new package", kennel.Component{}, leash("1.0.0", kennel.OriginRegistry, "aa"), nil, nil, false},
		{"an address", leash("0.9.0", kennel.OriginRegistry), leash("1.0.0", kennel.OriginURL), nil, []string{"origin-changed"}, false},
		{"a file of the project", leash("0.9.0", kennel.OriginRegistry), leash("1.0.0", kennel.OriginLocal), nil, []string{"origin-changed"}, false},
		{"new, from an address", kennel.Component{}, leash("1.0.0", kennel.OriginURL), nil, []string{"address"}, false},
		{"several files", kennel.Component{}, leash("1.0.0", kennel.OriginRegistry, "aa", "bb"), nil, []string{"digest-several"}, false},
		{"it always came from a repository", leash("0.9.0", kennel.OriginVCS), leash("1.0.0", kennel.OriginVCS), nil, nil, false},
		{"another hash", leash("1.0.0", kennel.OriginRegistry, "aa"), leash("1.0.0", kennel.OriginRegistry, "cc"), nil, []string{"digest-changed"}, false},
		{"not the registry's", leash("1.0.0", kennel.OriginRegistry, "aa"), leash("1.0.0", kennel.OriginRegistry, "cc"), &kennel.Mismatch{Who: "the lock file"}, []string{"digest-changed", "digest-mismatch"}, false},
		{"one more file", leash("1.0.0", kennel.OriginRegistry, "aa"), leash("1.0.0", kennel.OriginRegistry, "cc", "aa"), nil, []string{"digest-several"}, false},
		{"no hash any more", leash("1.0.0", kennel.OriginRegistry, "aa"), leash("1.0.0", kennel.OriginRegistry), nil, []string{"digest-gone"}, false},
		{"no answer", kennel.Component{}, leash("1.0.0", kennel.OriginRegistry, "aa"), errors.New("down"), nil, true},
		{"no answer, and nothing to compare", kennel.Component{}, leash("1.0.0", kennel.OriginRegistry), errors.New("down"), nil, false},
	} {
		s := kennel.NewSubject(c.now, time.Time{}, kennel.Grants{Release: fstest.MapFS{}})
		if c.err != nil {
			s = kennel.NewSubject(c.now, time.Time{}, kennel.Grants{Refused: map[kennel.Need]error{kennel.NeedRelease: c.err}})
		}
		s.Before = c.before
		found, err := New().Examine(t.Context(), s)
		var got []string
		for _, f := range found {
			got = append(got, f.Rule)
			if len(f.Evidence) == 0 || f.Innocent == "" || f.Title == "" {
				t.Errorf("%s: %s says too little: %+v", c.name, f.Rule, f)
			}
		}
		var could *kennel.CouldNotLook
		if !slices.Equal(got, c.want) || errors.As(err, &could) != c.blind {
			t.Errorf("%s: %q and %v, want %q", c.name, got, err, c.want)
		}
	}
	s := kennel.NewSubject(leash("1.0.0", kennel.OriginRegistry, "aa"), time.Time{}, kennel.Grants{})
	if _, err := New().Examine(t.Context(), s); !errors.Is(err, kennel.ErrNotGranted) {
		t.Errorf("without a registry: %v", err)
	}
}
