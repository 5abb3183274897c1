package manifest

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// lastApplied is where kubectl apply keeps a copy of the whole object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// withhold drops the values of a Secret, which are nobody's business here; the
// names of its keys stay.
func withhold(item tables.Item) {
	s, ok := item.(*corev1.Secret)
	if !ok {
		return
	}
	for k := range s.StringData {
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		s.Data[k] = nil
	}
	for k := range s.Data {
		s.Data[k] = nil
	}
	s.StringData = nil
	delete(s.Annotations, lastApplied)
}
