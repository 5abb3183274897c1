package load

import (
	"fmt"
	"time"
)

// plan is everything to be created, decided before the first request.
type plan struct {
	dice
	now       time.Time
	pods      int // made so far
	podsIn    map[string]int
	target    int
	nodes     []*node
	addresses int // service addresses given out
	nodePorts int

	base      []*item // what has no namespace, and the namespaces
	supports  []*item // what pods refer to
	workloads []*item
	late      []*item // what describes pods, or would have refused some of them
}

func newPlan(o Options, now time.Time) *plan {
	p := &plan{dice: newDice(o.Seed), now: now.UTC().Truncate(time.Second), target: o.Pods, podsIn: map[string]int{}}
	p.addNodes(max(3, o.Pods/50))
	p.addClusterRoles()
	p.addStorageClasses()
	p.addKubeSystem()
	spaces := p.addNamespaces(max(4, o.Pods/50))
	p.addMonitoring(spaces[0])
	for i := 0; p.pods < p.target; i++ {
		p.addWorkload(spaces[i%len(spaces)], p.target-p.pods)
	}
	for i := 2; i < len(spaces); i += 3 {
		p.addQuota(spaces[i])
	}
	return p
}

func (p *plan) stages() [][]*item {
	return [][]*item{p.base, p.supports, p.workloads, p.late}
}

// addWorkload adds one workload of at most room pods.
func (p *plan) addWorkload(ns *namespace, room int) {
	switch p.weighted(62, 14, 6, 10, 8) {
	case 0:
		p.addDeployment(ns, min(room, []int{1, 2, 2, 3, 3, 4, 6, 10}[p.IntN(8)]))
	case 1:
		p.addStatefulSet(ns, min(room, p.between(1, 5)))
	case 2:
		p.addJob(ns)
	case 3:
		p.addCronJob(ns, min(room, p.between(1, 3)))
	case 4:
		p.addBarePod(ns)
	}
}

// ago is a time that the cluster's history could hold.
func (p *plan) ago(d time.Duration) time.Time { return p.now.Add(-d) }

// clusterIP gives Services their address: the server's own allocation is serialised and slow.
// 10.96.0.0/16 is left to the server.
func (p *plan) clusterIP() string {
	p.addresses++
	return fmt.Sprintf("10.%d.%d.%d", 97+p.addresses>>16, p.addresses>>8&255, p.addresses&255)
}
