// Package apk reads the package database of Alpine and of the distributions
// that share its tools: lib/apk/db/installed.
package apk
