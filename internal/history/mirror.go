package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxMirror bounds the objects of a mirror, in bytes. The Linux kernel's take
// some 5 GB; of what packages are made from, nearly all take under 1 GB.
var maxMirror int64 = 4 << 30

const maxPacks = 50

// connection are the variables of the environment that say how this machine
// reaches the internet. Nothing else of the user's is taken.
var connection = []string{
	"http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO",
	"SYSTEMROOT", "TEMP", "TMP", // Windows connects and packs with these
}

// harmless are the faults that old, honest repositories have: modes, dates and
// names written by importers and early tools. All else that git's own check
// objects to is refused, broken objects and file names that attack a checkout
// among them.
// Source: https://git-scm.com/docs/git-fsck#_fsck_messages
var harmless = []string{
	"zeroPaddedFilemode", "zeroPaddedDate", "badTimezone", "badDate", "badDateOverflow", "badEmail", "badName",
	"missingEmail", "missingNameBeforeEmail", "missingSpaceBeforeEmail", "missingSpaceBeforeDate",
	"missingTaggerEntry", "badTagName", "multipleAuthors", "extraHeaderEntry", "gitmodulesParse", "gitmodulesMissing",
}

// Remote is a repository on a git server.
type Remote struct {
	Address string // https, or http on this machine itself
	// IP is what the host's name stands for, as somebody looked it up and found
	// it good; "" to look it up. Git before 2.37 looks it up regardless.
	IP string
}

// Mirror makes or renews in folder a bare mirror of the branches and tags of
// a repository.
// A mirror that is cut off leaves folder as it was; objects that came stay for
// the next time. progress is told how many bytes came; the total is not known.
//
// The installed git fetches, without the user's configuration and
// credentials, hooks, submodules, bundles and prompts, over no other protocol
// than the address's, and checks each object. It follows no redirection, since
// git would follow one to anywhere: find the final address first. Only one
// process may work on a folder at a time. Others may read it meanwhile, for
// objects are only added; but when alone says that nobody does, one in many
// pieces is made anew.
func Mirror(ctx context.Context, from Remote, folder string, alone bool, progress func(done, total int64)) error {
	if err := mirror(ctx, from, folder, alone, progress); err != nil {
		return couldNot("the source repository could not be fetched", err)
	}
	return nil
}

func mirror(ctx context.Context, from Remote, folder string, alone bool, progress func(done, total int64)) error {
	u, err := url.Parse(from.Address)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")) {
		return fmt.Errorf("%.200q is no https address", from.Address)
	}
	if u.User != nil {
		return errors.New("credentials in an address are not taken, since every process here could read them")
	}
	if n, ok := packs(folder); ok && (n <= maxPacks || !alone) {
		if err := sweep(folder); err != nil {
			return err
		}
		return pull(ctx, u, from.IP, folder, progress)
	}
	into := folder + ".new"
	defer os.RemoveAll(into)
	for _, format := range []string{"", "sha256"} {
		if err := emptyMirror(into, format); err != nil {
			return err
		}
		if err = pull(ctx, u, from.IP, into, progress); err == nil || !strings.Contains(err.Error(), "mismatched algorithms") {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return os.Rename(into, folder)
}

// packs counts the packs of a mirror; ok is false where folder holds none. Each
// fetch adds a pack, and git slows down with each.
func packs(folder string) (n int, ok bool) {
	if _, err := os.Lstat(filepath.Join(folder, "HEAD")); err != nil {
		return 0, false
	}
	entries, err := os.ReadDir(filepath.Join(folder, "objects", "pack"))
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".pack") {
			n++
		}
	}
	return n, err == nil
}

// emptyMirror makes a repository without any of git's templates, of git's
// first object format or the one named.
func emptyMirror(folder, format string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	if format != "" {
		config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = " + format + "\n"
	}
	for _, part := range []string{"objects/pack", "objects/info", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(folder, filepath.FromSlash(part)), 0o700); err != nil {
			return err
		}
	}
	for name, content := range map[string]string{
		"HEAD":   "ref: refs/heads/none\n",
		"config": config,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes what a fetch that was cut off left behind: half packs and the
// locks of a process that is gone.
func sweep(folder string) error {
	return filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		half := strings.HasPrefix(name, "tmp_") && strings.HasPrefix(path, filepath.Join(folder, "objects"))
		if d.IsDir() && strings.HasPrefix(name, "tmp_objdir-") {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			return filepath.SkipDir
		}
		if !d.IsDir() && (half || strings.HasSuffix(name, ".lock")) {
			return os.Remove(path)
		}
		return nil
	})
}

// pull runs git fetch into a bare repository of our own.
func pull(ctx context.Context, u *url.URL, ip, folder string, progress func(done, total int64)) error {
	git, err := exec.LookPath("git")
	if err != nil {
		return errNoGit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("it took longer than %v", longest))
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	set := []string{
		"core.packedGitWindowSize=" + window, "core.hooksPath=" + os.DevNull, "core.multiPackIndex=false",
		"transfer.fsckObjects=true", "transfer.bundleURI=false", "fetch.unpackLimit=1", "fetch.writeCommitGraph=false",
		"gc.auto=0", "maintenance.auto=false", "credential.helper=", "core.askPass=", "submodule.recurse=false",
		"http.lowSpeedLimit=1", "http.lowSpeedTime=60", "protocol.version=2", "http.cookieFile=", "http.saveCookies=false",
		"http.followRedirects=false",
	}
	if ip != "" {
		set = append(set, "http.curloptResolve="+u.Hostname()+":"+cmp.Or(u.Port(), "443")+":"+ip)
	}
	for _, fault := range harmless {
		set = append(set, "fetch.fsck."+fault+"=ignore")
	}
	args := []string{"--git-dir=" + folder, "--no-replace-objects", "--no-pager"}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	args = append(args, "fetch", "--quiet", "--atomic", "--prune", "--force", "--no-tags", "--no-write-fetch-head",
		"--no-recurse-submodules", "--no-auto-maintenance", "--", u.String(), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
	var complaint tail
	cmd := exec.CommandContext(ctx, git, args...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = folder, &complaint, 5*time.Second
	cmd.Env = append(environment(folder), "GIT_ALLOW_PROTOCOL="+u.Scheme)
	for _, name := range connection {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	together(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	limit(cmd.Process.Pid)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watch(ctx, stop, filepath.Join(folder, "objects"), progress)
	}()
	err = cmd.Wait()
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	} else if err != nil {
		err = fmt.Errorf("git fetch: %w: %s", err, strings.TrimSpace(string(complaint)))
	}
	stop(nil)
	<-watched
	return err
}

// watch tells how much came and stops what grows too large, until ctx is done.
func watch(ctx context.Context, stop context.CancelCauseFunc, objects string, progress func(done, total int64)) {
	before := filled(objects)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := filled(objects)
		if now > maxMirror {
			stop(fmt.Errorf("it has more than %d bytes", maxMirror))
			return
		}
		if progress != nil && now > before {
			progress(now-before, -1)
		}
	}
}

// filled is the size of the packs in an objects folder, those on their way too.
func filled(objects string) (n int64) {
	entries, _ := os.ReadDir(filepath.Join(objects, "pack"))
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
