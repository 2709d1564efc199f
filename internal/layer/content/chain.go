package content

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// chain is what data or control connects: secrets that are sent, what is
// fetched and then run.
type chain struct {
	rule     string // of the finding it becomes
	file     string
	reach    reach
	by       string
	from, to capability
	ends     []string // constant hosts and commands that it leads to
	near     bool     // seen near each other, not seen to flow
	severity kennel.Severity
	says     string // what happens, for a title
	since    string // whether the previous release did so, "" for without one
	evidence []kennel.Evidence
}

// unit is a piece of code that runs: a file, or the command of a hook.
type unit struct {
	path  string
	reach reach
	by    string
	facts *facts
}

// language is the name of the unit's language.
func (u unit) language() string {
	if l := languageOf(u.path, ""); l != nil {
		return l.name
	}
	return ""
}

func (a *account) units() []unit {
	var out []unit
	for _, s := range a.scripts {
		out = append(out, unit{s.path, s.reach, s.by, s.facts})
	}
	for _, f := range a.release.files {
		if f.facts != nil {
			out = append(out, unit{f.path, f.reach, f.by, f.facts})
		}
	}
	return out
}

// secrets are what nobody sends without a reason.
const secrets = readsSecret | wholeEnv | credential | wallet | clipboard

// join makes the chains of a release.
func (a *account) join() []chain {
	var out []chain
	for _, u := range a.units() {
		for _, fl := range u.facts.flows {
			if c, ok := a.chained(u, fl); ok {
				out = append(out, c)
			}
		}
		if u.reach == onInstall {
			out = append(out, a.nearby(u)...)
		}
		if c, ok := a.hooked(u); ok {
			out = append(out, c)
		}
		if c, ok := a.planted(u); ok {
			out = append(out, c)
		}
	}
	out = append(out, a.addresses()...)
	out = append(out, a.binaries()...)
	out = append(out, a.disguised()...)
	out = append(out, a.doubles()...)
	out = append(out, a.apart()...)
	return append(out, a.installed()...)
}

// addresses tells dependencies that are fetched past the registry.
func (a *account) addresses() []chain {
	c := chain{rule: "address-dependency", file: "package.json", reach: onInstall, severity: kennel.SeverityMedium}
	if a.release.npm == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(a.release.npm.dependencies)) {
		if address := a.release.npm.dependencies[name]; elsewhere(address) {
			c.says = "a dependency is fetched from an address past the registry: " + name
			c.evidence = append(c.evidence, kennel.Evidence{Kind: "file", What: "package.json", Says: snippet(name + ": " + address)})
		}
	}
	if c.evidence == nil {
		return nil
	}
	return []chain{c}
}

// binaries tells programs in the release that install starts.
func (a *account) binaries() []chain {
	var out []chain
	for _, f := range a.release.files {
		if f.binary != "" && f.reach == onInstall && path.Ext(f.path) != ".node" && f.by != f.path && f.by != "configure" {
			out = append(out, chain{rule: "binary-run", file: f.path, reach: onInstall, by: f.by, severity: kennel.SeverityMedium,
				says:     fmt.Sprintf("install starts or uses a program in the release: %s (%s)", f.path, f.binary),
				evidence: []kennel.Evidence{{Kind: "file", What: f.path, Says: fmt.Sprintf("%s, %d bytes; reached from %s", f.binary, f.size, f.by)}}})
		}
	}
	return out
}

// chained makes a chain of a flow that leads somewhere.
func (a *account) chained(u unit, fl flow) (chain, bool) {
	c := chain{file: u.path, reach: u.reach, by: u.by, from: fl.from, to: fl.to}
	switch {
	case fl.to.has(network|suspectHost) && fl.from.any(hostFacts|readsFile):
		c.rule, c.from = "exfiltration", fl.from&(hostFacts|readsFile|secrets)
		c.says = "what was read on this machine becomes part of an address that is asked for"
		c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	case fl.to.any(network|suspectHost) && fl.from.any(secrets):
		c.rule, c.from = "exfiltration", fl.from&secrets
		c.says = secretsIn(c.from) + " sent over the network"
		c.severity = a.exfiltration(u, c.from, fl)
	case fl.to.any(network) && fl.from.any(hostFacts):
		c.rule, c.from = "exfiltration", hostFacts
		c.says = "what names this host or user is sent over the network"
		c.severity = byReach(u.reach, kennel.SeverityMedium, kennel.SeverityLow, kennel.SeverityNone)
	case fl.to.any(dynamicCode) && fl.from.any(network):
		c.rule, c.from = "download-run", network
		c.says = "what comes from the network is run as code"
		c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityLow, kennel.SeverityNone)
		if fl.from.any(decodes) {
			// Who loads code as it is meant to does not send it in disguise.
			c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
			c.says = "what comes from the network is decoded and run as code"
		}
	case fl.to.any(process) && fl.from.any(network):
		c.rule, c.from = "download-run", fl.from&(network|writesFile)
		c.says = "what comes from the network decides which program is run"
		if fl.from.any(writesFile) {
			c.says = "a file fetched from the network is run"
		}
		c.severity = byReach(u.reach, kennel.SeverityMedium, kennel.SeverityLow, kennel.SeverityNone)
		if u.reach == onInstall && a.ownHosts(u.facts) {
			c.severity = kennel.SeverityLow
		}
	case fl.to.any(dynamicCode) && fl.from.any(decodes):
		c.rule, c.from = "decode-run", decodes
		c.says = "decoded text is run as code"
		// What comes in encoded is decoded everywhere; what the release carries
		// encoded and runs is not.
		c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityLow, kennel.SeverityLow)
		if fl.from.any(hiddenText) || u.language() != "JavaScript" {
			c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
		}
	case fl.to.any(process) && fl.from.any(decodes):
		c.rule, c.from = "decode-run", decodes
		c.says = "decoded text is run as a program"
		c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	case fl.to.any(dynamicCode|process) && fl.from.any(readsSecret):
		return c, false
	case fl.to.any(writesStartup|writesPackage) && fl.from.any(network|decodes):
		c.rule = "persistence"
		c.says = "what was fetched or decoded is written to where it starts by itself"
		c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	default:
		return c, false
	}
	c.evidence, c.ends = evidenceOf(u, fl), endsOf(u, c.to, fl.value)
	return c, c.severity > kennel.SeverityNone
}

// exfiltration weighs secrets that are sent. Clients of services read one key
// and send it to their service: that alone is their trade.
func (a *account) exfiltration(u unit, from capability, fl flow) kennel.Severity {
	switch {
	case fl.to.has(suspectHost):
		return byReach(u.reach, kennel.SeverityHigh, kennel.SeverityHigh, kennel.SeverityMedium)
	case from.any(wholeEnv):
		return byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	case from.any(readsSecret):
		return byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	case from.any(clipboard):
		return byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
	}
	return byReach(u.reach, kennel.SeverityHigh, kennel.SeverityLow, kennel.SeverityNone)
}

func byReach(r reach, install, imported, only kennel.Severity) kennel.Severity {
	switch r {
	case onInstall:
		return install
	case onImport:
		return imported
	}
	return only
}

// secretsIn words what is carried, with the verb.
func secretsIn(c capability) string {
	var out []string
	for _, w := range [...]struct {
		c    capability
		says string
	}{{readsSecret, "a file that holds credentials"}, {wholeEnv, "the whole environment"}, {credential, "a secret of the environment"},
		{wallet, "the secret of a wallet"}, {clipboard, "the clipboard"}} {
		if c.has(w.c) {
			out = append(out, w.says)
		}
	}
	if len(out) > 1 {
		return listed(out) + " are"
	}
	return listed(out) + " is"
}

// maxInstallUnits is how many files install runs at most in a package whose
// install does one thing.
const maxInstallUnits = 12

// planted finds code that writes where other programs start or let in, and
// code that rewrites the packages beside it.
func (a *account) planted(u unit) (chain, bool) {
	c := chain{rule: "persistence", file: u.path, reach: u.reach, by: u.by}
	near := map[int]capability{}
	for _, s := range u.facts.sites {
		near[s.scope] |= s.cap
	}
	for _, s := range u.facts.sites {
		switch {
		case s.cap.any(writesStartup) && near[s.scope].any(network) && s.scope > 0:
			c.from, c.to = network, writesStartup
			c.says = "a file that starts by itself, or lets others in, is written where the network is used"
			c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
		case s.cap.has(process | suspectHost):
			c.rule, c.from, c.to = "unusual-host", process, suspectHost
			c.says = "a program is started with an address that releases rarely hold"
			c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
		case s.cap.has(network|suspectHost) && c.severity == 0 && u.reach == onInstall:
			c.rule, c.from, c.to = "unusual-host", network, suspectHost
			c.says = "an address is contacted that releases rarely hold"
			c.severity = kennel.SeverityMedium
		case s.cap.has(writesFile|deletesFiles) && u.facts.caps.any(network|hostFacts|hiddenText):
			c.rule, c.from, c.to = "destruction", writesFile, deletesFiles
			c.says = "every file that is found is overwritten with one text"
			c.severity = byReach(u.reach, kennel.SeverityHigh, kennel.SeverityMedium, kennel.SeverityLow)
		case s.cap.any(writesPackage) && u.reach > shipped && c.severity == 0:
			c.from, c.to = writesFile, writesPackage
			c.says = "files of another package or program are rewritten"
			c.severity = byReach(u.reach, kennel.SeverityMedium, kennel.SeverityLow, kennel.SeverityNone)
		default:
			continue
		}
		c.evidence, c.ends = []kennel.Evidence{at(u.path, s.line, s.says)}, endsOf(u, c.to, s.value)
	}
	return c, c.severity > kennel.SeverityNone
}

// nearby finds in code that install runs what stands near each other, where a
// flow was not seen: through files, objects and events.
func (a *account) nearby(u unit) []chain {
	type place struct {
		caps   capability
		sights [2]sight
	}
	scopes := map[int]*place{}
	for _, s := range u.facts.sites {
		if s.scope == 0 {
			continue
		}
		p := scopes[s.scope]
		if p == nil {
			p = new(place)
			scopes[s.scope] = p
		}
		p.caps |= s.cap
		if s.cap.any(readsSecret|wholeEnv) && p.sights[0].line == 0 {
			p.sights[0] = s
		}
		if s.cap.any(network) && p.sights[1].line == 0 {
			p.sights[1] = s
		}
	}
	for _, p := range scopes {
		if p.caps.any(network) && p.caps.any(readsSecret|wholeEnv) {
			c := chain{rule: "exfiltration", file: u.path, reach: u.reach, by: u.by, from: p.caps & (readsSecret | wholeEnv), to: network, near: true,
				severity: kennel.SeverityMedium}
			c.says = secretsIn(c.from) + " read where the network is used"
			for _, s := range p.sights {
				c.evidence = append(c.evidence, at(u.path, s.line, s.says))
			}
			return []chain{c}
		}
	}
	return nil
}

// hooked finds code that replaces what a page uses to send, and knows wallets.
func (a *account) hooked(u unit) (chain, bool) {
	c := chain{rule: "wallet-hook", file: u.path, reach: u.reach, by: u.by, from: hooksGlobal, to: wallet}
	if u.facts.caps.has(clipboard | wallet) {
		c.from = clipboard
	} else if !u.facts.caps.has(hooksGlobal | wallet) {
		return c, false
	}
	c.says = "functions that a page sends with are replaced by code that knows wallet addresses"
	if c.from == clipboard {
		c.says = "the clipboard is used by code that knows wallet addresses"
	}
	c.severity = kennel.SeverityMedium
	for _, want := range [...]capability{c.from, wallet} {
		for _, s := range u.facts.sites {
			if s.cap.any(want) {
				c.evidence = append(c.evidence, at(u.path, s.line, s.says))
				break
			}
		}
	}
	return c, true
}

// installed joins what all code together can do that install runs.
func (a *account) installed() []chain {
	var all capability
	c := chain{rule: "install-chain", file: "package.json", reach: onInstall}
	// Who installs a large program by its own modules can do anything somewhere.
	units := a.units()
	units = slices.DeleteFunc(units, func(u unit) bool { return u.reach != onInstall })
	strong := readsSecret | publishes | writesStartup | suspectHost
	if len(units) > maxInstallUnits {
		strong = suspectHost
	}
	for _, want := range [...]capability{network | downloadRun, process | dynamicCode, strong} {
		for _, u := range units {
			all |= u.facts.caps & want
			for _, s := range u.facts.sites {
				if s.cap.any(want) && len(c.evidence) < 6 {
					c.evidence = append(c.evidence, at(u.path, s.line, s.says))
					break
				}
			}
		}
	}
	other := a.installsOther(units)
	if other != nil {
		c.evidence = append([]kennel.Evidence{*other}, c.evidence[:min(len(c.evidence), 5)]...)
	}
	switch {
	case other != nil && !all.any(downloadRun):
		c.severity, c.says = kennel.SeverityMedium, "install installs another package that is no dependency"
	case all.any(downloadRun):
		c.severity, c.says = kennel.SeverityHigh, "install fetches something and runs it with one command"
	case all.any(network) && all.any(process|dynamicCode) && all.any(strong):
		c.severity = kennel.SeverityMedium
		c.says = "what install runs can together " + (all &^ downloadRun).can()
	case all.any(network) && all.any(process|dynamicCode):
		c.severity = kennel.SeverityLow
		c.says = "install uses the network and starts programs"
	default:
		return nil
	}
	c.from, c.to = all, 0
	for _, u := range units {
		c.ends = append(c.ends, endsOf(u, 0)...)
	}
	c.ends = c.ends[:min(len(c.ends), maxDestinations)]
	return []chain{c}
}

// installsOther finds where install installs a package by its name, which is no
// dependency and not of the same owner's scope.
func (a *account) installsOther(units []unit) *kennel.Evidence {
	for _, u := range units {
		for _, s := range u.facts.sites {
			name, ok := strings.CutPrefix(s.value, installing)
			if ok && !a.related(name) {
				e := at(u.path, s.line, s.says)
				return &e
			}
		}
	}
	return nil
}

func (a *account) related(name string) bool {
	m := a.release.npm
	if m == nil || name == "" {
		return false
	}
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name = name[:at]
	}
	scope, _, scoped := strings.Cut(m.name, "/")
	_, depends := m.dependencies[name]
	return depends || m.known[name] || scoped && strings.HasPrefix(name, scope+"/")
}

// apart finds in what install runs a secret that one file reads and another
// that uses the network: what passes between files is not followed, so this is
// told for what it is.
func (a *account) apart() []chain {
	var reads, sends []kennel.Evidence
	files := 0
	var one, two string
	for _, u := range a.units() {
		if u.reach != onInstall {
			continue
		}
		files++
		for _, s := range u.facts.sites {
			if s.cap.any(readsSecret) && reads == nil {
				reads, one = append(reads, at(u.path, s.line, s.says)), u.path
			}
			if s.cap.any(network) && sends == nil {
				sends, two = append(sends, at(u.path, s.line, s.says)), u.path
			}
		}
	}
	if reads == nil || sends == nil || one == two || files > maxInstallUnits {
		return nil
	}
	return []chain{{rule: "exfiltration", file: one, reach: onInstall, from: readsSecret, to: network, near: true, severity: kennel.SeverityMedium,
		says: "one file reads " + secretsIn(readsSecret) + ", and another uses the network", evidence: append(reads, sends...)}}
}

func at(file string, line int, says string) kennel.Evidence {
	return kennel.Evidence{Kind: "file", What: fmt.Sprintf("%s:%d", file, line), Says: says}
}

func evidenceOf(u unit, fl flow) []kennel.Evidence {
	var out []kennel.Evidence
	if fl.fromLine > 0 && fl.fromLine != fl.line {
		out = append(out, at(u.path, fl.fromLine, fl.fromSays))
	}
	out = append(out, at(u.path, fl.line, fl.says))
	switch {
	case u.by != "" && u.by != u.path:
		out = append(out, kennel.Evidence{Kind: "file", What: u.path, Says: fmt.Sprintf("runs %s: %s", u.reach, u.by)})
	case u.reach == shipped:
		out = append(out, kennel.Evidence{Kind: "file", What: u.path, Says: "nothing seen in the package runs it"})
	}
	return out
}

// ownHosts reports whether every address that a file contacts is where such a
// package's own files are: a package registry, its repository's releases, or
// a host of its name. The manifest says so itself, so this only tells a first
// release calmer; a release that has a predecessor is compared with it.
func (a *account) ownHosts(f *facts) bool {
	some := false
	for _, s := range f.sites {
		if !s.cap.any(network) || !strings.Contains(s.value, "://") {
			continue
		}
		u, err := url.Parse(strings.ReplaceAll(s.value, "*", "x"))
		if err != nil || u.Scheme != "https" || !a.own(u) {
			return false
		}
		some = true
	}
	return some
}

func (a *account) own(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if host == "nodejs.org" { // the headers that native addons are built with
		return true
	}
	m := a.release.npm
	if m == nil {
		return false
	}
	if host == "github.com" || host == "objects.githubusercontent.com" {
		owner, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
		return owner != "" && strings.Contains(m.repository, "/"+owner+"/")
	}
	if home, err := url.Parse(m.homepage); err == nil && home.Host != "" && (host == home.Hostname() || strings.HasSuffix(host, "."+home.Hostname())) {
		return home.Hostname() != "github.com"
	}
	for _, word := range strings.FieldsFunc(m.name, func(r rune) bool { return r == '@' || r == '/' || r == '-' || r == '.' }) {
		if len(word) > 3 && slices.Contains(strings.FieldsFunc(host, func(r rune) bool { return r == '.' || r == '-' }), word) {
			return true
		}
	}
	return false
}

// same reports whether a previous release had the chain: in the same file, or
// in one whose name differs by a hash alone.
func (c chain) same(d chain) bool {
	return c.rule == d.rule && c.to == d.to && c.from&^d.from == 0 && c.reach <= d.reach && (c.file == d.file || stem(c.file) == stem(d.file))
}

// stem is a path without what bundlers put into names: "a-3f2a9c1b.js".
func stem(name string) string {
	base := path.Base(name)
	for i := 0; i < len(base); i++ {
		if base[i] == '-' || base[i] == '.' || base[i] == '_' {
			end := i + 1
			digit := false
			for end < len(base) && (base[end] >= '0' && base[end] <= '9' || base[end] >= 'a' && base[end] <= 'z' || base[end] >= 'A' && base[end] <= 'Z') {
				digit = digit || base[end] <= '9'
				end++
			}
			if end-i > 6 && digit {
				base = base[:i] + base[end:]
				break
			}
		}
	}
	return path.Join(path.Dir(name), base)
}
