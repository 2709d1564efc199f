package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kennel-oss/kennel/internal/config"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/policy"
)

// ConfigFile is the name of a project's configuration.
const ConfigFile = "kennel.yaml"

// trusted is the configuration that counts for a run, and what did not.
type trusted struct {
	config.Config
	path   string // "" when there is none
	notice string // why a configuration that is there was not applied

	// beside reads a file that the configuration names, from where it came
	// itself: what a trusted revision says is not read from the working tree.
	beside func(name string) (data []byte, where string, err error)
}

// projectConfig finds the configuration for a target by the rules of trust:
// one that was named always counts; one from a trusted git reference counts;
// the target's own counts for a person at a terminal and not in CI, where the
// change under review could have written it.
func (a *app) projectConfig(ctx context.Context, target, named, ref string) (trusted, error) {
	if named != "" && ref != "" {
		return trusted{}, usage("--config and --trust-config-from cannot be used together: choose one")
	}
	if named != "" {
		data, err := readFlagFile("--config", named)
		if err != nil {
			return trusted{}, err
		}
		return parseConfig(named, data, besideFile(named))
	}
	info, err := os.Stat(target)
	isFolder := err == nil && info.IsDir()
	if ref != "" {
		folder := target
		if target == "-" {
			folder = "."
		} else if !isFolder {
			folder = filepath.Dir(target)
		}
		beside := func(name string) ([]byte, string, error) {
			data, err := history.File(ctx, folder, ref, name)
			return data, name + " at " + ref, err
		}
		data, where, err := beside(ConfigFile)
		if errors.Is(err, fs.ErrNotExist) {
			return trusted{}, nil
		}
		if err != nil {
			return trusted{}, &exit{exitFailed, fmt.Errorf("--trust-config-from %s: %w", ref, err)}
		}
		return parseConfig(where, data, beside)
	}
	if !isFolder {
		return trusted{}, nil // a file, an archive or standard input brings no configuration
	}
	path := filepath.Join(target, ConfigFile)
	if ci := a.getenv("CI"); ci != "" && ci != "false" && ci != "0" {
		if _, err := os.Lstat(path); err != nil {
			return trusted{}, nil
		}
		return trusted{notice: path + " was not applied: in CI the examined project does not configure its own examination; name it with --config, or take the base branch's with --trust-config-from REF"}, nil
	}
	data, err := readInside(target, ConfigFile)
	if errors.Is(err, fs.ErrNotExist) {
		return trusted{}, nil
	}
	if err != nil {
		return trusted{}, &exit{exitUsage, err}
	}
	return parseConfig(path, data, func(name string) ([]byte, string, error) {
		data, err := readInside(target, name)
		return data, filepath.Join(target, name), err
	})
}

// insideMax bounds a file that the examined project brings as configuration,
// in bytes.
const insideMax = 64 << 20

// readInside reads a regular file of a folder that may be hostile: no link
// leads out of it, and no pipe or device is opened.
func readInside(folder, name string) ([]byte, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > insideMax {
		return nil, fmt.Errorf("%s is not a regular file of at most %d MiB", filepath.Join(folder, name), insideMax>>20)
	}
	return root.ReadFile(name)
}

// besideFile reads what a configuration at path names: relative to its folder.
func besideFile(path string) func(string) ([]byte, string, error) {
	return func(name string) ([]byte, string, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		data, err := readNamed(name)
		return data, name, err
	}
}

func parseConfig(path string, data []byte, beside func(string) ([]byte, string, error)) (trusted, error) {
	c, err := config.Parse(path, data)
	if err != nil {
		return trusted{}, &exit{exitUsage, err}
	}
	return trusted{Config: c, path: path, beside: beside}, nil
}

// userConfig reads the user's own configuration, which may let Kennel update
// its database unasked and say where it lies.
func (a *app) userConfig() (config.Config, error) {
	folder := a.getenv("KENNEL_CONFIG_DIR")
	if folder == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return config.Config{}, nil // no home: nothing is configured
		}
		folder = filepath.Join(base, "kennel")
	}
	path := filepath.Join(folder, "config.yaml")
	data, err := readNamed(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return config.Config{}, nil
		}
		return config.Config{}, &exit{exitUsage, err}
	}
	t, err := parseConfig(path, data, nil)
	return t.Config, err
}

// organisation reads an organisation's policy file, which may hold waivers
// and VEX of its own.
func organisation(path string) (trusted, error) {
	if path == "" {
		return trusted{}, nil
	}
	data, err := readFlagFile("--policy", path)
	if err != nil {
		return trusted{}, err
	}
	return parseConfig(path, data, besideFile(path))
}

// compilePolicy joins the rules that count: an organisation's, which bind,
// then the project's, then the built-in ones where nobody replaced them.
func compilePolicy(org, project trusted) (*policy.Policy, error) {
	var lists []policy.List
	if org.path != "" {
		list := rules(org)
		list.Binding = true
		lists = append(lists, list)
	}
	switch {
	case len(project.Policy.Rules) > 0:
		lists = append(lists, rules(project))
	case org.path == "" && project.path != "" && !project.Policy.Extends:
		lists = append(lists, rules(project)) // no rules at all, and told so
	case org.path == "":
		lists = append(lists, policy.Default())
	}
	p, err := policy.Compile(lists...)
	if err != nil {
		return nil, &exit{exitUsage, err}
	}
	return p, nil
}

// rules are a file's own, then the built-in ones unless it says extends: none.
func rules(t trusted) policy.List {
	list := policy.List{Source: t.path}
	for _, r := range t.Policy.Rules {
		list.Rules = append(list.Rules, policy.Rule{Name: r.Name, Verdict: r.Verdict, When: r.When, Why: r.Why})
	}
	if t.Policy.Extends {
		if len(list.Rules) == 0 {
			return policy.Default()
		}
		list.Source += " + built-in"
		list.Rules = append(list.Rules, policy.Default().Rules...)
	}
	return list
}
