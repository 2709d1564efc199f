package kennel

import "time"

// History is the handle on a source repository. Everything in it was written
// by whoever could push: names and dates can be forged, and a layer says what
// rests on them. It is safe for concurrent use.
type History interface {
	// Tags returns every tag, by name.
	Tags() ([]Tag, error)
	// Commits calls visit for each commit that a ref reaches, newest first by
	// committer date as git log orders them. It stops at the first error of
	// visit and returns it. Slices of a commit are visit's to keep.
	Commits(visit func(Commit) error) error
	// Tree lists the files of a commit or tree, by path.
	Tree(id string) ([]TreeEntry, error)
	// Blob returns the content of a blob, or an error when it has more than max
	// bytes.
	Blob(id string, max int64) ([]byte, error)
}

// Person is who a tag or commit names, as it stands there: bytes that are not
// UTF-8 are replaced.
type Person struct{ Name, Email string }

// Tag is a tag of a repository.
type Tag struct {
	Name      string // without refs/tags/
	Commit    string // the commit it stands for, through tags of tags; "" when it tags something else
	Annotated bool   // it is an object of its own; else Tagger, Time and Signature are empty
	Tagger    Person
	Time      time.Time // as the tagger's clock said
	Signature Signature
}

// Signature says who signed a tag, as the signature itself tells: whether it
// is valid takes the key, which is not needed to see that it changed.
type Signature struct {
	Kind string // "openpgp", "ssh", "x509"; "" for none
	// Key identifies the key: an OpenPGP fingerprint or key id, upper-case
	// hexadecimal, or the SHA256:… of an SSH key. "" when it does not say.
	Key  string
	Made time.Time // when it says it was made; zero when it does not say
}

// Commit is a commit of a repository.
type Commit struct {
	ID                  string
	Parents             []string
	Author, Committer   Person
	Authored, Committed time.Time
	Changes             []Change // against the first parent; empty for merges
}

// Change is a file that a commit changed.
type Change struct {
	Status   byte // 'A'dded, 'M'odified, 'D'eleted, 'T'ype changed
	Path     string
	Mode     string // after the change, as git writes it: "100644"
	Old, New string // blob ids; "" where there is none
}

// TreeEntry is a file of a tree.
type TreeEntry struct {
	Path string
	Mode string
	ID   string
	Size int64 // bytes; -1 for what is not a blob (a submodule), or a blob that is not here (a partial clone)
}
