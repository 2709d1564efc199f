package content

// readShell also reads single commands, such as npm's hooks: it refers to the
// files that they start ("node a.js", "sh b.sh", "./c").
func readShell(source, *facts) {}

func resolveShell(*release, string, reference) []string { return nil }
