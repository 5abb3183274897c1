package node

import (
	"encoding/json"
	"errors"
	"strings"

	"sigs.k8s.io/yaml"
)

// encryption is what is said of an EncryptionConfiguration: which resources
// are encrypted by what. Keys have no field here, and so cannot be told.
type encryption struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Resources  []struct {
		Resources []string   `json:"resources"`
		Providers []provider `json:"providers"`
	} `json:"resources"`
}

type provider struct {
	AESCBC    *keys     `json:"aescbc,omitempty"`
	AESGCM    *keys     `json:"aesgcm,omitempty"`
	Secretbox *keys     `json:"secretbox,omitempty"`
	KMS       *kms      `json:"kms,omitempty"`
	Identity  *struct{} `json:"identity,omitempty"`
}

type keys struct {
	Keys []struct {
		Name string `json:"name"`
	} `json:"keys"`
}

type kms struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Name       string `json:"name,omitempty"`
}

func encryptionContent(text []byte) (string, error) {
	var e encryption
	if err := yaml.Unmarshal(text, &e); err != nil || e.Kind != "EncryptionConfiguration" {
		return "", errors.New("no EncryptionConfiguration")
	}
	out, err := json.Marshal(e)
	return string(out), err
}

// policyContent is an audit policy as JSON, which SQL can look into.
func policyContent(text []byte) (string, error) {
	var p struct {
		Kind string `json:"kind"`
	}
	if err := yaml.Unmarshal(text, &p); err != nil || p.Kind != "Policy" {
		return "", errors.New("no audit Policy")
	}
	out, err := yaml.YAMLToJSON(text)
	return string(out), err
}

// merge puts a drop-in over a configuration, as the kubelet does: maps by key,
// anything else whole.
func merge(base, over map[string]any) {
	for k, v := range over {
		below, ok := base[k].(map[string]any)
		above, too := v.(map[string]any)
		if ok && too {
			merge(below, above)
			continue
		}
		base[k] = v
	}
}

// hasKey tells whether a PEM file holds a private key.
func hasKey(text []byte) bool { return strings.Contains(string(text), "PRIVATE KEY-----") }
