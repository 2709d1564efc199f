package content

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// difference tells what a release has that the one before it had not.
func difference(now, before *account) []chain {
	var out []chain
	out = append(out, manifestsLost(now, before)...)
	out = append(out, hooksAppeared(now, before)...)
	out = append(out, dependenciesAppeared(now, before)...)
	out = append(out, binariesAppeared(now, before)...)
	out = append(out, capabilitiesAppeared(now, before)...)
	return out
}

// compare weighs chains by whether the previous release had them.
func compare(now, before *account) {
	for i := range now.chains {
		c := &now.chains[i]
		if slices.ContainsFunc(before.chains, c.same) {
			if c.severity > kennel.SeverityLow && c.moved(before.chains) {
				c.since = ", as in the previous release, but with another host or program"
				continue
			}
			if c.severity > kennel.SeverityLow {
				c.since = ", as in the previous release"
			}
			c.severity = kennel.SeverityLow
			continue
		}
		c.since = ", unlike the previous release"
		if c.rule == "obfuscated" {
			c.rule = "obfuscation-appeared"
		}
		switch {
		case c.severity >= kennel.SeverityMedium:
			c.severity = kennel.SeverityHigh
		case c.rule == "install-chain" && c.from.any(process|dynamicCode) && !verified(now), c.rule == "persistence", c.rule == "decode-run",
			c.rule == "exfiltration" && c.from.any(readsSecret|wholeEnv|clipboard), c.rule == "exfiltration" && c.reach == onImport && c.from.any(wallet),
			c.rule == "download-run" && c.reach == onImport, c.rule == "obfuscation-appeared" && c.reach == onImport:
			c.severity = kennel.SeverityMedium
		}
	}
}

// ordinary are commands of hooks that build or place native code by known
// tools, or tell of funding.
func ordinary(command string) bool {
	for _, part := range strings.FieldsFunc(command, func(r rune) bool { return r == '|' || r == '&' || r == ';' }) {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "node-gyp", "node-gyp-build", "prebuild-install", "node-pre-gyp", "cmake-js", "husky", "patch-package", "is-ci", "exit", "echo",
			"opencollective-postinstall", "opencollective", "node-gyp-build-optional-packages", "prebuildify", "ngcc", "electron-rebuild", "husky-init":
		default:
			return false
		}
	}
	return true
}

// verified reports whether what install fetches is checked where it is
// fetched, and nothing of it is run there.
func verified(a *account) bool {
	some := false
	for _, u := range a.units() {
		if u.reach != onInstall || u.path == "package.json" {
			continue
		}
		if u.facts.caps.any(process|dynamicCode|downloadRun) || u.facts.caps.any(network) && !u.facts.caps.any(verifies) {
			return false
		}
		some = some || u.facts.caps.has(network|verifies)
	}
	return some
}

// checks reports whether import computes a digest wherever it uses the network,
// and starts programs by constant names only: what others send is not run.
func checks(a *account) bool {
	for _, u := range a.units() {
		if u.reach == shipped {
			continue
		}
		if u.facts.caps.any(network) && !u.facts.caps.any(verifies) {
			return false
		}
		for _, s := range u.facts.sites {
			if s.cap.any(process) && (s.value == "" || strings.Contains(s.value, "*")) {
				return false
			}
		}
	}
	return !slices.ContainsFunc(a.chains, func(c chain) bool { return c.rule == "download-run" })
}

func hooksAppeared(now, before *account) []chain {
	if now.release.npm == nil || before.release.npm == nil {
		return nil
	}
	var reaches capability
	for _, u := range now.units() {
		if u.reach == onInstall {
			reaches |= u.facts.caps
		}
	}
	checked := verified(now)
	reaches &= network | process | dynamicCode | downloadRun | suspectHost | readsSecret | writesStartup | hides | decodes
	var out []chain
	for _, hook := range npmHooks {
		is, was := now.release.npm.scripts[hook], before.release.npm.scripts[hook]
		if is == "" || is == was {
			continue
		}
		c := chain{rule: "hook-appeared", file: "package.json", reach: onInstall, severity: kennel.SeverityMedium,
			says:     fmt.Sprintf("the %s hook appeared", hook),
			evidence: []kennel.Evidence{{Kind: "file", What: "package.json", Says: snippet(hook + ": " + is)}}}
		if was != "" {
			c.rule, c.says, c.severity = "hook-changed", fmt.Sprintf("the %s hook changed", hook), kennel.SeverityLow
			c.evidence = append(c.evidence, kennel.Evidence{Kind: "file", What: "package.json", Says: snippet("before: " + was)})
		}
		switch {
		case ordinary(is):
			c.severity = kennel.SeverityLow
		case was == "" && (reaches == process || reaches == network && checked):
			// To ask what programs are there, or to fetch what a digest in the
			// release fixes, is what such hooks are for.
			c.severity = kennel.SeverityLow
			c.says += "; what it runs can " + reaches.can()
		case was == "" && reaches != 0:
			c.severity = kennel.SeverityHigh
			c.says += "; what it runs can " + reaches.can()
		case was != "" && ordinary(was):
			c.severity = kennel.SeverityMedium
		}
		for _, s := range now.scripts {
			for _, ref := range s.facts.refs {
				if to := path.Clean(ref.to); s.by == hook && now.release.has(to) && !before.release.has(to) && len(c.evidence) < 4 {
					c.evidence = append(c.evidence, kennel.Evidence{Kind: "file", What: to, Says: "is started by the hook and is new"})
					if was != "" {
						c.severity = max(c.severity, kennel.SeverityMedium)
					}
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// dependenciesAppeared tells new dependencies, above all those that nothing in
// the release uses: they are installed for their hooks.
func dependenciesAppeared(now, before *account) []chain {
	if now.release.npm == nil || before.release.npm == nil {
		return nil
	}
	var fresh []string
	for _, name := range slices.Sorted(maps.Keys(now.release.npm.dependencies)) {
		if _, ok := before.release.npm.dependencies[name]; !ok {
			fresh = append(fresh, name)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	used := map[string]bool{}
	for _, u := range now.units() {
		for _, ref := range u.facts.refs {
			used[packageOf(ref.to)] = true
		}
	}
	// A release that uses none of its dependencies by name is bundled, or data.
	judged := false
	for name := range now.release.npm.dependencies {
		_, was := before.release.npm.dependencies[name]
		judged = judged || was && used[name]
	}
	fresh = slices.DeleteFunc(fresh, func(name string) bool { return elsewhere(now.release.npm.dependencies[name]) })
	if len(fresh) == 0 {
		return nil
	}
	c := chain{rule: "dependency-appeared", file: "package.json", severity: kennel.SeverityLow,
		says: fmt.Sprintf("%d dependencies appeared: %s", len(fresh), strings.Join(fresh[:min(3, len(fresh))], ", "))}
	if len(fresh) == 1 {
		c.says = "a dependency appeared: " + fresh[0]
	}
	var unused []string
	for _, name := range fresh {
		if !before.release.npm.known[name] && !used[name] && judged && !strings.HasPrefix(name, "@types/") && !now.release.platform(name) {
			unused = append(unused, name)
		}
	}
	mentioned := now.release.mentioned(unused)
	for _, name := range fresh {
		says := fmt.Sprintf("%s %s", name, now.release.npm.dependencies[name])
		if before.release.npm.known[name] {
			says += ", which the previous release was developed with, or asked its user for"
		} else if slices.Contains(unused, name) && !mentioned[name] {
			says += ", which nothing in the release uses"
			c.severity = kennel.SeverityMedium
			c.says = "a dependency appeared that nothing in the release uses: " + name
		}
		if len(c.evidence) < 6 {
			c.evidence = append(c.evidence, kennel.Evidence{Kind: "file", What: "package.json", Says: snippet(says)})
		}
	}
	return []chain{c}
}

// elsewhere tells a dependency that no registry has: an address of its own,
// whose content can change after any review.
func elsewhere(version string) bool {
	return strings.HasPrefix(version, "http://") || strings.HasPrefix(version, "https://")
}

// packageOf is the package that a module's name leads to.
func packageOf(module string) string {
	parts := strings.SplitN(module, "/", 3)
	if strings.HasPrefix(module, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

func binariesAppeared(now, before *account) []chain {
	kinds := map[string]bool{}
	for _, f := range before.release.files {
		if f.binary != "" {
			kinds[f.binary] = true
		}
	}
	var out []chain
	for _, f := range now.release.files {
		if i, ok := before.release.index[f.path]; f.binary == "" || ok && before.release.files[i].binary == f.binary {
			continue
		}
		c := chain{rule: "binary-appeared", file: f.path, reach: f.reach, severity: kennel.SeverityLow, says: fmt.Sprintf("%s appeared: %s", f.binary, f.path)}
		if why := now.release.explained(f); why != "" {
			c.says += ", " + why
		} else if !kinds[f.binary] && f.binary != "WebAssembly" { // which can do what its page lets it
			c.severity = kennel.SeverityMedium
			c.says = fmt.Sprintf("the first %s appeared: %s", f.binary, f.path)
		}
		c.evidence = []kennel.Evidence{{Kind: "file", What: f.path, Says: fmt.Sprintf("%s, %d bytes", f.binary, f.size)}}
		if out = append(out, c); len(out) == 20 {
			break
		}
	}
	return out
}

// capabilitiesAppeared tells what code that runs can do now and could not.
func capabilitiesAppeared(now, before *account) []chain {
	const judged = network | process | dynamicCode | nativeCode | readsSecret | writesStartup | writesPackage | suspectHost | downloadRun | publishes |
		hooksGlobal | wallet | clipboard | hides | credential | wholeEnv
	var is, was capability
	for _, u := range now.units() {
		if u.reach > shipped {
			is |= u.facts.caps & judged
		}
	}
	for _, u := range before.units() {
		was |= u.facts.caps & judged // where it was does not matter: it is not new
	}
	fresh := is &^ was
	if fresh == 0 {
		return nil
	}
	c := chain{rule: "capability-appeared", severity: kennel.SeverityLow, says: "the release can now " + fresh.can() + ", and could not before"}
	if fresh.any(suspectHost|downloadRun) || fresh.any(publishes|writesStartup) && fresh.any(network|readsSecret|dynamicCode) || fresh.has(network|process) || fresh.has(network|dynamicCode) || fresh.has(hooksGlobal|wallet) ||
		fresh.any(network) && fresh.any(readsSecret|wholeEnv) {
		c.severity = kennel.SeverityMedium
	}
	if fresh&^credential == network|process && checks(now) {
		c.severity = kennel.SeverityLow
	}
	for left := fresh; left != 0; left &= left - 1 {
		one := left & -left
		for _, u := range now.units() {
			if u.reach == shipped || !u.facts.caps.has(one) || len(c.evidence) == 6 {
				continue
			}
			for _, s := range u.facts.sites {
				if s.cap.has(one) {
					c.evidence = append(c.evidence, at(u.path, s.line, s.says))
					break
				}
			}
			break
		}
	}
	return []chain{c}
}
