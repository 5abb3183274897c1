// Package tables declares every SQL table as data: its name, what a row is,
// its columns, and how rows come from an API object. From one declaration come
// the SQLite virtual table, the osquery plugin, the reference page, the RBAC a
// rule needs, and the test of its examples.
//
// The package knows the API types and nothing else: no client, no SQLite.
package tables
