// Package policy turns findings into verdicts by rules in CEL. It is pure: no
// clock, no files, no network; the same facts under the same rules always give
// the same verdict.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/kennel-oss/kennel"
)

// Bounds of a policy: rules are read from files that may be hostile.
const (
	maxRules      = 200
	maxExpression = 4096      // code points of one expression
	maxNesting    = 50        // of one expression
	maxCost       = 1_000_000 // CEL cost units of one evaluation
)

// Rule is one line of a policy. The rules of a list are tried in order and
// the first that holds decides.
type Rule struct {
	Name    string
	Verdict kennel.Verdict
	When    string // a CEL expression of type bool over finding, component, project and as_of
	Why     string // for the person who meets the verdict
}

// Policy is a compiled set of rule lists. It is safe for concurrent use.
type Policy struct {
	lists   [][]compiled
	binding []bool // by list
	digest  string
	sources []string
}

type compiled struct {
	Rule
	program cel.Program
}

// List is the rules of one source, such as an organisation's policy file.
type List struct {
	Source string // "built-in", or the file's path
	Rules  []Rule
	// Binding says that what the list denies, the examined project's own waivers
	// cannot set aside: an organisation's list is.
	Binding bool
}

// Compile checks and compiles rule lists. Each list decides alone and the
// strictest of their verdicts holds, so that a project's list can add to an
// organisation's but never take away. Without any list the built-in one
// applies.
//
// An error names the source and the rule.
func Compile(lists ...List) (*Policy, error) {
	if len(lists) == 0 {
		lists = []List{Default()}
	}
	env, err := environment()
	if err != nil {
		return nil, err
	}
	p := &Policy{}
	sum := sha256.New()
	for _, list := range lists {
		if len(list.Rules) > maxRules {
			return nil, fmt.Errorf("%s: %d rules, at most %d are read", list.Source, len(list.Rules), maxRules)
		}
		var out []compiled
		seen := map[string]bool{}
		for _, r := range list.Rules {
			program, err := compile(env, r)
			if err != nil {
				return nil, fmt.Errorf("%s: rule %q: %w", list.Source, r.Name, err)
			}
			if seen[r.Name] {
				return nil, fmt.Errorf("%s: two rules are named %q: give each its own name", list.Source, r.Name)
			}
			seen[r.Name] = true
			out = append(out, compiled{r, program})
			fmt.Fprintf(sum, "%q %s %q\n", r.Name, r.Verdict, r.When)
		}
		fmt.Fprintf(sum, "-- %t\n", list.Binding)
		p.lists = append(p.lists, out)
		p.binding = append(p.binding, list.Binding)
		p.sources = append(p.sources, list.Source)
	}
	p.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return p, nil
}

func compile(env *cel.Env, r Rule) (cel.Program, error) {
	if r.Name == "" {
		return nil, fmt.Errorf("it has no name")
	}
	if len(r.When) > 4*maxExpression {
		return nil, fmt.Errorf("its expression is longer than %d characters", maxExpression)
	}
	ast, issues := env.Compile(r.When)
	if err := issues.Err(); err != nil {
		return nil, fmt.Errorf("%s", strings.TrimSpace(err.Error()))
	}
	if ast.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("its expression gives %s, it must give bool", ast.OutputType())
	}
	return env.Program(ast, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(0))
}

// Info describes the policy for reports.
func (p *Policy) Info() kennel.PolicyInfo {
	if p == nil {
		return kennel.PolicyInfo{Source: []string{"none: everything is denied"}}
	}
	return kennel.PolicyInfo{Digest: p.digest, Source: p.sources}
}

// Decision is a verdict and the rules that led to it, each as "name".
type Decision struct {
	Verdict kennel.Verdict
	Rules   []string
	Bound   bool // a binding list denies it
}

// Decide judges one result. Where no rule holds the verdict is allow. A rule
// that fails, or asks for a value that is missing, gives at least review and
// the next rules are still tried.
func (p *Policy) Decide(f Facts) Decision {
	d := Decision{Verdict: kennel.Allow}
	if p == nil || len(p.lists) == 0 {
		return Decision{Verdict: kennel.Deny, Rules: []string{"no policy"}}
	}
	for n, list := range p.lists {
		for i := range list {
			r := &list[i]
			out, _, err := r.program.Eval(&f)
			if err != nil {
				d.add(kennel.Review, r.Name+" (could not decide: "+reason(err)+")")
				continue
			}
			if held, ok := out.Value().(bool); ok && held {
				d.add(r.Verdict, r.Name)
				d.Bound = d.Bound || p.binding[n] && r.Verdict == kennel.Deny
				break
			}
		}
	}
	return d
}

func (d *Decision) add(v kennel.Verdict, rule string) {
	switch {
	case v.Worse(d.Verdict):
		d.Verdict, d.Rules = v, []string{rule}
	case v == d.Verdict:
		d.Rules = append(d.Rules, rule)
	}
}

func reason(err error) string {
	text := err.Error()
	if line, _, more := strings.Cut(text, "\n"); more {
		text = line
	}
	return text
}
