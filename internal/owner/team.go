package owner

import (
	"path"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Notice takes note of the team that an object names, as it is read. It may be
// called from many goroutines.
func (o *Owners) Notice(a posture.Asset, labels, annotations map[string]string) {
	team := strings.TrimSpace(annotations[Key])
	if team == "" && a.Kind == "Namespace" {
		team = strings.TrimSpace(labels[Key])
	}
	if team == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if a.Kind == "Namespace" {
		o.namespaces[a.Name] = team
		return
	}
	o.assets[a] = team
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
		if e.matches(a, namespace) {
			return e.Team
		}
	}
	return ""
}

func (e Entry) matches(a posture.Asset, namespace string) bool {
	for _, part := range [][2]string{{e.Kind, a.Kind}, {e.Namespace, namespace}, {e.Name, a.Name}} {
		if ok, _ := path.Match(part[0], part[1]); part[0] != "" && !ok {
			return false
		}
	}
	return true
}
