package rows

import (
	"os"
	"runtime/debug"
	"sync"
)

const (
	// manyObjects of one resource make a heap that is better collected sooner:
	// 50,000 pods in every table peak at 300 MB rather than 346, for a few percent of CPU.
	manyObjects = 20_000
	manyPercent = 70
)

// tight has the heap collected sooner from now on, unless GOGC says otherwise.
var tight = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(manyPercent)
	}
})
