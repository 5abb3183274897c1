// Package manifest reads Kubernetes objects from files, folders and standard
// input, and remembers where in which file each of them begins.
//
// Everything is read once, in Open: the text is split into documents, a
// document becomes JSON, the JSON a typed object. What is kept of an object is
// its protobuf encoding, a tenth of its size in memory, out of which Each makes
// the object again. Like an API server, the package is case-sensitive about
// field names, and like one it forgets what protobuf cannot say: an empty list
// is an absent list.
//
// A document that cannot be read does not stop the others. It is in Problems,
// with its line in the file.
package manifest
