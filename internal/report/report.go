// Package report renders a judgement: for a terminal, a pull request, a
// browser, and for the machines of others.
//
// Renderers are sinks. Everything they say stands in the [kennel.Judgement];
// they group, fold and order it for a reader, and decide nothing. What they
// print came from strangers: names, titles and paths never reach a terminal,
// a page or a comment without being made harmless first.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/sbom"
	"github.com/kennel-oss/kennel/internal/vex"
)

// Format is the name of an output format, as the user types it.
type Format string

// The formats that [Write] knows.
const (
	Text      Format = "text"
	JSON      Format = "json"
	SARIF     Format = "sarif"
	CycloneDX Format = "cyclonedx"
	SPDX      Format = "spdx"
	OpenVEX   Format = "openvex"
	HTML      Format = "html"
	Markdown  Format = "markdown"
)

// Formats lists every format, in the order in which help shows them.
func Formats() []Format {
	return []Format{Text, JSON, SARIF, CycloneDX, SPDX, OpenVEX, HTML, Markdown}
}

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, bool) {
	for _, f := range Formats() {
		if string(f) == s {
			return f, true
		}
	}
	return "", false
}

// Tool names the program that made the report.
type Tool struct{ Name, Version string }

// Options are the reader's wishes. The zero value is a plain report 100
// columns wide.
type Options struct {
	Tool    Tool
	Color   bool // text: use ANSI colours; the caller knows NO_COLOR and the terminal
	Width   int  // text: columns; 0 means 100
	Verbose bool // text: list what is folded into counts
}

// Write renders j in the format given. It returns the first error of w, that
// the format is unknown, or [vex.ErrNothingToSay]: an OpenVEX document cannot
// be empty.
func Write(w io.Writer, f Format, j kennel.Judgement, o Options) error {
	if o.Tool.Name == "" {
		o.Tool.Name = "kennel"
	}
	write := writers(f)
	if write == nil {
		return fmt.Errorf("unknown report format %q", f)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	if err := write(b, &j, o); err != nil {
		return fmt.Errorf("writing %s report: %w", f, err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing %s report: %w", f, err)
	}
	return nil
}

func writers(f Format) func(*bufio.Writer, *kennel.Judgement, Options) error {
	switch f {
	case Text:
		return writeText
	case JSON:
		return writeJSON
	case SARIF:
		return writeSARIF
	case Markdown:
		return writeMarkdown
	case HTML:
		return writeHTML
	case CycloneDX:
		return writeCycloneDX
	case SPDX:
		return writeSPDX
	case OpenVEX:
		return writeOpenVEX
	}
	return nil
}

func writeCycloneDX(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	return sbom.WriteCycloneDX(w, *j, sbom.Tool(o.Tool))
}

func writeSPDX(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	return sbom.WriteSPDX(w, *j, sbom.Tool(o.Tool))
}

func writeOpenVEX(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	return vex.Write(w, *j, vex.Options{Tool: strings.TrimSpace(o.Tool.Name + " " + o.Tool.Version)})
}
