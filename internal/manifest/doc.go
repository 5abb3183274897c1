// Package manifest reads Kubernetes objects from files, folders and standard
// input, and remembers where in which file each of them begins.
//
// Everything is read once, in Open: the text is split into documents, a
// document becomes JSON, the JSON a typed object. What is kept of an object is
// its protobuf encoding, a tenth of its size in memory, out of which Each makes
// the object again, for about a tenth of what reading it took. Like an API
// server, the package is case-sensitive about field names, and like one it
// forgets what protobuf cannot say: an empty list is an absent list.
//
// A document that cannot be read does not stop the others. It is in Problems,
// with its line in the file. What is too large, too deep or expands to too much
// is refused before anything is built of it; the limits are in limits.go.
//
// Most documents never meet a YAML library: package yamljson turns them into
// JSON, and gives up on anchors, tags and everything that looks wrong. These go
// to sigs.k8s.io/yaml, which is what kubectl uses and what says what is wrong.
package manifest
