package tables

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubejson "sigs.k8s.io/json"
)

// KubeletConfig is how a kubelet is configured, or why that is not known.
type KubeletConfig struct {
	// Status is ok, forbidden, unreachable or not served.
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Config is the KubeletConfiguration, kubelet.config.k8s.io/v1beta1: what
	// is in effect on a node, what is written in a manifest.
	Config json.RawMessage `json:"config,omitempty"`
	// Written is set for manifests, which leave much to the kubelet's defaults.
	Written bool `json:"written,omitempty"`
}

// The values of KubeletConfig.Status.
const (
	KubeletOK          = "ok"
	KubeletForbidden   = "forbidden"
	KubeletUnreachable = "unreachable"
	KubeletNotServed   = "not served"
)

// NodeKubelet makes a record of a node's reply to /configz.
func NodeKubelet(node *metav1.ObjectMeta, configz []byte) *Record[KubeletConfig] {
	var reply struct {
		Config json.RawMessage `json:"kubeletconfig"`
	}
	err := json.Unmarshal(configz, &reply)
	var config json.RawMessage
	if err == nil {
		config, err = withholdKubelet(reply.Config)
	}
	if err != nil {
		return NodeWithoutKubelet(node, KubeletNotServed, "the reply to /configz is no KubeletConfiguration")
	}
	return &Record[KubeletConfig]{*node, KubeletConfig{Status: KubeletOK, Config: config}}
}

// NodeWithoutKubelet makes a record of a node that did not tell.
func NodeWithoutKubelet(node *metav1.ObjectMeta, status, reason string) *Record[KubeletConfig] {
	return &Record[KubeletConfig]{*node, KubeletConfig{Status: status, Reason: reason}}
}

// WrittenKubelet makes a record of a KubeletConfiguration document. It has no
// name of its own. An error means that the kubelet would refuse it.
func WrittenKubelet(name string, document []byte) (*Record[KubeletConfig], error) {
	config, err := withholdKubelet(document)
	if err != nil {
		return nil, err
	}
	return &Record[KubeletConfig]{metav1.ObjectMeta{Name: name}, KubeletConfig{Status: KubeletOK, Config: config, Written: true}}, nil
}

// withholdKubelet drops what may hold credentials: where static pods come from.
func withholdKubelet(config json.RawMessage) (json.RawMessage, error) {
	if _, err := parseKubelet(config); err != nil {
		return nil, err
	}
	var content map[string]json.RawMessage
	if err := json.Unmarshal(config, &content); err != nil {
		return nil, err
	}
	if content == nil {
		return nil, errors.New("no KubeletConfiguration")
	}
	delete(content, "staticPodURL")
	delete(content, "staticPodURLHeader")
	return json.Marshal(content)
}

// kubeletFields are the fields that columns need. Pointers tell unset apart.
type kubeletFields struct {
	Authentication struct {
		Anonymous struct {
			Enabled *bool `json:"enabled"`
		} `json:"anonymous"`
		Webhook struct {
			Enabled *bool `json:"enabled"`
		} `json:"webhook"`
		X509 struct {
			ClientCAFile string `json:"clientCAFile"`
		} `json:"x509"`
	} `json:"authentication"`
	Authorization struct {
		Mode string `json:"mode"`
	} `json:"authorization"`
	ReadOnlyPort                   *int64            `json:"readOnlyPort"`
	StreamingConnectionIdleTimeout *metav1.Duration  `json:"streamingConnectionIdleTimeout"`
	MakeIPTablesUtilChains         *bool             `json:"makeIPTablesUtilChains"`
	EventRecordQPS                 *int64            `json:"eventRecordQPS"`
	TLSCertFile                    string            `json:"tlsCertFile"`
	TLSPrivateKeyFile              string            `json:"tlsPrivateKeyFile"`
	ServerTLSBootstrap             *bool             `json:"serverTLSBootstrap"`
	RotateCertificates             *bool             `json:"rotateCertificates"`
	TLSMinVersion                  string            `json:"tlsMinVersion"`
	TLSCipherSuites                []string          `json:"tlsCipherSuites"`
	PodPidsLimit                   *int64            `json:"podPidsLimit"`
	SeccompDefault                 *bool             `json:"seccompDefault"`
	ProtectKernelDefaults          *bool             `json:"protectKernelDefaults"`
	AllowedUnsafeSysctls           []string          `json:"allowedUnsafeSysctls"`
	SystemReserved                 map[string]string `json:"systemReserved"`
	KubeReserved                   map[string]string `json:"kubeReserved"`
	EvictionHard                   map[string]string `json:"evictionHard"`
	EvictionSoft                   map[string]string `json:"evictionSoft"`
	FeatureGates                   map[string]bool   `json:"featureGates"`
	StaticPodPath                  string            `json:"staticPodPath"`
	ContainerLogMaxSize            string            `json:"containerLogMaxSize"`
	FailSwapOn                     *bool             `json:"failSwapOn"`
	EnableDebuggingHandlers        *bool             `json:"enableDebuggingHandlers"`

	// defaulted are the JSON paths that were left to the kubelet.
	defaulted []string
}

func parseKubelet(config []byte) (*kubeletFields, error) {
	var k kubeletFields
	err := kubejson.UnmarshalCaseSensitivePreserveInts(config, &k)
	if err == nil {
		return &k, nil
	}
	var misfit *json.UnmarshalTypeError // which kubejson does not show
	if errors.As(json.Unmarshal(config, &k), &misfit) {
		return nil, fmt.Errorf("%s cannot be a %s", strings.TrimPrefix(misfit.Field, "."), misfit.Value)
	}
	return nil, err
}

// setDefaults fills in what the kubelet fills in: SetDefaults_KubeletConfiguration
// in pkg/kubelet/apis/config/v1beta1/defaults.go of Kubernetes v1.37, and in
// cmd/kubelet/app/server.go the thresholds of eviction on Linux. They are those
// of a configuration file; bare flags of a kubelet without one have other,
// weaker defaults. In /configz only zeros are left out, which are defaults too.
func (k *kubeletFields) setDefaults(written bool) {
	orDefault(k, "authentication.anonymous.enabled", &k.Authentication.Anonymous.Enabled, false)
	orDefault(k, "authentication.webhook.enabled", &k.Authentication.Webhook.Enabled, true)
	orDefault(k, "readOnlyPort", &k.ReadOnlyPort, 0)
	orDefault(k, "makeIPTablesUtilChains", &k.MakeIPTablesUtilChains, true)
	orDefault(k, "eventRecordQPS", &k.EventRecordQPS, 50)
	orDefault(k, "serverTLSBootstrap", &k.ServerTLSBootstrap, false)
	orDefault(k, "rotateCertificates", &k.RotateCertificates, false)
	orDefault(k, "podPidsLimit", &k.PodPidsLimit, -1)
	orDefault(k, "seccompDefault", &k.SeccompDefault, false)
	orDefault(k, "protectKernelDefaults", &k.ProtectKernelDefaults, false)
	orDefault(k, "failSwapOn", &k.FailSwapOn, true)
	orDefault(k, "enableDebuggingHandlers", &k.EnableDebuggingHandlers, true)
	if k.Authorization.Mode == "" {
		k.Authorization.Mode = "Webhook"
		k.defaulted = append(k.defaulted, "authorization.mode")
	}
	if k.ContainerLogMaxSize == "" {
		k.ContainerLogMaxSize = "10Mi"
		k.defaulted = append(k.defaulted, "containerLogMaxSize")
	}
	if d := k.StreamingConnectionIdleTimeout; d == nil || d.Duration == 0 && written {
		// A zero that is written is an unset one to the kubelet; only its flag
		// can set 0.
		k.StreamingConnectionIdleTimeout = &metav1.Duration{Duration: 4 * time.Hour}
		k.defaulted = append(k.defaulted, "streamingConnectionIdleTimeout")
	}
	if k.EvictionHard == nil && written {
		k.EvictionHard = map[string]string{
			"memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%",
			"imagefs.available": "15%", "imagefs.inodesFree": "5%",
		}
		k.defaulted = append(k.defaulted, "evictionHard")
	}
	slices.Sort(k.defaulted)
}

func orDefault[T any](k *kubeletFields, path string, p **T, value T) {
	if *p == nil {
		*p = &value
		k.defaulted = append(k.defaulted, path)
	}
}
