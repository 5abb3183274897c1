package serve

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/watch"
)

// Watched is a cluster that is watched at present.
type Watched struct {
	UID, Name string
	Cluster   *kube.Cluster
	Watcher   *watch.Watcher
	// Source is the cluster as it is kept in memory, and what is not kept by way
	// of its API.
	Source assess.Source
}

// Live are the clusters that are watched at present.
type Live struct {
	mu    sync.Mutex
	byUID map[string]*Watched
}

// Add takes in a cluster. Two names of one cluster are an error: they would
// overwrite each other's findings.
func (l *Live) Add(w *Watched) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if there := l.byUID[w.UID]; there != nil {
		return fmt.Errorf("%s is the same cluster as %s, which is watched already", w.Name, there.Name)
	}
	if l.byUID == nil {
		l.byUID = map[string]*Watched{}
	}
	l.byUID[w.UID] = w
	return nil
}

// Remove lets go of a cluster.
func (l *Live) Remove(w *Watched) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byUID[w.UID] == w {
		delete(l.byUID, w.UID)
	}
}

// All are those there are, by name.
func (l *Live) All() []*Watched {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*Watched
	for _, w := range l.byUID {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b *Watched) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID)) })
	return all
}
