// Package queries embeds the rules: one SQL file each.
package queries

import "embed"

// Files holds every rule, in one folder a benchmark, which benchmark.yaml
// describes.
//
//go:embed */*.sql */benchmark.yaml
var Files embed.FS
