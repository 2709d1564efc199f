package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Image is who a container image is.
type Image struct {
	Tags     []string // "alpine:3.19", sorted
	Digest   string   // of its manifest, "sha256:…"; "" when the archive has none
	Index    string   // digest of the index for several platforms that names it, "" without
	Config   string   // of its configuration, which docker calls the image's id
	Platform string   // "linux/amd64"; "" when it does not say
}

// Image returns who the tree's image is, nil when it is none.
func (t *Tree) Image() *Image { return t.is }

var errNoImage = errors.New("no image")

// layersMax bounds the layers of an image; docker makes at most 127.
const layersMax = 1000

// rootfs is an image as its manifest describes it: what is to be laid on what.
type rootfs struct {
	Image
	layers []blob
	used   []string // the paths that belong to the image
	gaps   []kennel.Gap
}

// config is the part of an image's configuration that is needed.
// Source: https://github.com/opencontainers/image-spec/blob/main/config.md
type config struct {
	Architecture, OS, Variant string
	RootFS                    struct {
		DiffIDs []string `json:"diff_ids"`
	}
}

func (c config) platform() string { return platform(c.OS, c.Architecture, c.Variant) }

func platform(os, arch, variant string) string {
	if os == "" || arch == "" {
		return ""
	}
	return path.Join(os, arch, variant)
}

// openImage reads the image that fsys holds, or returns errNoImage.
func openImage(ctx context.Context, fsys fs.FS, o Options) (*Tree, error) {
	img, err := readLayout(fsys, o)
	if errors.Is(err, errNoImage) {
		img, err = readSaved(fsys)
	}
	if err != nil {
		return nil, err
	}
	if len(img.layers) > layersMax {
		return nil, &LimitError{What: "the number of layers", Bound: fmt.Sprint(layersMax)}
	}
	t := newTree(o.Limits)
	t.is = &img.Image
	t.gaps = img.gaps
	if err := t.layAll(ctx, fsys, img.layers, o); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	if more := others(fsys, img.used); len(more) > 0 {
		t.extra = more
		t.gap(more[0], "the archive of the image holds more than the image, which was not looked at: %d files or folders, this one the first", len(more))
	}
	return t, nil
}

// others lists what lies beside an image.
func others(fsys fs.FS, used []string) []string {
	known := map[string]bool{"oci-layout": true, "index.json": true, "blobs": true, "ingest": true, "manifest.json": true, "repositories": true}
	for _, name := range used {
		top, _, _ := strings.Cut(name, "/")
		known[top] = true
	}
	entries, _ := fs.ReadDir(fsys, ".")
	var list []string
	for _, e := range entries {
		// Podman keeps folders named by layer for the sake of old tools.
		if !known[e.Name()] && !(e.IsDir() && newHash("sha256:"+e.Name()) != nil) {
			list = append(list, e.Name())
		}
	}
	return list
}

// layAll lays the layers in their order. They are read side by side, since
// unpacking is what takes the time, but each within a budget of its own and
// accounted for in order: what is over the bound does not depend on timing. A
// layer that does not fit is left out as a whole.
func (t *Tree) layAll(ctx context.Context, fsys fs.FS, blobs []blob, o Options) error {
	procs := runtime.GOMAXPROCS(0)
	slots := make(chan struct{}, procs)
	ready := make([]chan layer, len(blobs))
	started, left := 0, t.limits.TotalSize
	for i, l := range blobs {
		for ; started < min(len(blobs), i+2*procs); started++ {
			ready[started] = make(chan layer, 1)
			go func(l blob, to chan<- layer) {
				slots <- struct{}{}
				to <- t.readLayer(ctx, fsys, l, newBudget(t.limits), o)
				<-slots
			}(blobs[started], ready[started])
		}
		read := <-ready[i]
		if limit := (*LimitError)(nil); read.unpacked > left || errors.As(read.err, &limit) && limit.Option == "max-total-size" {
			read.close()
			read = layer{faults: []string{t.limits.tooMuch().Error() + "; the layer was left out"}}
		}
		left -= read.unpacked
		t.closers = append(t.closers, read.closers...)
		for _, why := range read.faults {
			t.gap(l.path, "%s", why)
		}
		t.layers = append(t.layers, cmp.Or(l.plain, l.packed))
		t.lay(read.listing, int32(len(t.layers)-1))
	}
	return ctx.Err()
}

// layer is a layer that was read.
type layer struct {
	listing
	faults   []string // what is wrong with it, for a person
	unpacked int64    // bytes
	closers  []io.Closer
}

func (l layer) close() {
	for _, c := range l.closers {
		c.Close()
	}
}

// readLayer reads what it can. A layer that is cut short or is not what its
// digest says still tells what it holds; the fault makes the answer incomplete.
func (t *Tree) readLayer(ctx context.Context, fsys fs.FS, l blob, b *budget, o Options) (out layer) {
	fault := func(format string, args ...any) {
		out.faults = append(out.faults, fmt.Sprintf(format, args...))
	}
	c, err := openContent(fsys, l.path)
	if err != nil {
		fault("the layer could not be opened: %v", err)
		return out
	}
	out.closers = append(out.closers, c)
	head, err := headOf(c, c.Size())
	if err != nil {
		fault("the layer could not be read: %v", err)
		return out
	}
	// One digest is enough to know that it is the right layer.
	packed, plain := newHash(l.packed), hash.Hash(nil)
	if packed == nil {
		plain = newHash(l.plain)
	}
	f := sniff(head)
	switch {
	case f >= gzipped:
		var closers []io.Closer
		out.listing, closers = t.listStream(ctx, c, f, b, o, packed, plain)
		out.closers = append(out.closers, closers...)
		out.unpacked = b.limits.TotalSize - b.left.Load()
	case f == plainTar || c.Size() == 0 || isZero(head):
		if packed == nil {
			packed, plain = plain, nil
			l.packed = l.plain
		}
		if packed != nil {
			if err := hashAll(ctx, c, packed); err != nil {
				fault("the layer could not be read to its end: %v", err)
			}
		}
		out.listing = t.list(ctx, c, c.Size())
	default:
		fault("the layer is neither a tar nor a compressed one; encrypted layers cannot be read")
		return out
	}
	switch {
	case len(out.faults) > 0:
	case out.err != nil:
		fault("the layer could not be read to its end: %v", out.err)
	case !matches(packed, l.packed) || !matches(plain, l.plain):
		fault("the layer is not what its digest says: it was changed or damaged")
	}
	return out
}

// isZero reports the end mark that an empty tar consists of.
func isZero(head []byte) bool {
	return !slices.ContainsFunc(head, func(c byte) bool { return c != 0 })
}

func sortedTags(tags []string) []string {
	slices.Sort(tags)
	return slices.Compact(tags)
}
