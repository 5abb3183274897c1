package posture

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Identify gives a finding and each of its rows an identity that outlives a
// moved line, a restarted pod and a rolled ReplicaSet: the rule, the asset, and
// for a row the place in the object. Cluster, file and time have no part in it,
// so that a manifest's finding is the cluster's.
func (f *Finding) Identify(rule string) {
	f.Fingerprint = Fingerprint(rule, f.Asset)
	seen := map[string]int{}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		key := e.place()
		seen[key]++
		if n := seen[key]; n > 1 {
			key += "\x00" + strconv.Itoa(n) // alike in all that lasts: told apart by their number
		}
		e.Fingerprint = hash(rule, f.Kind, f.Namespace, f.Name, key)
	}
}

// Fingerprint is the identity of an asset's finding of a rule.
func Fingerprint(rule string, a Asset) string { return hash(rule, a.Kind, a.Namespace, a.Name) }

// hash is 128 bits of SHA-256, as hexadecimal.
func hash(parts ...string) string {
	data := make([]byte, 0, 256)
	for _, p := range parts {
		data = append(append(strconv.AppendInt(data, int64(len(p)), 10), ':'), p...)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}

// templates are what leads from objects to pod specs.
var templates = []string{"spec.jobTemplate.spec.template.", "spec.template.", "template.", ""}

var (
	containers = regexp.MustCompile(`(?i)^(init|ephemeral)?containers\[\d+\]`)
	indexes    = regexp.MustCompile(`\[\d+\]`)
)

// place is what lasts of a row: its path without what differs between a
// template and its pods, a container by its name rather than its number, and
// an entry of any other list by what is in it.
func (e Evidence) place() string {
	path := e.Path
	for _, prefix := range templates {
		if rest, ok := strings.CutPrefix(path, prefix); ok && strings.HasPrefix(rest, "spec.") {
			path = rest[len("spec."):]
			break
		}
	}
	container := ""
	if name, ok := e.Detail("container").(string); ok {
		container = name
		path = containers.ReplaceAllString(path, "containers")
	}
	path = strings.TrimPrefix(path, "spec.")
	if !strings.Contains(path, "[") {
		return container + "\x00" + path
	}
	if bare := indexes.ReplaceAllString(path, "[]"); bare != path {
		return container + "\x00" + bare + "\x00" + fmt.Sprint(e.Actual)
	}
	return container + "\x00" + path
}
