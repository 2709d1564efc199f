package content

func readPython(source, *facts) {}

func resolvePython(*release, string, reference) []string { return nil }

// pythonEntries says what installing and importing a Python package start.
func pythonEntries(*release) []entry { return nil }
