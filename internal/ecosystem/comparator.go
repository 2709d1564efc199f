package ecosystem

import "strings"

// comparator is an operator and a version: ">=1.2", "^1.2.3", "1.x".
type comparator struct {
	dialect
	op       string
	version  Version  // of the operand, open numbers left out
	numbers  []string // that the operand gives
	open     bool     // it ends in a wildcard
	unstable bool     // it names a pre-release
}

// maxNumbers bounds the numbers of an operand.
const maxNumbers = 16

// comparator reads an operand. Its numbers are kept apart, since ranges are
// made by raising one of them.
func (d dialect) comparator(op, operand string) (c comparator, valid bool) {
	c = comparator{dialect: d, op: op}
	if d.order == composerOrder {
		var flag string
		if operand, flag, _ = strings.Cut(operand, "@"); flag != "" && flag != "stable" {
			c.unstable = true
		}
	}
	rest := operand
	if rest != "" && lower(rest[0]) == 'v' {
		rest = rest[1:]
	}
	for {
		var run string
		if run, rest = digits(rest); run == "" {
			break
		}
		if c.numbers = append(c.numbers, run); len(c.numbers) > maxNumbers {
			return c, false
		}
		if len(rest) < 2 || rest[0] != '.' {
			break
		}
		rest = rest[1:]
	}
	for rest != "" && (rest[0] == '*' || lower(rest[0]) == 'x') && (len(rest) == 1 || rest[1] == '.') {
		c.open = true
		rest = strings.TrimPrefix(rest[1:], ".")
	}
	text := operand
	if c.open {
		if rest != "" {
			return c, false
		}
		if text = strings.Join(c.numbers, "."); text == "" { // every version
			return c, op == d.bare || op == ">="
		}
	} else if len(c.numbers) == 0 {
		return c, false
	}
	if op == "~=" && len(c.numbers) < 2 || strings.HasPrefix(rest, "!") && strings.ContainsAny(op, "~^") {
		return c, false // behind "!" are the numbers, and before it an epoch
	}
	key, ok := appendKey(nil, d.order, text)
	c.version = Version{string(key)}
	if !ok {
		return c, false
	}
	c.unstable = c.unstable || preRelease(d.order, c.version)
	return c, true
}

// holds applies the comparator to v.
func (c comparator) holds(v Version) bool {
	if len(c.numbers) == 0 {
		return true
	}
	n := len(c.numbers)
	all := c.open || c.partial && n < 3 // it stands for every version below it
	switch c.op {
	case "=", "==", "===":
		if all {
			return c.within(v, c.floor(c.numbers), n-1)
		}
		return c.same(v)
	case "!=", "<>":
		if all {
			return !c.within(v, c.floor(c.numbers), n-1)
		}
		return !c.same(v)
	case ">":
		if all {
			return v.Compare(c.floor(bump(c.numbers, n-1))) >= 0
		}
		return v.Compare(c.version) > 0 && !(c.order == pep440Order && pepLaterBuild(v, c.version))
	case "<=":
		if all {
			return v.Compare(c.floor(bump(c.numbers, n-1))) < 0
		}
		return v.Compare(c.version) <= 0 || c.same(v)
	case "<":
		if all {
			return v.Compare(c.floor(c.numbers)) < 0
		}
		return v.Compare(c.version) < 0
	case ">=":
		return v.Compare(c.least()) >= 0
	case "^":
		at := 0
		for at < n-1 && isZero(c.numbers[at]) {
			at++
		}
		return c.within(v, c.least(), at)
	case "~=", "~>", "~":
		at := min(1, n-1)
		if c.op != "~" && c.order != npmOrder || c.pessimistic {
			at = max(0, n-2)
		}
		return c.within(v, c.least(), at)
	}
	return false
}

// within reports whether v is at least low and below the operand with the
// number at place raised by one.
func (c comparator) within(v, low Version, place int) bool {
	return v.Compare(low) >= 0 && v.Compare(c.floor(bump(c.numbers, place))) < 0
}

func (c comparator) least() Version {
	if c.open {
		return c.floor(c.numbers)
	}
	return c.version
}

// same is equality; of Python versions, a local label counts only where the
// constraint has one.
func (c comparator) same(v Version) bool {
	if c.order == pep440Order && c.version.key[len(c.version.key)-1] == pepNoLocal {
		return pepPublic(v) == pepPublic(c.version)
	}
	return v == c.version
}

// floor is below every version that begins with numbers, pre-releases
// included, and above all that are below those.
func (c comparator) floor(numbers []string) Version {
	key, ok := appendKey(nil, c.order, strings.Join(numbers, "."))
	if !ok {
		return Version{}
	}
	n := 1 // the tag behind the numbers of a release
	if c.order == pep440Order {
		n = 4
	}
	return Version{string(append(key[:len(key)-n], 0))}
}

// bump returns numbers up to place, that one raised by one.
func bump(numbers []string, place int) []string {
	raised := []byte(numbers[place])
	i := len(raised) - 1
	for ; i >= 0 && raised[i] == '9'; i-- {
		raised[i] = '0'
	}
	if i >= 0 {
		raised[i]++
	} else {
		raised = append([]byte{'1'}, raised...)
	}
	return append(append([]string{}, numbers[:place]...), string(raised))
}

// behindNumbers is the index of the first byte of a key that belongs to no
// number, from i on.
func behindNumbers(key string, i int) int {
	for i < len(key) && key[i] >= tagNumber && key[i] <= tagNumberMax {
		if key[i] < tagNumberMax {
			i += 1 + int(key[i]-tagNumber)
		} else if i+2 < len(key) {
			i += 3 + int(key[i+1])<<8 + int(key[i+2])
		} else {
			return len(key)
		}
	}
	return min(i, len(key))
}

// core is the part of a semantic version's key before its pre-release.
func core(v Version) string { return v.key[:behindNumbers(v.key, 0)] }

// preRelease reports whether v is not a release.
func preRelease(o order, v Version) bool {
	i := behindNumbers(v.key, 0)
	if i >= len(v.key) {
		return false
	}
	switch o {
	case pep440Order:
		return v.key[i] != pepNoPre || v.key[pepDevAt(v.key)] == pepDev
	case composerOrder:
		return v.key[i] < composerStable
	case gemOrder:
		for i < len(v.key) && v.key[i] == gemZerosTop {
			i = behindNumbers(v.key, i+3)
		}
		return v.key[i] == gemWord
	}
	return v.key[i] == semverPre
}

// pepPostAt is where the post-release part of a PEP 440 key begins, pepDevAt
// where the development part begins.
func pepPostAt(key string) int {
	i := behindNumbers(key, 0)
	return behindNumbers(key, i+1)
}

func pepDevAt(key string) int { return behindNumbers(key, pepPostAt(key)+1) }

// pepPublic is v without its local label.
func pepPublic(v Version) Version {
	i := behindNumbers(v.key, pepDevAt(v.key)+1)
	return Version{v.key[:i] + string(rune(pepNoLocal))}
}

// pepLaterBuild reports whether v is only a post-release or local build of w,
// which "> w" does not let in.
func pepLaterBuild(v, w Version) bool {
	if pepPublic(v) == pepPublic(w) {
		return true
	}
	at := pepPostAt(w.key)
	return w.key[at] == pepNoPost && len(v.key) > at && v.key[:at] == w.key[:at] && v.key[at] == pepPost
}
