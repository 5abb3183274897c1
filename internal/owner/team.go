package owner

import (
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Object is what of an object says whose it is. Pods are the labels and
// annotations of the pods that it makes, where it makes any.
type Object struct {
	posture.Asset
	Said
	Pods Said
}

// Said is what metadata say.
type Said struct{ Labels, Annotations map[string]string }

// Notice takes note of what an object says, as it is read. It may be called
// from many goroutines.
func (o *Owners) Notice(obj Object) {
	team := o.named(obj.Said)
	if team == "" {
		team = o.named(obj.Pods)
	}
	var labels map[string]string
	for key := range o.selecting {
		if value, ok := obj.Labels[key]; ok {
			if labels == nil {
				labels = map[string]string{}
			}
			labels[key] = value
		}
	}
	if team == "" && labels == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if labels != nil {
		o.labels[obj.Asset] = labels
	}
	switch {
	case team == "":
	case obj.Kind == "Namespace":
		o.namespaces[obj.Name] = team
	default:
		o.assets[obj.Asset] = team
	}
}

// named is the team that metadata name: by the first key, as annotation before
// label.
func (o *Owners) named(s Said) string {
	for _, key := range o.keys {
		for _, from := range []map[string]string{s.Annotations, s.Labels} {
			if team := strings.TrimSpace(from[key]); team != "" {
				return team
			}
		}
	}
	return ""
}

// Team is that of an asset: what it says itself, else its namespace, else the
// first entry of the file that matches; empty where nobody owns it. The objects
// have been noticed before.
func (o *Owners) Team(a posture.Asset) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if team := o.assets[a]; team != "" {
		return team
	}
	namespace := a.Namespace
	if a.Kind == "Namespace" {
		namespace = a.Name
	}
	if team := o.namespaces[namespace]; team != "" && namespace != "" {
		return team
	}
	for _, e := range o.entries {
		if e.matches(a, namespace, o.labels[a]) {
			return e.Team
		}
	}
	return ""
}
