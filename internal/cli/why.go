package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/judge"
)

// shownPaths is how many paths why prints of each component.
const shownPaths = 10

func (a *app) why() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "why PACKAGE [TARGET]",
		Short: "Say who brings a package in",
		Long: `Why prints, for each project, the dependants' subgraph of a package: how many
paths lead to it, the ten shortest, and who asks for it with which constraint.

PACKAGE is a name as its ecosystem spells it, a name@version, or a purl.`,
		Example: `  kennel why lodash .
  kennel why lodash@4.17.15 package-lock.json
  kennel why pkg:golang/golang.org/x/net go.mod`,
		Args: arguments(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := parseWanted(args[0])
			if err != nil {
				return err
			}
			arg := argument(args[1:])
			project, err := a.projectConfig(cmd.Context(), arg, f.config, f.trustFrom)
			if err != nil {
				return err
			}
			t, inv, err := a.inventory(cmd.Context(), &f, arg, project)
			if err != nil {
				return err
			}
			defer t.Close()
			found := a.explainWhy(inv, wanted)
			err = a.inventoryStatus(&f, inv)
			var gaps *exit
			switch {
			case found || errors.As(err, &gaps) && gaps.err != nil:
				return err
			case gaps != nil:
				return &exit{gaps.code, fmt.Errorf("%s is not in what could be read of %s", args[0], arg)}
			}
			return &exit{exitFailed, fmt.Errorf("%s is not in %s", args[0], arg)}
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the configuration that counts, instead of the target's kennel.yaml")
	flags.StringVar(&f.trustFrom, "trust-config-from", "", "read kennel.yaml from this git revision of the target")
	flags.StringArrayVar(&f.ignore, "ignore", nil, "leave out paths that match this glob")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on the terminal")
	f.registerTarget(cmd)
	return cmd
}

// wanted is the package somebody asks about.
type wanted struct {
	ecosystem     kennel.Ecosystem // "" for any
	name, version string
}

func parseWanted(text string) (wanted, error) {
	if strings.HasPrefix(text, "pkg:") {
		c, err := ecosystem.FromPurl(text)
		if err != nil {
			return wanted{}, usage("%v", err)
		}
		return wanted{c.Ecosystem, c.Name, c.Version}, nil
	}
	if i := strings.LastIndexByte(text, '@'); i > 0 {
		return wanted{"", text[:i], text[i+1:]}, nil
	}
	return wanted{name: text}, nil
}

func (w wanted) is(c kennel.Component) bool {
	if w.ecosystem != "" && w.ecosystem != c.Ecosystem || w.version != "" && w.version != c.Version {
		return false
	}
	same := func(name string) bool {
		return name == w.name || ecosystem.NameKey(kennel.Package{Ecosystem: c.Ecosystem, Name: name}) ==
			ecosystem.NameKey(kennel.Package{Ecosystem: c.Ecosystem, Name: w.name})
	}
	// People ask for log4j-core, and for the source package of a binary one.
	_, artifact, _ := strings.Cut(c.Name, ":")
	return same(c.Name) || artifact != "" && artifact == w.name || c.Source.Name != "" && c.Source.Name == w.name
}

func (a *app) explainWhy(inv kennel.Inventory, w wanted) bool {
	out := bufio.NewWriter(a.stdout)
	defer out.Flush()
	found := false
	for i := range inv.Projects {
		p := &inv.Projects[i]
		var paths *judge.Paths
		for o := range p.Occurrences {
			if !w.is(p.Occurrences[o].Component) {
				continue
			}
			if paths == nil {
				paths = judge.NewPaths(p)
			}
			if found {
				fmt.Fprintln(out)
			}
			found = true
			printWhy(out, p, paths, int32(o))
		}
	}
	return found
}

func printWhy(out *bufio.Writer, p *kennel.Project, paths *judge.Paths, n int32) {
	o := &p.Occurrences[n]
	name := func(i int32) string { return label(p.Occurrences[i].Component) }
	scope, direct := o.Scope.String(), o.Direct.String()
	if o.Scope == kennel.ScopeUnknown {
		scope = "scope unknown"
	}
	if o.Direct == kennel.DirectUnknown {
		direct = "direct or not unknown"
	}
	fmt.Fprintf(out, "%s\n  in %s (%s, %s)\n", name(n), printable(p.ID()), scope, direct)
	via := paths.To(n)
	switch {
	case via.Count == 0 && len(p.Edges) == 0:
		fmt.Fprintf(out, "  the input lists packages without saying who needs them\n")
	case via.Count == 0:
		fmt.Fprintf(out, "  no path leads to it from the project\n")
	case via.Count >= kennel.ViaCountMax:
		fmt.Fprintf(out, "  over %d paths; the shortest for each direct dependency:\n", kennel.ViaCountMax)
	default:
		fmt.Fprintf(out, "  %s; the shortest for each direct dependency:\n", plural(via.Count, "path", "paths"))
	}
	for _, path := range via.Paths[:min(len(via.Paths), shownPaths)] {
		var names []string
		for _, i := range path {
			names = append(names, name(i))
		}
		fmt.Fprintf(out, "    %s\n", strings.Join(names, " > "))
	}
	if more := len(via.Paths) - shownPaths; more > 0 {
		fmt.Fprintf(out, "    and through %d more direct dependencies\n", more)
	}
	if edges := paths.Dependants(n); len(edges) > 0 {
		fmt.Fprintf(out, "  asked for by:\n")
		for _, e := range edges {
			who := "the project itself"
			if e.From != kennel.RootNode {
				who = name(e.From)
			}
			constraint := e.Constraint
			if constraint == "" {
				constraint = "constraint not recorded"
			}
			fmt.Fprintf(out, "    %s (%s)\n", who, printable(constraint))
		}
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func label(c kennel.Component) string {
	if c.Version == "" {
		return printable(c.Name)
	}
	return printable(c.Name + "@" + c.Version)
}

// harmless is printable for text of ours that quotes strangers: lines and tabs
// stay.
func harmless(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\n' || r == '\t' || strconv.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// printable makes a stranger's text harmless on a terminal, on one line.
func printable(s string) string {
	quoted := strconv.QuoteToGraphic(s)
	inner := quoted[1 : len(quoted)-1]
	if strings.ContainsAny(s, `"\`) {
		return quoted
	}
	return inner
}
