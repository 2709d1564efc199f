package java

import "github.com/kennel-oss/kennel"

func readPOM(f kennel.File) (kennel.Extraction, error) {
	return kennel.Extraction{}, nil
}
