package content

// chain is what data or control connects: secrets that are sent, what is
// fetched and then run.
type chain struct {
	rule  string
	file  string
	reach reach
	sites []sight
}

// join makes the chains of a release.
func (a *account) join() []chain { return nil }
