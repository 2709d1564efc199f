package policy

import (
	"slices"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"github.com/kennel-oss/kennel"
)

// Facts is what a rule may ask about: one result in its project.
type Facts struct {
	Result  *kennel.Result
	Scope   kennel.Scope
	Direct  kennel.Directness
	Project *kennel.Project
	AsOf    time.Time
}

// ResolveName and Parent make Facts the activation of a CEL program.
func (f *Facts) ResolveName(name string) (any, bool) {
	switch name {
	case "finding", "component", "project":
		return f, true
	case "as_of":
		return f.AsOf, true
	}
	return nil, false
}

// Parent implements the CEL activation.
func (f *Facts) Parent() interpreter.Activation { return nil }

// field is one name a rule may use. A nil set means it is always there.
type field struct {
	name string
	kind *types.Type
	set  func(*Facts) bool
	get  func(*Facts) any
	doc  string
}

// vocabulary is everything that rules can say, in the order that
// `kennel policy fields` prints it.
var vocabulary = map[string][]field{
	"finding": {
		{"layer", types.StringType, nil, func(f *Facts) any { return f.Result.Layer }, "the defence that spoke: known, …"},
		{"rule", types.StringType, nil, func(f *Facts) any { return f.Result.Rule }, "vulnerable, malicious, unmaintained, unsound, notice, …"},
		{"id", types.StringType, nil, func(f *Facts) any { return f.Result.ID }, "preferred id: CVE, then GHSA, then others"},
		{"ids", types.NewListType(types.StringType), nil, func(f *Facts) any { return append([]string{f.Result.ID}, f.Result.Aliases...) }, "every id of the problem"},
		{"severity", types.StringType, nil, func(f *Facts) any { return f.Result.Severity.String() }, "unknown, none, low, medium, high, critical"},
		{"score", types.DoubleType, func(f *Facts) bool { return f.Result.Score > 0 }, func(f *Facts) any { return f.Result.Score }, "CVSS base score, 0 to 10; may be missing"},
		{"confidence", types.StringType, nil, func(f *Facts) any { return f.Result.Confidence.String() }, "high, medium, low"},
		{"kev", types.BoolType, nil, func(f *Facts) any { return f.Result.KEV != nil }, "listed as known exploited by CISA"},
		{"ransomware", types.BoolType, nil, func(f *Facts) any { return f.Result.KEV != nil && f.Result.KEV.Ransomware }, "known from ransomware campaigns"},
		{"kev_due", types.TimestampType, func(f *Facts) bool { return f.Result.KEV != nil && !f.Result.KEV.Due.IsZero() }, func(f *Facts) any { return f.Result.KEV.Due }, "CISA's due date; may be missing"},
		{"epss", types.DoubleType, func(f *Facts) bool { return f.Result.EPSS != nil }, func(f *Facts) any { return f.Result.EPSS.Probability }, "chance of exploitation in 30 days, 0 to 1; may be missing"},
		{"fix", types.StringType, nil, func(f *Facts) any { return f.Result.Fix.State.String() }, "known, none, unknown"},
		{"fixed", types.BoolType, nil, func(f *Facts) any { return f.Result.Fix.State == kennel.FixKnown }, "a fixed version is published"},
		{"published", types.TimestampType, func(f *Facts) bool { return !f.Result.Published.IsZero() }, func(f *Facts) any { return f.Result.Published }, "when the problem was published; may be missing"},
		{"exposed", types.IntType, func(f *Facts) bool { return f.Result.Exposed >= 0 }, func(f *Facts) any { return int64(f.Result.Exposed) }, "days since publication; may be missing"},
		{"remedy", types.StringType, nil, func(f *Facts) any { return f.Result.Remedy.Kind.String() }, "unknown, refresh, upgrade, remove"},
	},
	"component": {
		{"ecosystem", types.StringType, nil, func(f *Facts) any { return string(f.Result.Component.Ecosystem) }, "as OSV spells it"},
		{"name", types.StringType, nil, func(f *Facts) any { return f.Result.Component.Name }, "as its ecosystem spells it"},
		{"version", types.StringType, nil, func(f *Facts) any { return f.Result.Component.Version }, ""},
		{"scope", types.StringType, nil, func(f *Facts) any { return f.Scope.String() }, "unknown, shipped, optional, build, development"},
		{"ships", types.BoolType, nil, func(f *Facts) any { return f.Scope.Ships() }, "reaches users, as far as is known"},
		{"direct", types.BoolType, func(f *Facts) bool { return f.Direct != kennel.DirectUnknown }, func(f *Facts) any { return f.Direct == kennel.Direct }, "the project asks for it itself; missing in flat lists"},
		{"origin", types.StringType, nil, func(f *Facts) any { return f.Result.Component.Origin.String() }, "unknown, registry, vcs, url, local"},
		{"licenses", types.NewListType(types.StringType), nil, func(f *Facts) any { return f.Result.Component.Licenses }, "as declared"},
	},
	"project": {
		{"path", types.StringType, nil, func(f *Facts) any { return f.Project.ID() }, "the manifest, relative to the target"},
		{"root", types.StringType, nil, func(f *Facts) any { return f.Project.Root }, "its folder"},
		{"ecosystem", types.StringType, nil, func(f *Facts) any { return string(f.Project.Ecosystem) }, ""},
		{"name", types.StringType, nil, func(f *Facts) any { return f.Project.Name }, ""},
	},
}

// Field is one name that rules may use, for a person.
type Field struct{ Name, Type, Doc string }

// Fields lists everything that rules can say.
func Fields() []Field {
	out := []Field{{"as_of", "timestamp", "the moment of the judgement"}}
	for _, object := range []string{"finding", "component", "project"} {
		for _, f := range vocabulary[object] {
			out = append(out, Field{object + "." + f.name, f.kind.String(), f.doc})
		}
	}
	return out
}

// environment knows the vocabulary with its types, so that a misspelt field
// is an error when a policy is read, not a verdict months later.
func environment() (*cel.Env, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	return cel.NewEnv(
		cel.CustomTypeProvider(&words{registry}),
		cel.CustomTypeAdapter(&words{registry}),
		cel.Variable("finding", types.NewObjectType("finding")),
		cel.Variable("component", types.NewObjectType("component")),
		cel.Variable("project", types.NewObjectType("project")),
		cel.Variable("as_of", cel.TimestampType),
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxNesting),
	)
}

// words is CEL's view of the vocabulary.
type words struct{ *types.Registry }

func (w *words) FindStructType(name string) (*types.Type, bool) {
	if _, ok := vocabulary[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return w.Registry.FindStructType(name)
}

func (w *words) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := vocabulary[name]
	if !ok {
		return w.Registry.FindStructFieldNames(name)
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names, true
}

func (w *words) FindStructFieldType(object, name string) (*types.FieldType, bool) {
	fields, ok := vocabulary[object]
	if !ok {
		return w.Registry.FindStructFieldType(object, name)
	}
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return nil, false
	}
	f := fields[i]
	is := func(target any) bool { facts, ok := target.(*Facts); return ok && (f.set == nil || f.set(facts)) }
	return &types.FieldType{
		Type:  f.kind,
		IsSet: is,
		GetFrom: func(target any) (any, error) {
			if !is(target) {
				return nil, &missing{object + "." + f.name}
			}
			return f.get(target.(*Facts)), nil
		},
	}, true
}

type missing struct{ field string }

func (m *missing) Error() string { return m.field + " is missing" }
