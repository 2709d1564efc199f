package content

import (
	"fmt"
	"math/bits"
	"strings"
)

// capability is something that code can do. A set of them is their union.
type capability uint32

const (
	readsFile     capability = 1 << iota
	writesFile               // creates, overwrites, changes modes
	deletesFiles             // removes trees, or overwrites in bulk
	readsSecret              // a path that holds credentials: keys of ssh, npm, cloud; browser profiles; wallets
	writesStartup            // what starts by itself later: shell rc files, cron, autostart, git hooks, CI workflows
	writesPackage            // files of other installed packages or applications
	network                  // sends or receives
	suspectHost              // an address that honest releases rarely have: bare IP, paste or webhook or tunnel services
	process                  // starts a program
	downloadRun              // one command that fetches and runs: curl … | sh
	environment              // reads one variable
	credential               // reads a variable, or runs a command, that yields a secret
	wholeEnv                 // takes the environment as a whole
	hostFacts                // host, user and network names
	decodes                  // base64, hex, character codes, decryption, decompression
	dynamicCode              // runs text as code
	nativeCode               // loads native code
	publishes                // publishes packages, or writes to repositories
	hooksGlobal              // replaces fetch, XMLHttpRequest, a wallet's provider, built-in prototypes
	wallet                   // wallet addresses, providers, seed phrases
	clipboard
	hides        // detached or hidden windows, deletes itself, clears its traces
	hiddenText   // decodes or decrypts what the release itself carries
	verifies     // computes a digest, as who checks what was fetched does
	capabilities = iota
)

// has reports whether s holds all of c.
func (s capability) has(c capability) bool { return s&c == c }

// any reports whether s holds one of c.
func (s capability) any(c capability) bool { return s&c != 0 }

// String words a set for a title: "network, processes".
func (s capability) String() string {
	names := [capabilities]string{
		"reads files", "writes files", "deletes files", "reads where credentials are", "writes what starts by itself",
		"changes other packages", "network", "contacts an unusual host", "processes", "downloads and runs", "environment",
		"credentials", "the whole environment", "host and user names", "decodes", "runs text as code", "native code",
		"publishes", "replaces global functions", "wallets", "clipboard", "hides itself", "decodes text of its own", "computes digests",
	}
	var out []string
	for ; s != 0; s &= s - 1 {
		if i := bits.TrailingZeros32(uint32(s)); i < capabilities {
			out = append(out, names[i])
		}
	}
	return strings.Join(out, ", ")
}

// facts is what a reader saw in one file. Readers report with its methods,
// which bound it and copy what they keep: the text of a file is not retained.
type facts struct {
	caps  capability // of all sights
	sites []sight    // the first few of each capability and scope
	flows []flow
	refs  []reference
	marks []mark
	part  string // why a part of the file was not read, "" when all was
	work  *work  // what reading may still take; nil for without bound
}

// sight is a place where a capability was seen.
type sight struct {
	cap   capability // usually one; more where one call is several
	line  int        // from 1
	scope int        // the function it is in, by any numbering that is the file's own; 0 for none
	says  string     // the code, one line, bounded
	value string     // the constant it is about: host, path, command, module; "" when unknown
}

// flow is data of one capability that reaches another: what was read is sent.
type flow struct {
	from, to capability
	line     int // of the destination
	says     string
	value    string
	fromLine int // of the origin, where it is known
	fromSays string
}

// reference is a file or module that a file loads or starts.
type reference struct {
	to   string // as written: "./a", "package.sub", "scripts/run.sh"
	line int
	runs bool   // starts it as a program
	as   string // the interpreter that runs it, "" where its name says so
}

// mark is a sign that text was made hard to read. Weight is 1 for what a few
// honest files have, 2 for what nearly none has, 3 for what has no other use.
type mark struct {
	kind   string // "string table", "invisible text", "packed", "padding", …: stable, lower case
	line   int
	says   string
	weight int
}

// Bounds on what is kept of one file.
const (
	maxSights  = 400
	maxFlows   = 60
	maxRefs    = 2000
	maxMarks   = 20
	maxSnippet = 160 // bytes
)

func (f *facts) see(c capability, line, scope int, text, value string) {
	for i := range f.sites {
		if s := &f.sites[i]; s.line == line && s.scope == scope && (s.cap == c && s.value == "" || s.value == value && s.cap.has(c)) {
			return
		}
		if i == 40 {
			break // long files repeat less, and looking through all would be quadratic
		}
	}
	f.caps |= c
	if len(f.sites) < maxSights {
		f.sites = append(f.sites, sight{c, line, scope, snippet(text), snippet(value)})
	}
}

func (f *facts) flow(fl flow) {
	for _, o := range f.flows {
		if o.from == fl.from && o.to == fl.to && o.line == fl.line {
			return
		}
	}
	if len(f.flows) < maxFlows {
		fl.says, fl.fromSays, fl.value = snippet(fl.says), snippet(fl.fromSays), snippet(fl.value)
		f.flows = append(f.flows, fl)
	}
}

func (f *facts) refer(to string, line int, runs bool) { f.referAs(to, line, runs, "") }

// referAs also says which interpreter runs the file.
func (f *facts) referAs(to string, line int, runs bool, as string) {
	switch {
	case to == "" || len(to) >= 1000:
	case len(f.refs) == maxRefs:
		f.part = fmt.Sprintf("of the files that one file loads, those past the first %d were not followed", maxRefs)
	default:
		f.refs = append(f.refs, reference{strings.Clone(to), line, runs, as})
	}
}

func (f *facts) mark(kind string, line, weight int, text string) {
	if len(f.marks) < maxMarks {
		f.marks = append(f.marks, mark{kind, line, snippet(text), weight})
	}
}

// snippet makes one bounded, printable line of a piece of code, and a copy of it.
func snippet(text string) string {
	if len(text) > 4*maxSnippet {
		text = text[:4*maxSnippet]
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if len(text) > maxSnippet {
		text = strings.ToValidUTF8(text[:maxSnippet-3], "") + "…"
	}
	return strings.Clone(text)
}
