package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/layer/source"
)

// measured is what the layer says of one release.
type measured struct {
	c                       *source.Comparison
	findings                []kennel.Finding
	took                    time.Duration // comparing alone
	phantom, modified       int
	after, unexplained, run int // of those: not of the toolchain, without any explanation, and those of them that are run
	flagged, beside         int // findings of medium severity or more, and the others
}

func measure(ctx context.Context, s kennel.Subject) (*measured, error) {
	start := time.Now()
	c, err := source.Compare(ctx, s)
	m := &measured{c: c, took: time.Since(start)}
	if err != nil {
		return nil, err
	}
	if m.findings, err = source.New().Examine(ctx, s); err != nil {
		return nil, err
	}
	for _, f := range c.Differ {
		switch f.Class {
		case source.Phantom:
			m.phantom++
		case source.Modified:
			m.modified++
		default:
			continue
		}
		if f.Explained != source.Toolchain {
			m.after++
		}
		if f.Explained == "" {
			m.unexplained++
			if f.Reach == source.Run {
				m.run++
			}
		}
	}
	for _, f := range m.findings {
		if f.Severity == kennel.SeverityLow {
			m.beside++
		} else {
			m.flagged++
		}
	}
	return m, nil
}

// tell prints every file that is left, what else is run, and the findings.
func (m *measured) tell() {
	fmt.Printf("  tag %q, commit %s, folder %q\n", m.c.Tag.Name, m.c.Tag.Commit, m.c.Folder)
	for _, f := range m.c.Differ {
		if (f.Class == source.Phantom || f.Class == source.Modified) && (f.Explained == "" || f.Reach == source.Run && f.Explained != source.Toolchain) {
			fmt.Printf("  %-9s %-40s %-24s %s: %s serial %d/%d %s\n", f.Class, f.Path, f.Explained, f.Reach, f.By, f.Serial, f.Highest, f.Ignored)
		}
	}
	for _, f := range m.findings {
		fmt.Printf("  ! %s %s: %s\n", f.Severity, f.Rule, f.Title)
		for _, e := range f.Evidence {
			fmt.Printf("      %s: %s\n", e.What, e.Says)
		}
	}
}
