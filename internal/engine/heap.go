package engine

import (
	"sync"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// heapLimit bounds the memory of all of the process's SQLite connections
// together, in bytes. Rows are not in it: they are not SQLite's. What counts
// is sorting, grouping, materialised subqueries, strings.
const heapLimit = 256 << 20

// SQLite counts its memory, without which it has no limit, only when told so
// before the process opens its first connection, whoever opens it.
func init() {
	tls := libc.NewTLS()
	defer tls.Close()
	const vaSlot = 8
	va := libc.Xmalloc(tls, vaSlot)
	if va == 0 {
		return
	}
	defer libc.Xfree(tls, va)
	lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_MEMSTATUS, libc.VaList(va, int32(1)))
}

var limitHeap = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	lib.Xsqlite3_hard_heap_limit64(tls, heapLimit)
})
