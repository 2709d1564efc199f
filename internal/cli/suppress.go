package cli

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/target"
	"github.com/kennel-oss/kennel/internal/vex"
)

// suppressors is what sets results aside in a run: VEX, waivers, a baseline.
type suppressors struct {
	list     []judge.Suppressor
	image    vex.Product // what the target is, when it is a container image
	books    []*vex.Book
	waivers  []*judge.Waivers
	baseline *judge.Baseline
	gaps     []kennel.Gap // what could not be understood in them
}

// suppressors reads every document that a flag or trusted configuration
// names. What comes with the project yields to an organisation's policy.
func (a *app) suppressors(f *scanFlags, org, project trusted, t *target.Target) (*suppressors, error) {
	s := &suppressors{image: imageProduct(t.Image())}
	if err := s.addVEX(f.vex, besideFile(""), false); err != nil {
		return nil, err
	}
	for _, from := range []struct {
		trusted
		yields bool
	}{{org, false}, {project, f.config == ""}} {
		if err := s.addVEX(from.VEX, from.beside, from.yields); err != nil {
			return nil, err
		}
		if len(from.Waivers) == 0 {
			continue
		}
		waivers, err := judge.NewWaivers(from.path, from.Waivers)
		if err != nil {
			return nil, &exit{exitUsage, err}
		}
		s.waivers = append(s.waivers, waivers)
		s.add(waivers, from.yields)
	}
	if f.baseline != "" {
		data, err := readFlagFile("--baseline", f.baseline)
		if err != nil {
			return nil, err
		}
		if s.baseline, err = judge.ReadBaseline(f.baseline, data); err != nil {
			return nil, &exit{exitUsage, err}
		}
		s.add(s.baseline, false)
	}
	return s, nil
}

func (s *suppressors) add(one judge.Suppressor, yields bool) {
	if yields {
		one = judge.Yielding{Suppressor: one}
	}
	s.list = append(s.list, one)
}

// addVEX reads VEX documents by read, which says where each lies.
func (s *suppressors) addVEX(names []string, read func(string) ([]byte, string, error), yields bool) error {
	var statements []vex.Statement
	for _, name := range names {
		data, where, err := read(name)
		if err != nil {
			return &exit{exitUsage, fmt.Errorf("VEX: %w", err)}
		}
		said, gaps, err := vex.Read(where, data)
		if err != nil {
			return &exit{exitUsage, fmt.Errorf("VEX %s: %w", where, err)}
		}
		statements = append(statements, said...)
		s.gaps = append(s.gaps, gaps...)
	}
	if len(statements) > 0 {
		book := vex.New(statements)
		s.books = append(s.books, book)
		s.add(&byVEX{book, s.image}, yields)
	}
	return nil
}

// describe adds to a judgement what became of the suppressors: expired
// waivers, VEX statements that matched nothing, what left the baseline.
func (s *suppressors) describe(j *kennel.Judgement) {
	// A statement about a problem that is here, for a component that is not,
	// is most often a purl that does not match: silence would hide that.
	var gaps []kennel.Gap
	for _, book := range s.books {
		for _, unused := range book.Unused() {
			if unused.Nearest == "" {
				continue
			}
			subject := unused.Component
			if subject.Empty() {
				subject = unused.Product
			}
			gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: unused.Where,
				Why: fmt.Sprintf("its statement on %s speaks of %s and matched nothing; the nearest component is %s", unused.Vulnerability, subject, unused.Nearest)})
		}
	}
	addGaps(j, gaps)
	for _, w := range s.waivers {
		j.Expired = append(j.Expired, w.Expired(j)...)
	}
	if s.baseline != nil {
		j.Baseline = s.baseline.Info(j)
	}
}

// byVEX is a judge.Suppressor over VEX statements.
type byVEX struct {
	book  *vex.Book
	image vex.Product
}

// imageProduct names an image as VEX documents do: by its digests, and as
// pkg:oci/name@digest.
func imageProduct(image *archive.Image) vex.Product {
	var p vex.Product
	if image == nil {
		return p
	}
	for _, digest := range []string{image.Digest, image.Index, image.Config} {
		if value, ok := strings.CutPrefix(digest, "sha256:"); ok {
			p.Hashes = append(p.Hashes, kennel.Hash{Algorithm: "SHA-256", Value: value})
			p.IDs = append(p.IDs, digest)
		}
	}
	for _, tag := range image.Tags {
		p.IDs = append(p.IDs, tag)
		name, version, _ := strings.Cut(tag[strings.LastIndexByte(tag, '/')+1:], ":")
		for _, v := range []string{version, image.Digest, image.Index} {
			if v != "" {
				p.IDs = append(p.IDs, ecosystem.Purl(kennel.Component{Package: kennel.Package{Ecosystem: "oci", Name: name}, Version: v}))
			}
		}
	}
	return p
}

func (b *byVEX) Suppress(r *kennel.Result, p *kennel.Project, _ time.Time) *kennel.Suppression {
	product := vex.ProductOf(p)
	product.IDs = append(product.IDs, b.image.IDs...)
	product.Hashes = append(product.Hashes, b.image.Hashes...)
	said, ok := b.book.Lookup(r.Finding, product)
	if !ok || said.Status != vex.NotAffected && said.Status != vex.Fixed {
		return nil
	}
	why := cmp.Or(said.Impact, said.Action, said.Justification, string(said.Status))
	return &kennel.Suppression{By: "vex", Status: string(said.Status), Justification: said.Justification, Who: said.Author, Why: why, Where: said.Where}
}
