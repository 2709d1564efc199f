// Popular-names makes the lists of popular package names that the layer "name"
// has built in, by counting in public sources how many use a name:
//
//	apt-cache dumpavail | go run ./scripts/popular-names -advisories FOLDER -debian - -except docs/evaluation/updates.tsv REPOSITORIES...
//
// Each repository (a clone, bare or not, named owner/name, owner+name or
// owner+name/repo) counts once for every name that a lock file of its newest
// commit resolves from a registry; lock files of tests and examples are left
// out. The packages of Debian (-debian: for crates.io, whose names
// it keeps) and the advisories of osv.dev (-advisories: {Ecosystem}/all.zip,
// those about malicious packages left out) count as one source each. What two
// sources use is kept, and what known.txt names, which is kept by hand. What an
// evaluation runs over (-except) is not counted, and -rest has the names that
// one repository alone uses, which no list knows.
package main

import (
	"archive/zip"
	"bufio"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/extract/all"
	"github.com/kennel-oss/kennel/internal/target"
)

//go:embed known.txt
var known string

// files are the lists by ecosystem.
var files = map[kennel.Ecosystem]string{
	kennel.NPM: "npm", kennel.PyPI: "pypi", kennel.Go: "go", kennel.Cargo: "crates", kennel.RubyGems: "rubygems", kennel.Maven: "maven",
}

// votes counts in how many sources a name occurs.
type votes map[kennel.Package]int

func main() {
	out := flag.String("out", "internal/layer/name/popular", "folder to write the lists to")
	debian := flag.String("debian", "", "file of `apt-cache dumpavail`, - for standard input")
	advisories := flag.String("advisories", "", "folder of {Ecosystem}/all.zip")
	except := flag.String("except", "", "table whose first column names repositories to leave out")
	rest := flag.String("rest", "", "file to write the names that one repository alone uses, by ecosystem")
	flag.Parse()
	if err := run(*out, *rest, *debian, *advisories, *except, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "popular-names:", err)
		os.Exit(1)
	}
}

func run(out, rest, debian, advisories, except string, folders []string) error {
	left := map[string]bool{}
	if except != "" {
		text, err := os.ReadFile(except)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			name, _, _ := strings.Cut(line, "\t")
			left[strings.ReplaceAll(name, "/", "+")] = true
		}
	}
	v, sources := votes{}, map[kennel.Ecosystem]int{}
	count := func(names map[kennel.Package]bool) {
		seen := map[kennel.Ecosystem]bool{}
		for p := range names {
			if files[p.Ecosystem] == "" || p.Name != strings.ToValidUTF8(p.Name, "") || strings.ContainsAny(p.Name, " \t\n") {
				continue
			}
			if p.Ecosystem != kennel.Go && p.Ecosystem != kennel.Maven {
				p.Name = ecosystem.NameKey(p) // one name, however it is spelled
			}
			v[p]++
			seen[p.Ecosystem] = true
		}
		for e := range seen {
			sources[e]++
		}
	}
	projects, locked := 0, map[kennel.Package]bool{}
	for _, folder := range folders {
		if left[filepath.Base(folder)] || left[filepath.Base(filepath.Dir(folder))+"+"+filepath.Base(folder)] {
			continue
		}
		names, err := project(folder)
		if err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		if len(names) > 0 {
			projects++
			count(names)
			maps.Copy(locked, names)
		}
		fmt.Fprintf(os.Stderr, "%6d names  %s\n", len(names), folder)
	}
	if debian != "" {
		names, err := packaged(debian)
		if err != nil {
			return err
		}
		count(names)
	}
	if advisories != "" {
		names, err := advised(advisories)
		if err != nil {
			return err
		}
		count(names)
	}
	if len(v) == 0 {
		return errors.New("no source has any name")
	}
	byHand := map[kennel.Package]bool{}
	var e kennel.Ecosystem
	for line := range strings.Lines(known) {
		if heading, ok := strings.CutPrefix(line, "# "); ok {
			e = kennel.Ecosystem(strings.TrimSpace(heading))
			continue
		}
		for name := range strings.FieldsSeq(line) {
			byHand[kennel.Package{Ecosystem: e, Name: name}] = true
		}
	}
	for e, name := range files {
		if err := write(filepath.Join(out, name+".txt"), e, v, byHand, sources[e]); err != nil {
			return err
		}
	}
	if rest != "" {
		var lines []string
		for p := range locked {
			key := p
			if p.Ecosystem != kennel.Go && p.Ecosystem != kennel.Maven {
				key.Name = ecosystem.NameKey(p)
			}
			if v[key] == 1 && !byHand[key] {
				lines = append(lines, string(p.Ecosystem)+"\t"+p.Name+"\n")
			}
		}
		slices.Sort(lines)
		if err := os.WriteFile(rest, []byte(strings.Join(lines, "")), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d projects with lock files\n", projects)
	return nil
}

// write writes one list: a heading, then a name a line with its count, and "*"
// behind one kept by hand, by name.
func write(file string, e kennel.Ecosystem, v votes, byHand map[kennel.Package]bool, sources int) error {
	var lines []string
	hand := 0
	for p := range v {
		if p.Ecosystem == e && (v[p] > 1 || byHand[p]) {
			mark := ""
			if byHand[p] {
				mark = "*"
				hand++
			}
			lines = append(lines, fmt.Sprintf("%s %d%s", p.Name, v[p], mark))
		}
	}
	for p := range byHand {
		if p.Ecosystem == e && v[p] == 0 {
			lines = append(lines, p.Name+" 0*")
			hand++
		}
	}
	slices.Sort(lines)
	head := fmt.Sprintf("# %s: %d names in use, each with the number of sources, of %d, that use it: lock files\n"+
		"# of public projects, the packages of Debian (crates), the advisories of osv.dev. Names of\n"+
		"# two sources and more are kept, and %d, marked with *, by hand.\n"+
		"# Made by scripts/popular-names on %s. See docs/evaluation/name.md.\n",
		e, len(lines), sources, hand, time.Now().UTC().Format(time.DateOnly))
	return os.WriteFile(file, []byte(head+strings.Join(lines, "\n")+"\n"), 0o644)
}

// project returns what the lock files of a repository resolve from registries.
func project(folder string) (map[kennel.Package]bool, error) {
	if _, err := os.Stat(filepath.Join(folder, "repo")); err == nil {
		folder = filepath.Join(folder, "repo")
	}
	listed, err := exec.Command("git", "-C", folder, "ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD").Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-tree: %w", err)
	}
	at, err := os.MkdirTemp("", "popular-names-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(at)
	for name := range strings.SplitSeq(string(listed), "\x00") {
		if !lockFile[path.Base(name)] && !requirements.MatchString(path.Base(name)) || aside.MatchString(name) || !fs.ValidPath(name) {
			continue
		}
		text, err := exec.Command("git", "-C", folder, "show", "HEAD:"+name).Output()
		if err != nil {
			return nil, fmt.Errorf("git show %s: %w", name, err)
		}
		to := filepath.Join(at, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, text, 0o644)); err != nil {
			return nil, err
		}
	}
	t, err := target.Open(context.Background(), at, target.Options{})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	inventory, err := t.Inventory(context.Background(), all.Extractors(), func(target.Progress) {})
	if err != nil {
		return nil, err
	}
	names := map[kennel.Package]bool{}
	for _, p := range inventory.Projects {
		for _, o := range p.Occurrences {
			if o.Component.Origin == kennel.OriginRegistry || o.Component.Origin == kennel.OriginUnknown {
				names[o.Component.Package] = true
			}
		}
	}
	return names, nil
}

var lockFile = map[string]bool{
	"package-lock.json": true, "npm-shrinkwrap.json": true, "yarn.lock": true, "pnpm-lock.yaml": true, "bun.lock": true,
	"go.mod": true, "go.sum": true, "Cargo.lock": true, "Gemfile.lock": true,
	"poetry.lock": true, "uv.lock": true, "pdm.lock": true, "Pipfile.lock": true, "gradle.lockfile": true,
}

var (
	requirements = regexp.MustCompile(`^(requirements|dev|main|deploy|lint|tests?|docs?|build)[\w.-]*\.txt$`)
	aside        = regexp.MustCompile(`(?i)(^|/)(test-?data|fixtures?|__\w+__|tests?|e2e|examples?|samples?|playground|sandbox)/`)
)

// packaged returns the crates that Debian has.
func packaged(file string) (map[kennel.Package]bool, error) {
	r := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r = f
	}
	names := map[kennel.Package]bool{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		name, ok := strings.CutPrefix(lines.Text(), "Package: ")
		if !ok {
			continue
		}
		if crate, ok := strings.CutPrefix(name, "librust-"); ok {
			crate, _, _ = strings.Cut(strings.TrimSuffix(crate, "-dev"), "+")
			names[kennel.Package{Ecosystem: kennel.Cargo, Name: series.ReplaceAllString(crate, "")}] = true
		}
	}
	return names, lines.Err()
}

// series is the version at the end of a crate that Debian has in several.
var series = regexp.MustCompile(`-\d+(\.\d+)*$`)

// advised returns the names that have an advisory and are not one.
func advised(folder string) (map[kennel.Package]bool, error) {
	good, bad := map[kennel.Package]bool{}, map[kennel.Package]bool{}
	for _, e := range slices.Sorted(maps.Keys(files)) {
		z, err := zip.OpenReader(filepath.Join(folder, string(e), "all.zip"))
		if err != nil {
			return nil, err
		}
		for _, f := range z.File {
			var record struct {
				ID       string
				Summary  string
				Details  string
				Affected []struct {
					Package struct{ Ecosystem, Name string }
				}
			}
			text, err := f.Open()
			if err != nil {
				return nil, err
			}
			err = json.NewDecoder(text).Decode(&record)
			if err := cmp.Or(err, text.Close()); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", f.Name, e, err)
			}
			to := good
			if strings.HasPrefix(record.ID, "MAL-") || attack.MatchString(record.Summary+" "+record.Details) {
				to = bad
			}
			for _, a := range record.Affected {
				if a.Package.Ecosystem == string(e) {
					to[kennel.Package{Ecosystem: e, Name: a.Package.Name}] = true
				}
			}
		}
		z.Close()
	}
	maps.DeleteFunc(good, func(p kennel.Package, _ bool) bool { return bad[p] })
	return good, nil
}

var attack = regexp.MustCompile(`(?i)malicious (package|module|code|gem)|malware|typosquat|exfiltrat`)
