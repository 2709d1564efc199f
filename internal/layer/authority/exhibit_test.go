package authority

import (
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func TestIllustrate(t *testing.T) {
	asOf := date("2021-03-10 12:00")
	subject := kennel.NewSubject(kennel.Component{}, asOf, kennel.Grants{History: takeover()})
	found, e, err := New().(kennel.Illustrator).Illustrate(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, found, "share low", "tag-signer medium")
	if n := len(e.Tags); n != 11 {
		t.Fatalf("%d tags", n)
	}
	// One key under its id and under its fingerprint is one signer.
	first, before, last := e.Tags[0], e.Tags[9], e.Tags[10]
	if first.Tag != "v2010" || first.Signer != before.Signer || before.Signer == last.Signer || last.Tagger != bea || last.Time != asOf {
		t.Errorf("%+v\n%+v\n%+v", first, before, last)
	}
	if n := len(e.Shares); n != maxQuarters {
		t.Fatalf("%d quarters", n)
	}
	q := e.Shares[maxQuarters-2] // the last whole one
	if q.Start != date("2020-10-01 00:00") || len(q.By) != 2 || q.By[0].Name != "Bea New" || q.By[0].Commits+q.By[1].Commits != q.Commits {
		t.Errorf("%+v", q)
	}
	// What is not there yet is not drawn, and who cannot look shows nothing.
	_, e, err = New().(kennel.Illustrator).Illustrate(t.Context(), kennel.NewSubject(kennel.Component{}, date("2012-12-31 00:00"), kennel.Grants{History: takeover()}))
	if err != nil || len(e.Tags) != 3 || len(e.Shares) != 12 {
		t.Errorf("%d tags, %d quarters, %v", len(e.Tags), len(e.Shares), err)
	}
	_, e, err = New().(kennel.Illustrator).Illustrate(t.Context(), kennel.NewSubject(kennel.Component{}, asOf, kennel.Grants{}))
	if err == nil || e.Tags != nil || e.Shares != nil {
		t.Error(e, err)
	}
}
