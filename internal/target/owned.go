package target

import "github.com/kennel-oss/kennel"

func fold(results []kennel.Extraction) {}
