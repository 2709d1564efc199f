package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

func opened(t *testing.T, folder string) *Repository {
	t.Helper()
	r, err := Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(r.shadow); err == nil {
			t.Error("the shadow is still there")
		}
	})
	return r
}

func commits(t *testing.T, r *Repository) (all []kennel.Commit) {
	t.Helper()
	if err := r.Commits(func(c kennel.Commit) error { all = append(all, c); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// refused checks that err is one that says "could not look" and names what.
func refused(t *testing.T, err error, what string) {
	t.Helper()
	var could *kennel.CouldNotLook
	if !errors.As(err, &could) || !strings.Contains(err.Error(), what) {
		t.Errorf("%v: not a refusal that says %q", err, what)
	}
}

func TestReplay(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, 25)
	r := opened(t, folder)
	all := commits(t, r)
	if len(all) != 25 {
		t.Fatalf("%d commits", len(all))
	}
	newest, first := all[0], all[24]
	want := kennel.Commit{
		ID: output(t, folder, "rev-parse", "main"), Parents: []string{all[1].ID},
		Author: kennel.Person{Name: "A 0", Email: "a0@a.example"}, Committer: kennel.Person{Name: "C", Email: "c@c.example"},
		Authored: time.Unix(1_600_086_400, 0).UTC(), Committed: time.Unix(1_600_086_460, 0).UTC(),
		Changes: []kennel.Change{{Status: 'A', Path: "src/file24.c", Mode: "100644", New: output(t, folder, "rev-parse", "main:src/file24.c")}},
	}
	if fmt.Sprint(newest) != fmt.Sprint(want) {
		t.Errorf("newest:\n%v\nwant\n%v", newest, want)
	}
	if len(first.Parents) != 0 || len(first.Changes) != 1 || first.Changes[0].Status != 'A' {
		t.Errorf("first: %v", first)
	}
	tags, err := r.Tags()
	if err != nil || len(tags) != 3 {
		t.Fatal(tags, err)
	}
	if got := tags[1]; got.Name != "v1.1" || got.Commit != all[14].ID || !got.Annotated || got.Tagger.Email != "t@t.example" || got.Time.Unix() != 1_600_036_120 || got.Signature.Kind != "" {
		t.Errorf("tag: %+v", got)
	}
	files, err := r.Tree(newest.ID)
	if err != nil || len(files) != 25 || files[0].Path != "src/file0.c" || files[0].Size != 1 || files[0].Mode != "100644" {
		t.Fatal(files, err)
	}
	for range 2 { // the second is asked of the same process
		text, err := r.Blob(newest.Changes[0].New, 10)
		if err != nil || string(text) != "24" {
			t.Errorf("blob: %q, %v", text, err)
		}
	}
	_, err = r.Blob(newest.Changes[0].New, 1)
	refused(t, err, "at most 1")
	_, err = r.Blob(newest.ID, 1000)
	refused(t, err, "is a commit")
	_, err = r.Blob(strings.Repeat("1", 40), 1000)
	refused(t, err, "not in the repository")
	for _, id := range []string{"main", "--help", "", newest.ID[:10]} {
		_, err = r.Tree(id)
		refused(t, err, "no object id")
	}
	stop := errors.New("enough")
	if err := r.Commits(func(kennel.Commit) error { return stop }); err != stop {
		t.Error(err)
	}
}

// The same history comes out of every way to keep a repository.
func TestPlaces(t *testing.T) {
	folder := repo(t)
	git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "tag", "-a", "-m", "x", "v2")
	git(t, folder, "tag", "again", "v2")
	git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "tag", "-a", "-m", "x", "over", "v2")
	git(t, folder, "tag", "tree", "HEAD^{tree}")
	git(t, folder, "symbolic-ref", "refs/tags/symbolic", "refs/tags/v2")
	work := filepath.Join(t.TempDir(), "linked")
	git(t, folder, "worktree", "add", "-q", work)
	bare := filepath.Join(t.TempDir(), "a\n#\"bare\\")
	git(t, folder, "clone", "-q", "--mirror", ".", bare)
	head := output(t, folder, "rev-parse", "HEAD")
	check := func(what, place string) {
		t.Helper()
		r := opened(t, place)
		if all := commits(t, r); len(all) != 1 || all[0].ID != head {
			t.Errorf("%s: %v", what, all)
		}
		tags, err := r.Tags()
		if err != nil {
			t.Fatal(what, err)
		}
		var got []string
		for _, tag := range tags {
			got = append(got, fmt.Sprintf("%s %t %t", tag.Name, tag.Annotated, tag.Commit == head))
		}
		want := []string{"again true true", "over true true", "symbolic true true", "tree false false", "v1 false true", "v2 true true"}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", what, got)
		}
	}
	check("loose refs", folder)
	check("the git folder", filepath.Join(folder, ".git"))
	check("a linked work tree", work)
	check("a bare clone", bare)
	git(t, folder, "pack-refs", "--all")
	check("packed refs", folder)
	git(t, folder, "checkout", "-q", "--detach")
	check("a detached HEAD", folder)
	_, err := Open(t.Context(), filepath.Join(folder, "web"))
	refused(t, err, "no git repository")
}

func TestSHA256(t *testing.T) {
	folder := t.TempDir()
	if err := exec.Command("git", "init", "-q", "--object-format=sha256", folder).Run(); err != nil {
		t.Skip("this git makes no sha256 repository: ", err)
	}
	git(t, folder, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit", "-q", "--allow-empty", "-m", "one")
	git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "tag", "-a", "-m", "x", "v1")
	r := opened(t, folder)
	all := commits(t, r)
	tags, err := r.Tags()
	if err != nil || len(all) != 1 || len(all[0].ID) != 64 || len(tags) != 1 || tags[0].Commit != all[0].ID {
		t.Errorf("%v %v %v", all, tags, err)
	}
}

func TestEmpty(t *testing.T) {
	folder := t.TempDir()
	git(t, folder, "init", "-q")
	r := opened(t, folder)
	if tags, err := r.Tags(); len(commits(t, r)) != 0 || len(tags) != 0 || err != nil {
		t.Errorf("%v, %v", tags, err)
	}
}

// Bytes that are not UTF-8, names with separators in them, and an encoding
// that a commit claims.
func TestOddBytes(t *testing.T) {
	folder := t.TempDir()
	git(t, folder, "init", "-q", "--bare")
	in := "commit refs/heads/main\nauthor J\xf6rg \x01:100644 <j@a.example> 1600000000 -1200\ncommitter  <> 99999999999 +0000\nencoding ISO-2022-CN-EXT\ndata 2\n\x00\n\n" +
		"M 100755 inline \"tab\\there\"\ndata 0\n\nM 120000 inline \"line\\nnext\"\ndata 1\nx\nM 100644 inline \"\\377\"\ndata 0\n\n"
	cmd := exec.Command("git", "--git-dir="+folder, "fast-import", "--quiet", "--force")
	cmd.Stdin = strings.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	all := commits(t, opened(t, folder))
	if len(all) != 1 {
		t.Fatal(all)
	}
	var paths []string
	for _, c := range all[0].Changes {
		paths = append(paths, c.Mode+" "+c.Path)
	}
	if !slices.Equal(paths, []string{"120000 line\nnext", "100755 tab\there", "100644 \xff"}) {
		t.Errorf("%q", paths)
	}
	if c := all[0]; c.Author.Name != "J\ufffdrg \x01:100644" || c.Author.Email != "j@a.example" || c.Committed.Year() != 5138 && !c.Committed.IsZero() {
		t.Errorf("%+v", c)
	}
}

func TestRefusedRepositories(t *testing.T) {
	elsewhere := repo(t)
	head := output(t, elsewhere, "rev-parse", "HEAD")
	cases := map[string]struct {
		harm func(git string)
		says string
	}{
		"alternates":   {func(g string) { write(t, filepath.Join(g, "objects/info/alternates"), elsewhere+"/.git/objects\n") }, "borrows objects"},
		"reftable":     {func(g string) { write(t, filepath.Join(g, "reftable/tables.list"), "x\n") }, "reftable"},
		"wild name":    {func(g string) { write(t, filepath.Join(g, "packed-refs"), head+" refs/heads/a..b\n") }, "no ref"},
		"climbing":     {func(g string) { write(t, filepath.Join(g, "packed-refs"), head+" ../../x\n") }, "no ref"},
		"an option":    {func(g string) { write(t, filepath.Join(g, "packed-refs"), head+" --exec=x\n") }, "no ref"},
		"no id":        {func(g string) { write(t, filepath.Join(g, "refs/heads/x"), "HEAD\n") }, "names no object"},
		"two hashes":   {func(g string) { write(t, filepath.Join(g, "refs/heads/x"), strings.Repeat("a", 64)+"\n") }, "two kinds of hash"},
		"huge ref":     {func(g string) { write(t, filepath.Join(g, "refs/heads/x"), strings.Repeat("a", 1<<20)) }, "more than"},
		"deep refs":    {func(g string) { write(t, filepath.Join(g, "refs", strings.Repeat("a/", 40)+"x"), head) }, "folders deep"},
		"link for ref": {func(g string) { link(t, "/etc/passwd", filepath.Join(g, "refs/heads/x")) }, "not a regular file"},
	}
	for name, c := range cases {
		folder := repo(t)
		c.harm(filepath.Join(folder, ".git"))
		_, err := Open(t.Context(), folder)
		if err == nil {
			t.Errorf("%s: opened", name)
			continue
		}
		refused(t, err, c.says)
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Skip("links cannot be made here: ", err)
	}
}

// What is not whole is an error when it is met, never a shorter answer.
func TestDamage(t *testing.T) {
	lost := func(t *testing.T, folder, what string) {
		id := output(t, folder, "rev-parse", what)
		remove(t, filepath.Join(folder, ".git", "objects", id[:2], id[2:]))
	}
	t.Run("shallow", func(t *testing.T) {
		folder := repo(t)
		write(t, filepath.Join(folder, ".git", "shallow"), output(t, folder, "rev-parse", "HEAD")+"\n")
		r := opened(t, folder)
		refused(t, r.Commits(nil), "cut")
		if tags, err := r.Tags(); err != nil || len(tags) != 1 {
			t.Error(tags, err)
		}
	})
	t.Run("grafts", func(t *testing.T) {
		folder := repo(t)
		write(t, filepath.Join(folder, ".git", "info", "grafts"), output(t, folder, "rev-parse", "HEAD")+"\n")
		refused(t, opened(t, folder).Commits(nil), "cut")
	})
	t.Run("a lost tree", func(t *testing.T) {
		folder := repo(t)
		lost(t, folder, "HEAD^{tree}")
		r := opened(t, folder)
		refused(t, r.Commits(func(kennel.Commit) error { return nil }), "history")
		_, err := r.Tree(output(t, folder, "rev-parse", "HEAD"))
		refused(t, err, "tree")
	})
	t.Run("a lost commit", func(t *testing.T) {
		folder := repo(t)
		lost(t, folder, "HEAD")
		r := opened(t, folder)
		refused(t, r.Commits(func(kennel.Commit) error { return nil }), "history")
		_, err := r.Tags()
		refused(t, err, "not in the repository")
	})
	t.Run("a lost blob", func(t *testing.T) {
		folder := repo(t)
		lost(t, folder, "HEAD:kennel.yaml")
		r := opened(t, folder)
		if len(commits(t, r)) != 1 {
			t.Error("the log needs no blobs")
		}
		files, err := r.Tree(output(t, folder, "rev-parse", "HEAD"))
		if err != nil || len(files) != 2 || files[0].Size != -1 || files[1].Size < 1 {
			t.Error(files, err)
		}
		_, err = r.Blob(files[0].ID, 100)
		refused(t, err, "not in the repository")
	})
	t.Run("rubbish for an object", func(t *testing.T) {
		folder := repo(t)
		id := output(t, folder, "rev-parse", "HEAD")
		lost(t, folder, "HEAD")
		write(t, filepath.Join(folder, ".git", "objects", id[:2], id[2:]), "rubbish")
		r := opened(t, folder)
		refused(t, r.Commits(func(kennel.Commit) error { return nil }), "history")
		_, err := r.Tags()
		refused(t, err, "tags")
	})
	t.Run("a huge tag", func(t *testing.T) {
		folder := repo(t)
		write(t, filepath.Join(folder, "message"), strings.Repeat("x", 2*maxTag))
		git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "tag", "-a", "-F", "message", "big")
		_, err := opened(t, folder).Tags()
		refused(t, err, "at most")
	})
	t.Run("a chain of tags", func(t *testing.T) {
		folder := repo(t)
		for i := range maxTagging + 2 {
			git(t, folder, "-c", "user.name=T", "-c", "user.email=t@t.example", "tag", "-f", "-a", "-m", fmt.Sprint(i), "chain", map[bool]string{true: "HEAD", false: "chain"}[i == 0])
		}
		_, err := opened(t, folder).Tags()
		refused(t, err, "leads through")
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := Open(ctx, repo(t))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		cancel()
		if r.Commits(func(kennel.Commit) error { return nil }) == nil {
			t.Error("went on")
		}
	})
}

// A tree that holds itself many times over: ten levels of ten are 10^10 files.
func TestTreeOfTrees(t *testing.T) {
	folder := repo(t)
	tree := output(t, folder, "rev-parse", "HEAD^{tree}")
	for range 10 {
		var in strings.Builder
		for i := range 10 {
			fmt.Fprintf(&in, "040000 tree %s\td%d\n", tree, i)
		}
		cmd := exec.Command("git", "-C", folder, "mktree")
		cmd.Stdin = strings.NewReader(in.String())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		tree = strings.TrimSpace(string(out))
	}
	r := opened(t, folder)
	_, err := r.Tree(tree)
	refused(t, err, "more than")
	commit := output(t, folder, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit-tree", "-m", "x", tree)
	git(t, folder, "update-ref", "refs/heads/bomb", commit)
	usual := memory
	memory = 32 << 20
	defer func() { memory = usual }()
	r = opened(t, folder)
	refused(t, r.Commits(func(kennel.Commit) error { return nil }), "history")
}

// Nothing of a repository runs or counts: hooks, configuration, aliases,
// replacements, remotes that promise objects, pull requests.
func TestHostileRepository(t *testing.T) {
	folder := repo(t)
	trap := filepath.Join(folder, "trap")
	hook := filepath.Join(folder, ".git", "hooks", "fsmonitor")
	git(t, folder, "checkout", "-q", "-b", "other")
	git(t, folder, "-c", "user.name=B", "-c", "user.email=b@b.example", "commit", "-q", "-am", "two")
	other := output(t, folder, "rev-parse", "other")
	git(t, folder, "checkout", "-q", "main")
	git(t, folder, "branch", "-q", "-D", "other")
	git(t, folder, "replace", "main", other)
	git(t, folder, "update-ref", "refs/pull/1/head", other)
	for _, name := range []string{"fsmonitor", "post-index-change", "reference-transaction"} {
		file := filepath.Join(folder, ".git", "hooks", name)
		write(t, file, "#!/bin/sh\ntouch "+trap+"\n")
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Objects that are missing would be asked of this remote, by this command.
	blob := output(t, folder, "rev-parse", "v1:kennel.yaml")
	write(t, filepath.Join(folder, ".gitattributes"), "* filter=x diff=x textconv=x\n")
	write(t, filepath.Join(folder, ".git", "info", "attributes"), "* filter=x diff=x\n")
	write(t, filepath.Join(folder, ".git", "config"), "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = "+hook+"\n\tpager = "+hook+"\n\tsshCommand = "+hook+
		"\n\tgitProxy = "+hook+"\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = ext::"+hook+"\n\tpromisor = true\n\tuploadpack = "+hook+
		"\n[alias]\n\tlog = !"+hook+"\n\tcat-file = !"+hook+"\n\tls-tree = !"+hook+"\n[filter \"x\"]\n\tsmudge = "+hook+"\n\trequired = true\n[diff \"x\"]\n\tcommand = "+hook+
		"\n\ttextconv = "+hook+"\n[gpg]\n\tprogram = "+hook+"\n[log]\n\tshowSignature = true\n[include]\n\tpath = "+trap+"\n")
	remove(t, filepath.Join(folder, ".git", "objects", blob[:2], blob[2:]))
	r := opened(t, folder)
	if all := commits(t, r); len(all) != 1 || all[0].Author.Name != "A" {
		t.Errorf("%v", all)
	}
	if _, err := r.Tags(); err != nil {
		t.Error(err)
	}
	if _, err := r.Tree(r.refs[0].id); err != nil {
		t.Error(err)
	}
	_, err := r.Blob(blob, 100)
	refused(t, err, "not in the repository")
	if _, err := os.Stat(trap); err == nil {
		t.Fatal("something of the examined repository was executed")
	}
}

// Many may ask at once.
func TestConcurrent(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, 30)
	r := opened(t, folder)
	all := commits(t, r)
	done := make(chan error)
	for i := range 8 {
		go func() {
			_, err := r.Blob(all[i].Changes[0].New, 10)
			if err == nil {
				_, err = r.Tree(all[i].ID)
			}
			if err == nil {
				_, err = r.Tags()
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
