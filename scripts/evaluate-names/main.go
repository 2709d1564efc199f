// Evaluate-names runs the layer "name" over lists of names, without a registry,
// and counts what it says; and the layer "publisher" over releases as registries
// list them:
//
//	go run ./scripts/evaluate-names [-v] [-half "looked at"] LIST.tsv...
//	go run ./scripts/evaluate-names -malicious FOLDER
//	go run ./scripts/evaluate-names -releases 10 [-offline] LIST.tsv...
//
// A list has an ecosystem and a name a line, parted by a tab, or npm names alone;
// what follows is not read, but for the half, if -half asks for one. -malicious takes
// {Ecosystem}/all.zip of osv.dev and takes the names of the records about
// malicious packages; of them, those within two edits of a much used name are
// also counted apart. -releases examines the newest releases of each package,
// -offline only those that the cache (KENNEL_CACHE) has.
package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/layer/name"
)

func main() {
	verbose := flag.Bool("v", false, "print what is told of each name")
	half := flag.String("half", "", "take only the names of this half of a list")
	malicious := flag.String("malicious", "", "folder of {Ecosystem}/all.zip")
	each := flag.Int("releases", 0, "run the layer publisher over so many of each package's newest releases")
	offline := flag.Bool("offline", false, "ask no registry, only the cache")
	flag.Parse()
	lists := map[kennel.Ecosystem][]string{}
	err := errors.New("name a list")
	for _, file := range flag.Args() {
		if err = read(file, *half, lists); err != nil {
			break
		}
	}
	if *malicious != "" {
		if err = attacks(*malicious, lists); err == nil {
			err = near(lists)
		}
	}
	if err == nil && *each > 0 {
		if err = releases(lists, *each, *offline, *verbose); err == nil {
			return
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-names:", err)
		os.Exit(1)
	}
	fmt.Println("| ecosystem | names | to review | low | per 1,000 to review |\n|---|---|---|---|---|")
	for _, e := range slices.Sorted(maps.Keys(lists)) {
		count(e, lists[e], *verbose)
	}
}

func read(file, half string, lists map[kennel.Ecosystem][]string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || half != "" && !slices.Contains(fields, half) {
			continue
		}
		e := kennel.Ecosystem(fields[0])
		if len(fields) == 1 || !ecosystem.HasOrder(e) {
			e = kennel.NPM
		} else {
			fields = fields[1:]
		}
		lists[e] = append(lists[e], fields[0])
	}
	return nil
}

func count(e kennel.Ecosystem, names []string, verbose bool) {
	slices.Sort(names)
	names = slices.Compact(names)
	layer := name.New(nil)
	review, low := 0, 0
	var told []string
	start := time.Now()
	for _, n := range names {
		s := kennel.NewSubject(kennel.Component{Package: kennel.Package{Ecosystem: e, Name: n}}, time.Time{}, kennel.Grants{})
		found, err := layer.Examine(context.Background(), s)
		if err != nil {
			told = append(told, fmt.Sprintf("%s: %v", n, err))
		}
		for _, f := range found {
			if f.Severity >= kennel.SeverityMedium {
				review++
			} else {
				low++
			}
			told = append(told, fmt.Sprintf("%s %s %s: %s", e, f.Severity, f.Rule, f.Title))
		}
	}
	each := time.Since(start) / time.Duration(max(1, len(names)))
	fmt.Printf("| %s | %d | %d | %d | %.2f |\n", e, len(names), review, low, 1000*float64(review)/float64(len(names)))
	fmt.Fprintf(os.Stderr, "%s: %v a name\n", e, each)
	if verbose {
		slices.Sort(told)
		fmt.Println(strings.Join(told, "\n"))
	}
}

// attacks returns the names of records about malicious packages.
func attacks(folder string, lists map[kennel.Ecosystem][]string) error {
	for _, e := range []kennel.Ecosystem{kennel.NPM, kennel.PyPI, kennel.RubyGems, kennel.Cargo} {
		z, err := zip.OpenReader(filepath.Join(folder, string(e), "all.zip"))
		if err != nil {
			return err
		}
		for _, f := range z.File {
			if !strings.Contains(f.Name, "MAL-") {
				continue
			}
			var record struct {
				Affected []struct {
					Package struct{ Ecosystem, Name string }
				}
			}
			text, err := f.Open()
			if err != nil {
				return err
			}
			err = json.NewDecoder(text).Decode(&record)
			text.Close()
			if err != nil {
				return fmt.Errorf("%s of %s: %w", f.Name, e, err)
			}
			for _, a := range record.Affected {
				if a.Package.Ecosystem == string(e) {
					lists[e] = append(lists[e], a.Package.Name)
				}
			}
		}
		z.Close()
	}
	return nil
}

// near prints how many names are within one and two edits of a much used name
// that they are not, and how many of those the layer tells: what could be a
// slip at all, counted without the layer's own rules.
func near(lists map[kennel.Ecosystem][]string) error {
	fmt.Println("| ecosystem | published to attack | within one edit | to review | low | within two edits | to review | low |\n|---|---|---|---|---|---|---|---|")
	layer := name.New(nil)
	for _, e := range slices.Sorted(maps.Keys(lists)) {
		file := map[kennel.Ecosystem]string{kennel.NPM: "npm", kennel.PyPI: "pypi", kennel.RubyGems: "rubygems", kennel.Cargo: "crates"}[e]
		text, err := os.ReadFile(filepath.Join("internal/layer/name/popular", file+".txt"))
		if err != nil {
			return err
		}
		var targets []string
		used := map[string]bool{}
		for line := range strings.Lines(string(text)) {
			n, count, _ := strings.Cut(strings.TrimSpace(line), " ")
			used[n] = true
			if uses, _ := strconv.Atoi(strings.TrimSuffix(count, "*")); len(n) >= 5 && (uses >= 4 || e != kennel.NPM && uses >= 2 || strings.HasSuffix(count, "*")) {
				targets = append(targets, n)
			}
		}
		slices.Sort(lists[e])
		names := slices.Compact(lists[e])
		var within, review, low [3]int
		for _, n := range names {
			key := ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: n})
			if used[key] {
				continue
			}
			best := 3
			for _, t := range targets {
				if d := len(t) - len(key); -2 <= d && d <= 2 && best > 1 {
					best = min(best, distance(t, key))
				}
			}
			if best > 2 {
				continue
			}
			s := kennel.NewSubject(kennel.Component{Package: kennel.Package{Ecosystem: e, Name: n}}, time.Time{}, kennel.Grants{})
			found, err := layer.Examine(context.Background(), s)
			if err != nil {
				return err
			}
			for d := best; d <= 2; d++ {
				within[d]++
				switch {
				case len(found) > 0 && found[0].Severity >= kennel.SeverityMedium:
					review[d]++
				case len(found) > 0:
					low[d]++
				}
			}
		}
		fmt.Printf("| %s | %d | %d | %d | %d | %d | %d | %d |\n", e, len(names), within[1], review[1], low[1], within[2], review[2], low[2])
	}
	return nil
}

// distance is the optimal string alignment distance in bytes.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		above, row := rows[(i-1)%3], rows[i%3]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], rows[(i-2)%3][j-2]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
