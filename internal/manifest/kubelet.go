package manifest

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// kubelet keeps a KubeletConfiguration, the one document without a name that
// is an object all the same: it is called by its file.
func (r *reader) kubelet(o *object, p part, file string) (*metav1.ObjectMeta, error) {
	record, err := tables.WrittenKubelet(file, p.json)
	if err != nil {
		return nil, err
	}
	return &record.ObjectMeta, r.record(o, record)
}

// nodeFacts keeps what the collector said of a node.
func (r *reader) nodeFacts(o *object, p part) (*metav1.ObjectMeta, error) {
	record, err := tables.ParseNodeFacts(p.json)
	if err != nil {
		return nil, err
	}
	return &record.ObjectMeta, r.record(o, record)
}

func (r *reader) record(o *object, record interface{ Marshal() ([]byte, error) }) error {
	data, err := record.Marshal()
	if err != nil {
		return err
	}
	o.data = r.arena.alloc(len(data))
	copy(o.data, data)
	return nil
}
