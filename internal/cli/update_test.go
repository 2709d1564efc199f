package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kennel-oss/kennel/internal/archive/archivetest"
)

const record = `{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-01T00:00:00Z","published":"2026-01-01T00:00:00Z",
"aliases":["CVE-2026-0001"],"summary":"left goes right",
"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.1"}]}]}]}`

// bucket serves advisories as an OSV-style bucket, with ETags.
type bucket struct {
	mu       sync.Mutex
	files    map[string]string
	requests []string // path and status
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	content, ok := b.files[r.URL.Path]
	status := http.StatusOK
	tag := `"` + archivetest.Digest([]byte(content)) + `"`
	switch {
	case !ok:
		status = http.StatusNotFound
	case r.Header.Get("If-None-Match") == tag:
		status = http.StatusNotModified
	}
	b.requests = append(b.requests, r.URL.Path+" "+http.StatusText(status))
	w.Header().Set("ETag", tag)
	w.WriteHeader(status)
	if status == http.StatusOK {
		w.Write([]byte(content))
	}
}

func serveBucket(t *testing.T) (*bucket, string) {
	b := &bucket{files: map[string]string{
		"/osv/npm/all.zip": string(archivetest.Zip(archivetest.Entry{Name: "GHSA-aaaa-bbbb-cccc.json", Content: record})),
		"/kev.json": `{"title":"KEV","catalogVersion":"2026.01.02","dateReleased":"2026-01-02T00:00:00.0Z","count":1,"vulnerabilities":[
			{"cveID":"CVE-2026-0001","vendorProject":"l","product":"left","vulnerabilityName":"v","dateAdded":"2026-01-02","shortDescription":"s","requiredAction":"a","dueDate":"2026-01-20","knownRansomwareCampaignUse":"Unknown","notes":""}]}`,
		"/epss.csv": "#model_version:v2025.03.14,score_date:2026-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n",
	}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, server.URL
}

func update(t *testing.T, address, db string, more ...string) (int, string) {
	t.Helper()
	status, _, stderr := run(t, nil, append([]string{"db", "update", "--db", db, "--ecosystem", "npm",
		"--osv-url", address + "/osv", "--kev-url", address + "/kev.json", "--epss-url", address + "/epss.csv"}, more...)...)
	return status, stderr
}

func TestUpdate(t *testing.T) {
	b, address := serveBucket(t)
	db := filepath.Join(t.TempDir(), "db")
	lock := filepath.Join(t.TempDir(), "package-lock.json")
	text := `{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"^1.0.0"}},"node_modules/left":{"version":"1.0.0","resolved":"https://npm.example/left.tgz"}}}`
	if err := os.WriteFile(lock, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, stderr := update(t, address, db); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	// What was asked for by name must be there.
	if status, stderr := update(t, address, db, "--ecosystem", "npm,Hex"); status != 3 || !strings.Contains(stderr, "Hex") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	status, stdout, stderr := run(t, nil, "scan", "--offline", "--db", db, lock)
	if status != 1 || !strings.Contains(stdout, "CVE-2026-0001") || !strings.Contains(stdout, "npm update left") {
		t.Errorf("exit status %d: %s%s", status, stdout, stderr)
	}

	// A second update asks only what changed.
	b.requests = nil
	if status, stderr := update(t, address, db); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	for _, r := range b.requests {
		if strings.HasSuffix(r, " OK") {
			t.Errorf("fetched again: %s", r)
		}
	}

	// A withdrawn record stops matching.
	withdrawn := strings.Replace(record, `"modified"`, `"withdrawn":"2026-02-01T00:00:00Z","modified"`, 1)
	b.files["/osv/npm/all.zip"] = string(archivetest.Zip(archivetest.Entry{Name: "GHSA-aaaa-bbbb-cccc.json", Content: withdrawn}))
	if status, stderr := update(t, address, db); status != 0 {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	if status, stdout, _ := run(t, nil, "scan", "--offline", "--db", db, lock); status != 0 || strings.Contains(stdout, "CVE-2026-0001") {
		t.Errorf("exit status %d: %s", status, stdout)
	}

	// A feed that is gone fails the update; the old database answers on.
	delete(b.files, "/kev.json")
	if status, stderr := update(t, address, db); status != 3 || !strings.Contains(stderr, "the old database is untouched") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr := run(t, nil, "db", "verify", "--db", db); status != 0 {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	// A zip that is none does too.
	b.files["/kev.json"] = `{"vulnerabilities":[]}`
	b.files["/osv/npm/all.zip"] = "no zip"
	if status, stderr := update(t, address, db); status != 3 {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr := run(t, nil, "db", "verify", "--db", db); status != 0 {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

func TestUpdateFromPrebuilt(t *testing.T) {
	b, address := serveBucket(t)
	folder := t.TempDir()
	built := filepath.Join(folder, "built")
	if status, stderr := update(t, address, built); status != 0 {
		t.Fatal(stderr)
	}
	files := map[string]string{}
	entries, err := os.ReadDir(built)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(built, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files["db/"+e.Name()] = string(data)
	}
	b.files["/db.tar.gz"] = string(archivetest.Gzip(archivetest.Tar(archivetest.Files(files)...)))
	for name, from := range map[string]string{"folder": built, "address": address + "/db.tar.gz"} {
		db := filepath.Join(folder, name)
		if status, _, stderr := run(t, nil, "db", "update", "--db", db, "--from", from); status != 0 {
			t.Errorf("%s: exit status %d: %s", name, status, stderr)
		}
		if status, _, stderr := run(t, nil, "db", "verify", "--db", db); status != 0 {
			t.Errorf("%s: exit status %d: %s", name, status, stderr)
		}
	}
	// One flipped byte is noticed, and what was there stays.
	for name := range files {
		if !strings.HasSuffix(name, ".kennel") {
			continue
		}
		spoiled := []byte(files[name])
		spoiled[len(spoiled)/2] ^= 1
		files[name] = string(spoiled)
		break
	}
	b.files["/db.tar.gz"] = string(archivetest.Gzip(archivetest.Tar(archivetest.Files(files)...)))
	db := filepath.Join(folder, "address")
	if status, _, stderr := run(t, nil, "db", "update", "--db", db, "--from", address+"/db.tar.gz"); status != 3 || !strings.Contains(stderr, "digest") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr := run(t, nil, "db", "verify", "--db", db); status != 0 {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// TestNothingConnectsUnasked: without --update nothing is fetched, whatever
// the project's configuration says; with the user's own leave it is.
func TestNothingConnectsUnasked(t *testing.T) {
	b, address := serveBucket(t)
	app := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources := "update: auto\nsources: {osv: " + address + "/osv, kev: " + address + "/kev.json, epss: " + address + "/epss.csv}\n"
	write(filepath.Join(app, "package-lock.json"), `{"lockfileVersion":3,"packages":{"":{"dependencies":{"left":"1.0.0"}},"node_modules/left":{"version":"1.0.0","resolved":"https://npm.example/l.tgz"}}}`)
	write(filepath.Join(app, "kennel.yaml"), sources)
	run(t, nil, "scan", app)
	if len(b.requests) > 0 {
		t.Fatalf("a project's configuration made it connect: %v", b.requests)
	}
	home := filepath.Join(testFolder, "none")
	write(filepath.Join(home, "config.yaml"), sources+"database: "+filepath.Join(t.TempDir(), "db")+"\n")
	defer os.RemoveAll(home)
	run(t, nil, "scan", "--offline", app)
	if len(b.requests) > 0 {
		t.Fatalf("--offline connected: %v", b.requests)
	}
	if status, stdout, stderr := run(t, nil, "scan", app); status != 1 || !strings.Contains(stdout, "CVE-2026-0001") {
		t.Errorf("the user's own update: auto did nothing: exit status %d: %s%s", status, stdout, stderr)
	}
}

// TestUpdatesAtOnce: several updates of one folder wait for each other, and
// each leaves a whole database.
func TestUpdatesAtOnce(t *testing.T) {
	_, address := serveBucket(t)
	db := filepath.Join(t.TempDir(), "db")
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if status, stderr := update(t, address, db); status != 0 {
				t.Errorf("exit status %d: %s", status, stderr)
			}
		})
	}
	wait.Wait()
	if status, _, stderr := run(t, nil, "db", "verify", "--db", db); status != 0 {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}
