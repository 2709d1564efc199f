package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/report"
)

func (a *app) sbom() *cobra.Command {
	var f scanFlags
	var vexPath string
	cmd := &cobra.Command{
		Use:   "sbom [TARGET]",
		Short: "Write the inventory alone, as an SBOM",
		Long: `Sbom writes what is in a target as CycloneDX 1.6 or SPDX 2.3, with graph, scopes,
hashes and licences where they are known. It needs no advisory database.

With --vex it also judges the target and writes an OpenVEX document: what a
maintainer puts beside a release.`,
		Example: `  kennel sbom . > bom.json
  kennel sbom --format spdx -o app.spdx.json app.tar
  kennel sbom . | kennel scan -
  kennel sbom -o app.cdx.json --write-vex app.vex.json .      a release's SBOM and VEX in one go`,
		Args: arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.format == "" && len(f.output) == 0 {
				f.format = string(report.CycloneDX)
			}
			outputs, err := f.outputs()
			if err != nil {
				return err
			}
			for _, o := range outputs {
				if o.format != report.CycloneDX && o.format != report.SPDX {
					return usage("sbom writes cyclonedx or spdx, not %s", o.format)
				}
			}
			ctx, arg := cmd.Context(), argument(args)
			var j kennel.Judgement
			if vexPath != "" {
				if j, err = a.judge(ctx, &f, arg); err != nil {
					return err
				}
				write := func(w io.Writer) error { return report.Write(w, report.OpenVEX, j, report.Options{Tool: tool()}) }
				if err := a.writeTo(vexPath, write); err != nil {
					return &exit{exitFailed, err}
				}
			} else {
				asOf, err := f.moment(a.now)
				if err != nil {
					return err
				}
				project, err := a.projectConfig(ctx, arg, f.config, f.trustFrom)
				if err != nil {
					return err
				}
				t, inv, err := a.inventory(ctx, &f, arg, project)
				if err != nil {
					return err
				}
				defer t.Close()
				j = kennel.Judgement{Inventory: inv, AsOf: asOf, Gaps: inv.Gaps}
			}
			bom := j
			bom.Results = nil // an inventory, not an accusation: what is wrong with it is the VEX's to say
			for _, o := range outputs {
				write := func(w io.Writer) error { return report.Write(w, o.format, bom, report.Options{Tool: tool()}) }
				if err := a.writeTo(o.path, write); err != nil {
					return &exit{exitFailed, err}
				}
			}
			return a.inventoryStatus(&f, j.Inventory)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.format, "format", "", "cyclonedx or spdx (default: by the name of -o, else cyclonedx)")
	cmd.Flags().StringArrayVarP(&f.output, "output", "o", nil, "write to FILE; may be given several times")
	cmd.Flags().StringVar(&vexPath, "write-vex", "", "also judge the target and write an OpenVEX document to FILE")
	cmd.Flags().BoolVar(&f.allowGaps, "allow-gaps", false, "accept unreadable inputs: no exit status 4")
	return cmd
}

// inventoryStatus says on standard error what the inventory lacks and turns
// it into an exit status.
func (a *app) inventoryStatus(f *scanFlags, inv kennel.Inventory) error {
	if len(inv.Projects) == 0 && len(inv.Gaps) == 0 {
		return &exit{exitFailed, fmt.Errorf("nothing in %s was recognised: name a folder with lock files, a lock file, an SBOM or an image", inv.Target)}
	}
	if !f.quiet {
		a.tellGaps(inv.Gaps)
	}
	if f.allowGaps {
		return nil
	}
	for _, g := range inv.Gaps {
		if g.Kind == kennel.GapUnreadable {
			return &exit{code: exitGaps}
		}
	}
	return nothingChecked(&inv)
}

// toldGaps is how many reasons tellGaps gives: a report lists all.
const toldGaps = 5

// tellGaps says on standard error what an inventory lacks, a line for each
// reason.
func (a *app) tellGaps(gaps []kennel.Gap) {
	count := make(map[string]int)
	for _, g := range gaps {
		count[g.Why]++
	}
	told := 0
	for _, g := range gaps {
		n := count[g.Why]
		if n == 0 {
			continue // told with the first that has this reason
		}
		count[g.Why] = 0
		if told++; told > toldGaps {
			continue
		}
		more := ""
		if n > 1 {
			more = fmt.Sprintf(" and %d more", n-1)
		}
		fmt.Fprintf(a.stderr, "kennel: not in the inventory: %s%s: %s\n", printable(g.What), more, printable(g.Why))
	}
	if more := told - toldGaps; more > 0 {
		fmt.Fprintf(a.stderr, "kennel: and %s; kennel scan --verbose lists them\n", plural(more, "more reason", "more reasons"))
	}
}
