package content

func readM4(source, *facts) {}
