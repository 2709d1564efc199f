// Package advisory is the advisory database: it compiles OSV records, CISA's
// KEV and FIRST's EPSS into a few immutable files, opens them in constant
// time, and tells which records affect a component and why.
//
// # A database
//
// A database is a folder: manifest.json, and files named by their digest, one
// for each ecosystem and one for the signals. The manifest is the only file
// that is ever replaced, in one rename, when all that it names is on the disk;
// see [Compile] and [Install]. Overlays are databases laid over another; the
// starter set is one that is built in.
//
// # An advisory file
//
//	header     magic, format, length, sections with their checksums, its own checksum
//	texts      whole records as their sources wrote them, in zstd blocks of 64 KiB
//	records    what a match needs of each record: ids, summary, severity, dates
//	packages   one block a package: every version that its records speak of, once,
//	           in the ecosystem's order, and what each record affects as intervals
//	           of positions in that list; see interval.go
//	tables     hash of a package's name key -> block, hash of an id -> record
//	meta       the ecosystem, its releases, how many records
//
// A look-up hashes the name key, reads one line of an index and one page of a
// table, and for nearly every package ends there. For the others it parses the
// version once, finds its place in the block by comparing bytes, and asks each
// record by comparing integers. Names are compared in full: hashes that
// collide cost time and change nothing.
//
// # Trust in the files
//
// Opening checks length, magic, format and the header's checksum. Every page,
// block and header has a checksum over its content and its place, which is
// checked when it is read, so that a damaged file gives errors and never
// answers. [DB.Verify] compares everything with the manifest's digests. Records
// are hostile input: each is bounded, and one that cannot be read is counted
// and named while the rest goes on.
//
// # What is not evaluated
//
// GIT ranges are about commits and are left out; records that have nothing
// else match nothing. Bounds without an order make the package one that could
// not be looked at, unless another record of the same problem has sound ones.
package advisory
