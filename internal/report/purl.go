package report

import kennel "github.com/kennel-oss/kennel"

// purlOf stands in until internal/ecosystem has its projection.
func purlOf(c kennel.Component) string {
	s := "pkg:" + string(c.Ecosystem) + "/" + c.Name
	if c.Version != "" {
		s += "@" + c.Version
	}
	return s
}
