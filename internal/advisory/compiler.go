package advisory

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	kennel "github.com/kennel-oss/kennel"
)

// compiler is one run of [Compile].
type compiler struct {
	store    *store
	src      Sources
	opts     Options
	stats    *Stats
	manifest *manifest
	zip      *zstd.Encoder
	writers  map[kennel.Ecosystem]*ecosystemWriter
	files    map[kennel.Ecosystem]*os.File
	done     int64
}

// parsed is a record after the work that can be done on all cores.
type parsed struct {
	item     item
	err      error
	raw      []byte
	advisory kennel.Advisory
	head     []byte
	entries  []located
	touches  []kennel.Ecosystem // ecosystems that it names, withdrawn or not
}

func parse(it item) parsed {
	p := parsed{item: it}
	raw, err := it.read(nil)
	if err != nil {
		p.err = err
		return p
	}
	p.decode(raw)
	return p
}

func (p *parsed) decode(raw []byte) {
	p.raw = raw
	r, err := decodeOSV(raw)
	if err != nil {
		p.err = err
		return
	}
	p.take(r)
}

func (p *parsed) take(r *osvRecord) {
	p.advisory = r.advisory()
	p.head = encodeHead(&p.advisory, r.Withdrawn != "")
	p.entries = r.entries(p.advisory.Kind)
	p.touches = r.ecosystems()
}

// batchSize is how many records go to a core at once.
const batchSize = 64

func (c *compiler) advisories(ctx context.Context) error {
	units, err := findUnits(c.src.OSV)
	if err != nil {
		return err
	}
	var total int64
	for _, u := range units {
		total += u.size
	}
	// What may concern any ecosystem comes first, then ecosystem by ecosystem,
	// each finished before the next begins.
	slices.SortStableFunc(units, func(a, b unit) int {
		return cmp.Or(cmp.Compare(a.only, b.only), cmp.Compare(a.label, b.label))
	})
	c.zip, err = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return err
	}
	defer c.zip.Close()
	for i, u := range units {
		if err := c.unit(ctx, &u, total); err != nil {
			return err
		}
		if u.only != "" && (i+1 == len(units) || units[i+1].only != u.only) {
			if err := c.finish(ctx, u.only); err != nil {
				return err
			}
		}
	}
	rest := make([]kennel.Ecosystem, 0, len(c.writers))
	for e := range c.writers {
		rest = append(rest, e)
	}
	slices.Sort(rest)
	for _, e := range rest {
		if err := c.finish(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// unit reads all records of a unit.
func (c *compiler) unit(ctx context.Context, u *unit, total int64) error {
	var source io.Closer
	type bad struct {
		name string
		err  error
	}
	var bads []bad // found by the producer, added when it is done
	err := ordered(ctx, func(yield func([]item) bool) error {
		batch := make([]item, 0, batchSize)
		var err error
		source, err = u.items(func(name string, err error) { bads = append(bads, bad{name, err}) }, func(it item) bool {
			if batch = append(batch, it); len(batch) < batchSize {
				return true
			}
			full := batch
			batch = make([]item, 0, batchSize)
			return yield(full)
		})
		if err == nil && len(batch) > 0 {
			yield(batch)
		}
		return err
	}, func(batch []item) []parsed {
		out := make([]parsed, len(batch))
		for i, it := range batch {
			out[i] = parse(it)
		}
		return out
	}, func(batch []parsed) error {
		for i := range batch {
			if err := c.add(&batch[i], u.only); err != nil {
				return err
			}
			c.done += batch[i].item.raw
		}
		if c.opts.Progress != nil {
			c.opts.Progress(c.done, total, u.label)
		}
		return nil
	})
	if source != nil {
		source.Close()
	}
	for _, b := range bads {
		c.stats.bad(b.name, b.err)
	}
	return err
}

// add gives a record to the writers of its ecosystems.
func (c *compiler) add(p *parsed, only kennel.Ecosystem) error {
	if p.err != nil {
		c.stats.bad(p.item.name, p.err)
		return nil
	}
	taken := false
	for _, e := range p.touches {
		if only != "" && e != only {
			continue
		}
		taken = true
		w, err := c.writer(e)
		if err != nil {
			return err
		}
		var entries []*affected
		for _, l := range p.entries {
			if l.ecosystem == e {
				entries = append(entries, l.affected)
			}
		}
		added, err := w.add(p, entries)
		if err != nil {
			return fmt.Errorf("advisory database: %w", err)
		}
		if added {
			c.stats.Records++
		} else {
			c.stats.Duplicates++
		}
	}
	if !taken {
		c.stats.Elsewhere++
	}
	return nil
}

func (c *compiler) writer(e kennel.Ecosystem) (*ecosystemWriter, error) {
	if w, ok := c.writers[e]; ok {
		return w, nil
	}
	if len(c.writers) >= maxEcosystems {
		return nil, fmt.Errorf("advisory database: more than %d ecosystems at once", maxEcosystems)
	}
	f, err := c.store.create(string(e))
	if err != nil {
		return nil, err
	}
	w := newEcosystemWriter(e, f, c.zip)
	c.writers[e], c.files[e] = w, f
	return w, nil
}

// maxEcosystems bounds the files that are open at once. OSV defines some 50.
const maxEcosystems = 200

// finish writes the file of an ecosystem.
func (c *compiler) finish(ctx context.Context, e kennel.Ecosystem) error {
	w, ok := c.writers[e]
	if !ok {
		return nil
	}
	if err := c.store.step("write " + string(e)); err != nil {
		return err
	}
	if err := w.finish(ctx); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	f, err := c.store.keep(c.files[e], string(e))
	if err != nil {
		return err
	}
	f.Kind, f.Ecosystem, f.Records, f.Packages, f.Newest = kindAdvisories, e, w.Records, w.Packages, w.Newest
	f.Fetched = c.src.Fetched[e].UTC().Truncate(time.Second)
	c.manifest.Files = append(c.manifest.Files, f)
	delete(c.writers, e)
	delete(c.files, e)
	return nil
}

// signals writes the file of KEV and EPSS.
func (c *compiler) signals() error {
	if c.src.KEV == "" && c.src.EPSS == "" {
		return nil
	}
	var kev, epss []tableRow
	var err error
	if c.src.KEV != "" {
		if kev, c.manifest.KEV, err = readKEV(c.src.KEV); err != nil {
			return err
		}
	}
	if c.src.EPSS != "" {
		if epss, c.manifest.EPSS, err = readEPSS(c.src.EPSS); err != nil {
			return err
		}
	}
	f, err := c.store.create("signals")
	if err != nil {
		return err
	}
	if err := writeSignals(f, kev, epss); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	entry, err := c.store.keep(f, "signals")
	if err != nil {
		return err
	}
	entry.Kind = kindSignals
	c.manifest.Files = append(c.manifest.Files, entry)
	return nil
}
