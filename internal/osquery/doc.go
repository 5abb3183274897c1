// Package osquery serves the tables to osqueryd, as an extension that speaks
// osquery's Thrift protocol over its socket. It knows tables and sources of
// objects, and nothing of SQL: osquery has the engine.
package osquery
