// Package content is the layer that asks what a release can do, where install
// and import reach it, and above all what it can do that the release before it
// could not.
//
// The flow:
//
//  1. [release] lists the files, as what installs it lays them out (layout.go);
//  2. a language (languages.go) reads each file into facts: what it can do
//     (sights), what flows into what (flows), what it refers to, and what hides
//     its text (marks). Nothing is executed;
//  3. entries (entry.go) say what install and import start, and following the
//     references ranks every file: run at install, at import, or only shipped.
//     What runs a file says in which language it is read then, whatever the file
//     is called (follow.go);
//  4. chains (chain.go) join sights and flows: a single call is no cue, reading
//     a key and sending it is;
//  5. the same is done with the previous release, and what appeared is told
//     (difference.go);
//  6. cues (cue.go) groups at most a dozen findings, and title.go words them.
//
// What was not looked at is an error beside the findings (unread.go): what is
// beyond bounds or unreadable (work.go bounds the steps that reading takes),
// what install starts and cannot be read, code of a language that no reader
// knows, and a release before this one that could not be had.
//
// What it cannot see: what code does that is fetched at run time, data flowing
// between packages, and a harmful change that uses only what the package
// ordinarily does. Between files data is not followed: of what install runs it
// is told that one file reads keys and another uses the network; of what import
// runs it is not. Names of files that are computed are not followed. Minified
// and bundled code is normal and no cue.
package content
