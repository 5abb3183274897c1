//go:build unix

package node

import (
	"io/fs"
	"syscall"
)

// FileOwner asks the file itself.
func FileOwner(_ string, info fs.FileInfo) (uid, gid int64, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int64(stat.Uid), int64(stat.Gid), true
}
