package ecosystem

import "strings"

// debianCodename is the release of a Debian code name, "" for what has none.
func debianCodename(name string) string {
	switch name, _, _ = strings.Cut(name, "/"); name { // "trixie/sid"
	case "lenny":
		return "5"
	case "squeeze":
		return "6"
	case "wheezy":
		return "7"
	case "jessie":
		return "8"
	case "stretch":
		return "9"
	case "buster":
		return "10"
	case "bullseye":
		return "11"
	case "bookworm":
		return "12"
	case "trixie":
		return "13"
	case "forky":
		return "14"
	case "duke":
		return "15"
	}
	return ""
}

// ubuntuCodename is the release of an Ubuntu code name, "" for an unknown one.
func ubuntuCodename(name string) string {
	switch name {
	case "trusty":
		return "14.04"
	case "xenial":
		return "16.04"
	case "bionic":
		return "18.04"
	case "focal":
		return "20.04"
	case "groovy":
		return "20.10"
	case "hirsute":
		return "21.04"
	case "impish":
		return "21.10"
	case "jammy":
		return "22.04"
	case "kinetic":
		return "22.10"
	case "lunar":
		return "23.04"
	case "mantic":
		return "23.10"
	case "noble":
		return "24.04"
	case "oracular":
		return "24.10"
	case "plucky":
		return "25.04"
	case "questing":
		return "25.10"
	case "resolute":
		return "26.04"
	}
	return ""
}
