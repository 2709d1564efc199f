package golang

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readMax bounds what reading one binary's build information may read: it is
// found through a few headers, or by passing over the data once.
const readMax = 1 << 30

// text are endings that no program has, the most frequent in source trees.
var text = map[string]bool{".go": true, ".js": true, ".ts": true, ".json": true, ".md": true, ".py": true, ".c": true,
	".h": true, ".html": true, ".css": true, ".yaml": true, ".yml": true, ".xml": true, ".java": true, ".rs": true, ".rb": true, ".php": true,
	".map": true, ".png": true, ".svg": true, ".sh": true}

// mayBeBinary reports whether f could be a program: the executable bit or a
// name that programs have, and then the first bytes of ELF, Mach-O or PE.
func mayBeBinary(f kennel.File) bool {
	p := f.Path()
	base := p[strings.LastIndexByte(p, '/')+1:]
	dot := strings.LastIndexByte(base, '.')
	if dot > 0 {
		switch strings.ToLower(base[dot:]) {
		case ".exe", ".so", ".dll", ".dylib":
		default:
			// Asking for the mode costs a system call, so names that programs do
			// not have are ruled out first.
			if len(base)-dot > 1 && text[strings.ToLower(base[dot:])] || f.Mode()&0o111 == 0 {
				return false
			}
		}
	}
	if f.Size() < 4096 {
		return false // no Go program is that small
	}
	head := f.Head()
	for _, magic := range []string{
		"\x7fELF", "MZ",
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // Mach-O
		"\xca\xfe\xba\xbe\x00\x00\x00", "\xca\xfe\xba\xbf\x00\x00\x00", // Mach-O of several architectures; Java's classes have a version there
	} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// readBinary reads the modules that were linked into a program. A program that
// Go did not build gives nothing.
func readBinary(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	content, err := f.Open()
	if err != nil {
		return kennel.Extraction{}, err
	}
	defer content.Close()
	info, err := buildInfo(&bounded{ctx: ctx, r: content, left: readMax})
	if err != nil || info == nil {
		return kennel.Extraction{}, err
	}
	return linked(f, info), nil
}

// linked lists what info says was linked into f.
func linked(f kennel.File, info *buildinfo.BuildInfo) kennel.Extraction {
	var g lockfile.Graph
	here := []kennel.Location{{Path: f.Path(), Layer: f.Layer()}}
	add := func(c kennel.Component, direct kennel.Directness) int32 {
		return g.Add(kennel.Occurrence{Component: c, Scope: kennel.ScopeShipped, Direct: direct, Locations: here})
	}
	var e kennel.Extraction
	if c, ok := stdlib(info.GoVersion); ok {
		g.Need(kennel.RootNode, add(c, kennel.Direct), info.GoVersion, kennel.ScopeShipped)
	} else {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(), Why: fmt.Sprintf("built by %.80q, which is no release: its standard library was not looked at", info.GoVersion)})
	}
	if info.Main.Path != "" {
		c := module(info.Main.Path, "", kennel.OriginLocal)
		if v := info.Main.Version; v != "" && v != "(devel)" {
			c.Version, c.Origin = v, kennel.OriginRegistry
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				c.Commit = s.Value
			}
		}
		g.Need(kennel.RootNode, add(c, kennel.Direct), "", kennel.ScopeShipped)
	}
	for _, d := range info.Deps {
		c := module(d.Path, d.Version, kennel.OriginRegistry)
		if r := d.Replace; r != nil && r.Version != "" {
			c.Name, c.Version = r.Path, r.Version
			d = r
		} else if r != nil || d.Version == "(devel)" {
			c.Origin = kennel.OriginLocal // replaced by a folder
			c.Version = strings.TrimPrefix(c.Version, "(devel)")
		}
		if c.Name == "" {
			continue
		}
		if sum, ok := strings.CutPrefix(d.Sum, "h1:"); ok {
			if value, ok := lockfile.Base64ToHex(sum, 32); ok && c.Origin != kennel.OriginLocal {
				c.Hashes = []kennel.Hash{{Algorithm: H1, Value: value}}
			}
		}
		add(c, kennel.DirectUnknown)
	}
	e.Projects = []kennel.Project{{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Go, Name: info.Main.Path, Version: info.Main.Version,
		Occurrences: g.Occurrences, Edges: g.Edges,
	}}
	return e
}

// buildInfo returns nil for what Go did not build. The readers of object files
// were not written for hostile ones, so a panic of theirs is an error here.
func buildInfo(r io.ReaderAt) (info *buildinfo.BuildInfo, err error) {
	defer func() {
		if p := recover(); p != nil {
			info, err = nil, fmt.Errorf("damaged program: %v", p)
		}
	}()
	info, err = buildinfo.Read(r)
	if err == nil {
		return info, nil
	}
	var limit *limitError
	if errors.As(err, &limit) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	return nil, nil
}

type limitError struct{}

func (*limitError) Error() string {
	return fmt.Sprintf("reading it takes more than %d MiB", readMax>>20)
}

// bounded stops a reader that a damaged file sends in circles.
type bounded struct {
	ctx  context.Context
	r    io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, &limitError{}
	}
	return b.r.ReadAt(p, off)
}
