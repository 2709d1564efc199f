package actions

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kennel-oss/kennel/internal/lockfile"
)

// maxText bounds a file. GitHub itself reads no workflow as large.
const maxText = 1 << 20

// read finds the uses of a workflow or composite action. Most are written
// plainly enough to be scanned line by line; the rest goes to the YAML
// library, some hundred times as slow. A fuzz test holds the two together.
func read(text []byte) ([]use, error) {
	if len(text) > maxText {
		return nil, errors.New("larger than a workflow can be (1 MiB)")
	}
	text = lockfile.TrimBOM(text)
	if found, sure := scan(string(text)); sure {
		return found, nil
	}
	return readYAML(text)
}

// readYAML reads any YAML. Of several documents GitHub reads the first.
func readYAML(text []byte) ([]use, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	w := walk{lines: strings.Split(string(text), "\n")}
	each(doc.Content[0], func(key string, value *yaml.Node) {
		switch key {
		case "jobs":
			each(value, func(_ string, job *yaml.Node) { w.job(job) })
		case "runs":
			each(value, func(key string, value *yaml.Node) {
				if key == "steps" {
					w.steps(value)
				}
			})
		}
	})
	return w.found, nil
}

type walk struct {
	found []use
	lines []string
}

func (w *walk) job(job *yaml.Node) {
	each(job, func(key string, value *yaml.Node) {
		switch key {
		case "uses":
			w.uses(value)
		case "steps":
			w.steps(value)
		}
	})
}

func (w *walk) steps(n *yaml.Node) {
	n = target(n)
	if n.Kind != yaml.SequenceNode {
		return
	}
	for _, step := range n.Content {
		if len(w.found) > maxUses { // aliases multiply
			return
		}
		each(step, func(key string, value *yaml.Node) {
			if key == "uses" {
				w.uses(value)
			}
		})
	}
}

func (w *walk) uses(n *yaml.Node) {
	n = target(n)
	if n.Kind != yaml.ScalarNode || n.Value == "" || n.Tag == "!!null" || len(w.found) > maxUses {
		return
	}
	u := use{what: n.Value, line: n.Line, comment: strings.TrimSpace(strings.TrimPrefix(n.LineComment, "#"))}
	if u.comment == "" && !strings.Contains(u.what, "#") && n.Line > 0 && n.Line <= len(w.lines) {
		// The library gives some comments to the mapping around.
		_, u.comment = cutComment(w.lines[n.Line-1])
	}
	w.found = append(w.found, u)
}

// each calls member for each key of a mapping that is a scalar.
func each(n *yaml.Node, member func(key string, value *yaml.Node)) {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Kind == yaml.ScalarNode {
			member(key.Value, n.Content[i+1])
		}
	}
}

// target follows an alias; an anchor never stands on an alias.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}
