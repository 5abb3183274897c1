// Package queries embeds the rules: one SQL file each.
package queries

import "embed"

// Files holds every rule, in one folder a benchmark.
//
//go:embed nsa/*.sql
var Files embed.FS
