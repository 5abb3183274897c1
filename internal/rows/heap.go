package rows

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

const (
	// roomyTotal is the memory, all of Go's, up to which a short run leaves garbage
	// where it is: collecting it costs a sixth of the CPU of reading and judging
	// 10,000 pods, and the memory would be taken in the end anyway.
	roomyTotal = 96 << 20
	// roomyLive is what may be live for that: with more, the collector would run
	// all the time.
	roomyLive = 60 << 20
	// manyObjects of one resource make a heap that is better collected sooner:
	// 50,000 pods in every table peak at 300 MB rather than 346, for a few percent of CPU.
	manyObjects = 20_000
	manyPercent = 70
	// lastingPercent is for what runs for months: garbage of its start is not to
	// be what it is remembered by.
	lastingPercent = 40
)

// Lasting tells that the process stays: memory counts for more than CPU. GOGC has
// precedence.
var Lasting = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(lastingPercent)
	}
})

// Roomy tells that the process reads one source, answers, and ends: the heap may
// grow to a fixed size before it is collected. GOGC and GOMEMLIMIT have precedence.
var Roomy = sync.OnceFunc(func() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetMemoryLimit(roomyTotal)
	debug.SetGCPercent(-1)
	afterEachCollection(func() (again bool) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		if live[0].Value.Uint64() < roomyLive {
			return true
		}
		tight()
		return false
	})
})

// tight has the heap collected sooner from now on, unless GOGC says otherwise.
var tight = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(manyPercent)
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(math.MaxInt64)
		}
	}
})

// afterEachCollection calls f after each garbage collection, until it returns
// false.
func afterEachCollection(f func() (again bool)) {
	marker := new(*int) // garbage at once
	runtime.AddCleanup(marker, func(f func() bool) {
		if f() {
			afterEachCollection(f)
		}
	}, f)
}
