package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel/internal/policy"
)

func (a *app) policy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Check a policy, or list what its rules can say",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	test := &cobra.Command{
		Use:   "test FILE...",
		Short: "Check that policy files can be read and their rules compile",
		Long: `Test reads kennel.yaml or policy files and compiles every rule: a misspelt field
or a wrong type is found here, not in a verdict. It prints the rules in the order
in which they are tried; the first that holds decides.`,
		Example: "  kennel policy test kennel.yaml\n  kennel policy test --builtin",
		RunE: func(cmd *cobra.Command, args []string) error {
			builtin, _ := cmd.Flags().GetBool("builtin")
			if builtin {
				return a.printRules(policy.Default())
			}
			if len(args) == 0 {
				return usage("policy test: name a file, or --builtin")
			}
			for _, path := range args {
				data, err := readFlagFile("policy test", path)
				if err != nil {
					return err
				}
				t, err := parseConfig(path, data, nil)
				if err != nil {
					return err
				}
				if err := a.printRules(rules(t)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	test.Flags().Bool("builtin", false, "print the built-in rules")
	fields := &cobra.Command{
		Use:   "fields",
		Short: "List what rules can ask about",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			w := tabwriter.NewWriter(a.stdout, 0, 4, 2, ' ', 0)
			for _, f := range policy.Fields() {
				fmt.Fprintf(w, "%s\t%s\t%s\n", f.Name, f.Type, f.Doc)
			}
			return w.Flush()
		},
	}
	cmd.AddCommand(test, fields)
	return cmd
}

func (a *app) printRules(list policy.List) error {
	p, err := policy.Compile(list)
	if err != nil {
		return &exit{exitUsage, err}
	}
	fmt.Fprintf(a.stdout, "%s: %s, %s\n", list.Source, plural(len(list.Rules), "rule", "rules"), p.Info().Digest)
	for _, r := range list.Rules {
		fmt.Fprintf(a.stdout, "  %-6s %s\n         when %s\n", r.Verdict, printable(r.Name), harmless(r.When))
		if r.Why != "" {
			fmt.Fprintf(a.stdout, "         why  %s\n", printable(r.Why))
		}
	}
	return nil
}
