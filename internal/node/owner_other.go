//go:build !unix

package node

import "io/fs"

// FileOwner has no answer: files are not owned by numbers here.
func FileOwner(string, fs.FileInfo) (uid, gid int64, ok bool) { return 0, 0, false }
