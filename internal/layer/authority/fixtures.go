package authority

import (
	"fmt"
	"path"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// fixtures tells of binary test files that came or changed in commits without
// any code, at most lead before a release that holds them. A test file that
// comes with the test or fix it is for is how it should be; one that comes
// alone, when nobody will run it before the release, has no visible use.
// Contents are not looked at: whatever is hidden in such a file looks like any
// other compressed one.
func (c *cues) fixtures() error {
	told := map[string]bool{}
	trees := 0
	for i := len(c.releases) - 1; i >= 0; i-- {
		t := c.releases[i]
		if !t.at.After(c.asOf.Add(-window)) {
			break
		}
		var commits []kennel.Commit
		for _, k := range c.fixture {
			if before := t.at.Sub(k.Committed); before >= 0 && before <= lead && !told[k.ID] {
				commits = append(commits, k)
			}
		}
		if len(commits) == 0 {
			continue
		}
		if trees++; trees > maxTrees {
			return fmt.Errorf("more than %d releases have test files without code shortly before them", maxTrees)
		}
		files, err := c.history.Tree(t.Commit)
		if err != nil {
			return fmt.Errorf("files of %s: %w", t.Name, err)
		}
		held := map[string]kennel.TreeEntry{}
		for _, f := range files {
			held[f.Path] = f
		}
		var list []kennel.Evidence
		var last, holder kennel.Commit
		count := 0
		shownFile := map[string]bool{} // the same on another branch counts once
		for _, k := range commits {
			shown := false
			for _, ch := range k.Changes {
				f, ok := held[ch.Path]
				if !isFixture(ch) || !ok || f.ID != ch.New {
					continue // not in this release
				}
				if shownFile[ch.Path+ch.New] {
					continue
				}
				shownFile[ch.Path+ch.New] = true
				if count++; !shown {
					list, shown = append(list, commitEvidence(k)), true
				}
				list = append(list, evidence("file", ch.Path, fmt.Sprintf("%s, %d bytes, blob %s", map[bool]string{true: "added", false: "changed"}[ch.Old == ""], f.Size, ch.New)))
				if last.ID == "" {
					last = k
				}
			}
			told[k.ID] = told[k.ID] || shown
			if shown {
				if _, ok := c.holders[c.people.who(c.people.index(k.Committer))]; ok {
					holder = k
				}
			}
		}
		if count == 0 {
			continue
		}
		word := "files"
		if count == 1 {
			word = "file"
		}
		severity, by := kennel.SeverityMedium, ""
		if holder.ID != "" {
			severity, by = kennel.SeverityHigh, ", by "+holder.Committer.Name+", who came to release only lately"
		}
		c.add(kennel.Finding{
			Rule: "fixtures", Severity: c.asFresh(last.Committed, severity), Confidence: kennel.ConfidenceMedium, At: last.Committed,
			Title:    fmt.Sprintf("%d binary test %s came or changed without code %.1f hours before %s%s", count, word, t.at.Sub(last.Committed).Hours(), t.Name, by),
			Innocent: "test files are often committed apart from the test, and tidied up before a release",
			Evidence: append([]kennel.Evidence{tagEvidence(t)}, list...),
		}, t.Name)
	}
	return nil
}

// maxTrees bounds the releases whose files are listed.
const maxTrees = 64

// isFixture reports whether a change brings or changes a binary file of a test.
func isFixture(c kennel.Change) bool {
	return c.New != "" && c.Mode == "100644" && binary[strings.ToLower(path.Ext(c.Path))] && isTest(c.Path)
}

func isTest(name string) bool {
	for part := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		if testFolder[part] || strings.HasPrefix(part, "test") {
			return true
		}
	}
	return false
}

var testFolder = set("fixture fixtures corpus corpora regress regression sample samples spec specs __tests__ t data")

// binary are endings of files that a person cannot read.
var binary = set(".xz .lzma .gz .tgz .bz2 .tbz .zst .lz .lz4 .lzo .z .br .zip .7z .rar .cab .tar .ar .cpio .iso .img .rpm .deb " +
	".bin .dat .raw .exe .dll .so .dylib .o .obj .a .lib .elf .wasm .class .jar .pyc .der .p12 .pfx .crt .pcap .pcapng " +
	".db .sqlite .pdf .uu .uue .b64 .mgc .blob .dmp .swf")

// isProse reports whether a file only tells people something.
func isProse(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch path.Ext(base) {
	case ".md", ".rst", ".adoc", ".html":
		return true
	case ".txt":
		return base != "cmakelists.txt"
	}
	stem, _, _ := strings.Cut(base, ".")
	return prose[stem]
}

var prose = set("readme changelog changes news authors thanks todo copying license")

func set(words string) map[string]bool {
	s := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		s[w] = true
	}
	return s
}
