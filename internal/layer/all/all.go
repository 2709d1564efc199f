// Package all is the list of layers.
package all

import (
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/layer/known"
)

// Layers returns every layer that runs by default. One whose false alarms
// nobody has measured does not belong here.
func Layers() []kennel.Layer {
	return []kennel.Layer{known.New()}
}
