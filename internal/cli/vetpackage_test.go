package cli

import (
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

func TestChoose(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }
	listing := kennel.Listing{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "leash"}, Releases: []kennel.Release{
		{Version: "1.0.0", Published: day(1)}, {Version: "1.1.0", Published: day(2), Withdrawn: true}, {Version: "1.2.0", Published: day(20)},
		{Version: "1.2.1", Published: day(22)}, {Version: "2.0.0-rc.1", Published: day(23)}, {Version: "2.0.0-rc.2", Published: day(31)},
	}}
	mirrored := listing
	mirrored.Mirrored = true
	for _, c := range []struct {
		listing                kennel.Listing
		ask, release, previous string
	}{
		{listing, "", "1.2.1", "1.0.0"}, // two days after 1.2.0: the one before both
		{mirrored, "", "1.2.1", "1.2.0"},
		{listing, "1.2.0", "1.2.0", "1.0.0"},
		{listing, "1.0.0", "1.0.0", ""},
		{listing, "2.0.0-rc.2", "2.0.0-rc.2", "2.0.0-rc.1"},
		{listing, "2.0.0-rc.1", "2.0.0-rc.1", "1.0.0"},
		{listing, "1.1.0", "1.1.0", "1.0.0"},
	} {
		release, previous, err := choose(c.listing, c.ask)
		if err != nil || release.Version != c.release || previous != c.previous {
			t.Errorf("%q: %s after %s, %v; want %s after %s", c.ask, release.Version, previous, err, c.release, c.previous)
		}
	}
	if _, _, err := choose(listing, "9.9.9"); err == nil {
		t.Error("9.9.9 was found")
	}
	if _, _, err := choose(kennel.Listing{}, ""); err == nil {
		t.Error("a release of nothing was found")
	}
}
