package content

// binaryKind tells what a file is by how it begins (up to 4096 bytes): "ELF
// executable", "Windows executable", "archive", …; "" for what is no binary
// that can be run, or hold what can.
func binaryKind(name string, head []byte) string { return "" }
