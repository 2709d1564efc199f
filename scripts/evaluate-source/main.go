// Evaluate-source measures layer source on upstream tarballs as Debian carries
// them, against the tags of their repositories.
//
//	go run ./scripts/evaluate-source -tarballs folder -repositories folder [-half dev] [-v]
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
	"github.com/kennel-oss/kennel/internal/layer/source"
)

func main() {
	list := flag.String("list", filepath.Join("docs", "evaluation", "tarballs.tsv"), "what to measure")
	tarballs := flag.String("tarballs", "", "folder of *.orig.tar.*")
	repositories := flag.String("repositories", "", "folder of git repositories")
	half := flag.String("half", "dev", "dev or held")
	verbose := flag.Bool("v", false, "print every file that is left, and what else the build runs")
	flag.Parse()
	if err := run(*list, *tarballs, *repositories, *half, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-source:", err)
		os.Exit(1)
	}
}

func run(list, tarballs, repositories, half string, verbose bool) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	fmt.Println("| project | files | phantom | modified | after reference | unexplained | run by the build | flagged | told beside | time |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	rows, silent := 0, 0
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 6 || f[0] != half {
			continue
		}
		rows++
		n, err := row(f[2], f[3], f[4], f[5], tarballs, repositories, verbose)
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

func row(name, version, repository, tag, tarballs, repositories string, verbose bool) (int, error) {
	ctx := context.Background()
	found, err := filepath.Glob(filepath.Join(tarballs, name+"_"+version+"*.orig.tar.*"))
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
	own := strings.ReplaceAll(strings.TrimPrefix(repository, "github.com/"), "/", "+")
	folder := filepath.Join(repositories, own)
	if _, err := os.Stat(filepath.Join(folder, "repo")); err == nil {
		folder = filepath.Join(folder, "repo")
	}
	repo, err := history.Open(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer repo.Close()
	// By version, as a user would; the list's tag tells whether that was right.
	component := kennel.Component{Package: kennel.Package{Name: path.Base(repository)}, Version: version}
	subject := kennel.NewSubject(component, time.Time{}, kennel.Grants{Release: fs.FS(tree), History: repo})
	start := time.Now()
	c, err := source.Compare(ctx, subject)
	took := time.Since(start)
	if err != nil {
		return 0, err
	}
	findings, err := source.New().Examine(ctx, subject)
	if err != nil {
		return 0, err
	}
	var phantom, modified, after, unexplained, reached int
	for _, f := range c.Differ {
		switch f.Class {
		case source.Phantom:
			phantom++
		case source.Modified:
			modified++
		default:
			continue
		}
		if f.Explained != source.Toolchain {
			after++
		}
		if f.Explained == "" {
			unexplained++
			if f.Reach == source.Run {
				reached++
			}
		}
	}
	flagged, beside := 0, 0
	for _, f := range findings {
		if f.Severity == kennel.SeverityLow {
			beside++
		} else {
			flagged++
		}
	}
	wrong := ""
	if c.Tag.Name != tag {
		wrong = fmt.Sprintf(" (tag %s, not %s)", c.Tag.Name, tag)
	}
	fmt.Printf("| %s %s%s | %d | %d | %d | %d | %d | %d | %d | %d | %d ms |\n", name, version, wrong, c.Files, phantom, modified, after, unexplained, reached, flagged, beside, took.Milliseconds())
	if verbose {
		for _, f := range c.Differ {
			if (f.Class == source.Phantom || f.Class == source.Modified) && (f.Explained == "" || f.Reach == source.Run && f.Explained != source.Toolchain) {
				fmt.Printf("  %-9s %-40s %-24s %s: %s serial %d/%d %s\n", f.Class, f.Path, f.Explained, f.Reach, f.By, f.Serial, f.Highest, f.Ignored)
			}
		}
		for _, f := range findings {
			fmt.Printf("  ! %s %s: %s\n", f.Severity, f.Rule, f.Title)
			for _, e := range f.Evidence {
				fmt.Printf("      %s: %s\n", e.What, e.Says)
			}
		}
	}
	return flagged, nil
}

// content is a file of the machine as a kennel.Content.
type content struct {
	*os.File
	size int64
}

func (c content) Size() int64 { return c.size }
