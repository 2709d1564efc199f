// Kennel says what open source is in a product, whether it can be trusted,
// and what to do next. See package cli.
package main

import (
	"os"

	"github.com/kennel-oss/kennel/internal/cli"
)

func main() { os.Exit(cli.Main()) }
