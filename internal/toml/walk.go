package toml

// Walk reads the whole text as a stream of paths, the same whichever of TOML's
// spellings its writer chose: a [header], a dotted key or an inline table.
//
// It calls open where a table begins, with element set when that is one more
// element of an array of tables, and leaf at each other value, for which the
// rules of [Reader.Document] hold; elements of a plain array are leaves at the
// array's path. A path is valid until the callback returns.
func (r *Reader) Walk(open func(path []string, element bool) error, leaf func(path []string) error) error {
	w := walk{r: r, open: open, leaf: leaf}
	header := 0
	return r.Document(func(path []string, array bool) error {
		w.path = append(w.path[:0], path...)
		header = len(path)
		return open(w.path, array)
	}, func(key []string) error {
		w.path = append(w.path[:header], key...)
		return w.value(false)
	})
}

type walk struct {
	r    *Reader
	path []string
	open func([]string, bool) error
	leaf func([]string) error
}

func (w *walk) value(element bool) error {
	switch w.r.Kind() {
	case '[':
		return w.r.Array(func(int) error { return w.value(true) })
	case '{':
		if err := w.open(w.path, element); err != nil {
			return err
		}
		above := len(w.path)
		return w.r.Table(func(key []string) error {
			w.path = append(w.path[:above], key...)
			err := w.value(false)
			w.path = w.path[:above]
			return err
		})
	}
	return w.leaf(w.path)
}
