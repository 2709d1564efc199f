// Evaluate-source measures layer source: on upstream tarballs as Debian carries
// them, or on releases as package registries give them, against the tags of their
// repositories.
//
//	go run ./scripts/evaluate-source -tarballs folder -repositories folder [-half dev] [-v]
//	go run ./scripts/evaluate-source -list docs/evaluation/releases.tsv -cache folder -repositories folder [-half dev] [-v]
//
// The tarballs are those of "apt-get source --download-only"; a repository is
// looked for as owner+name/repo or owner+name in its folder. A finding of medium
// severity or more flags a release; lower ones are told beside.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	"github.com/kennel-oss/kennel/internal/history"
)

type options struct {
	list, tarballs, repositories, half, cache, only string
	verbose                                         bool
}

func main() {
	var o options
	flag.StringVar(&o.list, "list", filepath.Join("docs", "evaluation", "tarballs.tsv"), "what to measure")
	flag.StringVar(&o.tarballs, "tarballs", "", "folder of *.orig.tar.*")
	flag.StringVar(&o.repositories, "repositories", "", "folder of git repositories")
	flag.StringVar(&o.cache, "cache", "", "folder that keeps what registries give: the list is one of releases")
	flag.StringVar(&o.half, "half", "dev", "dev or held")
	flag.StringVar(&o.only, "only", "", "of releases, those whose purl has this in it")
	flag.BoolVar(&o.verbose, "v", false, "print every file that is left, and what else the build runs")
	flag.Parse()
	measure := tarballs
	if o.cache != "" {
		measure = releases
	}
	if err := measure(o); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-source:", err)
		os.Exit(1)
	}
}

func tarballs(o options) error {
	text, err := os.ReadFile(o.list)
	if err != nil {
		return err
	}
	fmt.Println("| project | files | phantom | modified | after reference | unexplained | run by the build | flagged | told beside | time |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	rows, silent := 0, 0
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 6 || f[0] != o.half {
			continue
		}
		rows++
		n, err := row(f[2], f[3], f[4], f[5], o)
		if err != nil {
			fmt.Printf("| %s %s | could not look: %v |\n", f[2], f[3], err)
		} else if n == 0 {
			silent++
		}
	}
	if rows == 0 {
		return errors.New("no row of that half")
	}
	fmt.Printf("\n%d of %d not flagged\n", silent, rows)
	return nil
}

func row(name, version, repository, tag string, o options) (int, error) {
	ctx := context.Background()
	found, err := filepath.Glob(filepath.Join(o.tarballs, name+"_"+version+"*.orig.tar.*"))
	for i := 0; i < len(found); i++ {
		if strings.HasSuffix(found[i], ".asc") {
			found = append(found[:i], found[i+1:]...)
			i--
		}
	}
	if err != nil || len(found) != 1 {
		return 0, fmt.Errorf("%d tarballs", len(found))
	}
	file, err := os.Open(found[0])
	if err != nil {
		return 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	tree, err := archive.Open(ctx, filepath.Base(found[0]), content{file, info.Size()}, archive.Options{})
	if err != nil {
		return 0, err
	}
	defer tree.Close()
	repo, err := history.Open(ctx, cloned(o.repositories, repository))
	if err != nil {
		return 0, err
	}
	defer repo.Close()
	// By version, as a user would; the list's tag tells whether that was right.
	component := kennel.Component{Package: kennel.Package{Name: path.Base(repository)}, Version: version}
	subject := kennel.NewSubject(component, time.Time{}, kennel.Grants{Release: fs.FS(tree), History: repo})
	m, err := measure(ctx, subject)
	if err != nil {
		return 0, err
	}
	wrong := ""
	if m.c.Tag.Name != tag {
		wrong = fmt.Sprintf(" (tag %s, not %s)", m.c.Tag.Name, tag)
	}
	fmt.Printf("| %s %s%s | %d | %d | %d | %d | %d | %d | %d | %d | %d ms |\n", name, version, wrong, m.c.Files, m.phantom, m.modified, m.after, m.unexplained, m.run, m.flagged, m.beside, m.took.Milliseconds())
	if o.verbose {
		m.tell()
	}
	return m.flagged, nil
}

// content is a file of the machine as a kennel.Content.
type content struct {
	*os.File
	size int64
}

func (c content) Size() int64 { return c.size }
