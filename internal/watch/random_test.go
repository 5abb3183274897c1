package watch

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Whatever happens to a cluster, what is known of it is what a check finds.
//
//	KSPM_WATCH_CHANGES=20000  more changes than 2,000, or 300 with -race
//	KSPM_WATCH_SEED=7         the changes of a run that failed
func TestRandomChanges(t *testing.T) {
	s := sharedServer(t)
	changes, err := strconv.Atoi(cmp.Or(os.Getenv("KSPM_WATCH_CHANGES"), ordinaryChanges))
	s.must(err)
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("KSPM_WATCH_SEED"), fmt.Sprint(rand.Uint32())), 10, 64)
	s.must(err)
	w := s.watch(quick())
	world := newWorld(s, "rnd-", seed)
	done := 0
	for tried := 0; done < changes; {
		batch := min(changes-done, 40+world.IntN(400))
		for n := 0; n < batch; tried++ {
			if world.change() {
				n++
			}
		}
		done += batch
		if tried > 3*changes+1000 {
			t.Fatalf("the server did %d of %d changes", done, tried)
		}
		w.agrees(fmt.Sprintf("%d changes", done))
	}
	for _, k := range kinds {
		if changes > 1000 && min(world.made[k.plural], world.altered[k.plural], world.removed[k.plural]) == 0 {
			t.Errorf("%s were made %d times, altered %d and removed %d times", k.plural, world.made[k.plural], world.altered[k.plural], world.removed[k.plural])
		}
	}
	stats := w.Stats()
	t.Logf("%d changes seen, %d of no rule's business, %d rules run, %d deltas", stats.Changes, stats.Ignored, stats.InSpaces+stats.InCluster, stats.Deltas)
}
