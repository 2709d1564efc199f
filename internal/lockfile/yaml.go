package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"go.yaml.in/yaml/v3"
)

// Node is one key of a YAML mapping with its value, or one item of a sequence
// (whose Key is ""). Scalars keep the text they were written with; that of a
// block scalar, which holds prose, is left out.
type Node struct {
	Key, Value  string
	Line        int
	first, last *Node
	next        *Node
}

// Each goes through what n holds, in the file's order.
func (n *Node) Each() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if n == nil {
			return
		}
		for k := n.first; k != nil; k = k.next {
			if !yield(k) {
				return
			}
		}
	}
}

// Get returns what key holds, or nil. Of keys given twice the last one counts.
// It may be called on nil.
func (n *Node) Get(key string) *Node {
	var found *Node
	for k := range n.Each() {
		if k.Key == key {
			found = k
		}
	}
	return found
}

// Text returns the scalar that key holds, or "".
func (n *Node) Text(key string) string {
	if k := n.Get(key); k != nil {
		return k.Value
	}
	return ""
}

// Empty reports whether n holds nothing but perhaps a scalar.
func (n *Node) Empty() bool { return n == nil || n.first == nil }

func (n *Node) add(kid *Node) {
	if n.first == nil {
		n.first = kid
	} else {
		n.last.next = kid
	}
	n.last = kid
}

// ParseYAML reads the documents of a lock file. What package managers write is
// a small part of YAML, which is read line by line; whatever does not fit it
// goes to the library, which takes some fifteen times as long. A fuzz test holds
// both to each other.
func ParseYAML(text []byte) ([]*Node, error) {
	text = TrimBOM(text)
	if docs, ok := fastYAML(string(text)); ok {
		return docs, nil
	}
	docs, err := slowYAML(text)
	return docs, Explain(err, text)
}

// documentsMax bounds the documents of one file; pnpm writes one or two.
const documentsMax = 100

// slowMax bounds what is given to the library, in bytes: it takes thirty times
// as much memory.
const slowMax = 8 << 20

func slowYAML(text []byte) ([]*Node, error) {
	if len(text) > slowMax {
		return nil, fmt.Errorf("it is not written as package managers do, and with more than %d MiB too large to be read otherwise", slowMax>>20)
	}
	var docs []*Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for len(docs) < documentsMax {
		var y yaml.Node
		err := dec.Decode(&y)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, err
		}
		doc := &Node{}
		for _, content := range y.Content {
			if err := doc.fill(content); err != nil {
				return nil, err
			}
		}
		docs = append(docs, doc)
	}
	return nil, errors.New("too many YAML documents")
}

var errAlias = errors.New("a YAML alias, which no package manager writes")

// fill copies y's value into n. The library bounds the depth (10,000).
func (n *Node) fill(y *yaml.Node) error {
	switch y.Kind {
	case yaml.AliasNode:
		return errAlias
	case yaml.ScalarNode:
		if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
			n.Value = y.Value
		}
	case yaml.SequenceNode:
		for _, item := range y.Content {
			kid := &Node{Line: item.Line}
			n.add(kid)
			if err := kid.fill(item); err != nil {
				return err
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := y.Content[i]
			if key.Kind != yaml.ScalarNode {
				return errors.New("a YAML key that is no scalar")
			}
			kid := &Node{Key: key.Value, Line: key.Line}
			n.add(kid)
			if err := kid.fill(y.Content[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}
