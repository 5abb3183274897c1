//go:build hollow

// Command hollow-node is kubemark's hollow kubelet, a real kubelet on a fake container runtime, made
// to answer as a node's does: over TLS, to those whom the API server lets, and with its configuration
// at /configz. It listens on loopback alone.
//
// The build tag keeps the kubelet's packages out of this module's own build and lint; package cluster
// embeds this file and builds it when a cluster is asked for hollow nodes.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/configz"
	remote "k8s.io/cri-client/pkg"
	fakeremote "k8s.io/cri-client/pkg/fake"
	"k8s.io/klog/v2"
	kubeletv1beta1 "k8s.io/kubelet/config/v1beta1"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubemark"
	"sigs.k8s.io/yaml"
)

var (
	name       = flag.String("name", "", "name of the node")
	port       = flag.Int("port", 0, "port of the kubelet API on 127.0.0.1")
	kubeconfig = flag.String("kubeconfig", "", "kubeconfig of system:node:NAME")
	clientCA   = flag.String("client-ca", "", "authority of clients' certificates")
	certFile   = flag.String("cert", "", "serving certificate")
	keyFile    = flag.String("key", "", "its key")
	config     = flag.String("config", "", "KubeletConfiguration, of which /configz tells")
	program    = flag.String("run", "", "program that stands for every container's image")
	rootDir    = flag.String("root", "", "folder that stands for the host's root")
)

func main() {
	klog.InitFlags(nil)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "hollow-node:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	clients, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := clientset.NewForConfig(clients)
	if err != nil {
		return err
	}
	flags, served := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubeletOptions{
		NodeName: *name, KubeletPort: *port, MaxPods: 110,
		RegisterWithTaints: []v1.Taint{{Key: "kspm.io/hollow", Effect: v1.TaintEffectNoSchedule}},
	})
	defer os.RemoveAll(flags.RootDirectory)
	// Whoever runs the cluster has given the node its address.
	flags.CloudProvider = "external"
	served.Address = "127.0.0.1"
	served.TLSCertFile, served.TLSPrivateKeyFile = *certFile, *keyFile
	served.Authentication = kubeletconfig.KubeletAuthentication{
		X509:    kubeletconfig.KubeletX509Authentication{ClientCAFile: *clientCA},
		Webhook: kubeletconfig.KubeletWebhookAuthentication{Enabled: true, CacheTTL: metav1.Duration{Duration: time.Minute}},
	}
	served.Authorization = kubeletconfig.KubeletAuthorization{
		Mode: kubeletconfig.KubeletAuthorizationModeWebhook,
		Webhook: kubeletconfig.KubeletWebhookAuthorization{
			CacheAuthorizedTTL: metav1.Duration{Duration: time.Second}, CacheUnauthorizedTTL: metav1.Duration{Duration: time.Second},
		},
	}
	if err := tell(served); err != nil {
		return err
	}
	runtime := fakeremote.NewFakeRemoteRuntime()
	endpoint, err := fakeremote.GenerateEndpoint()
	if err != nil {
		return err
	}
	if err := runtime.Start(endpoint); err != nil {
		return err
	}
	defer runtime.Stop()
	containers, err := remote.NewRemoteRuntimeServiceBuilder().WithEndpoint(endpoint).WithConnectionTimeout(15 * time.Second).Build(ctx)
	if err != nil {
		return err
	}
	started := newPrograms(containers, *program, *rootDir)
	defer started.stopAll()
	hollow := kubemark.NewHollowKubelet(flags, served, client, client, &cadvisortest.Fake{NodeName: *name},
		runtime.ImageService, started, cm.NewStubContainerManager())
	if hollow.KubeletDeps.TLSOptions, err = kubeletapp.InitializeTLS(ctx, flags, served); err != nil {
		return err
	}
	auth, runAuth, err := kubeletapp.BuildAuth(hollowName(), client, *served)
	if err != nil {
		return err
	}
	hollow.KubeletDeps.Auth = auth
	runAuth(ctx.Done())
	server := &options.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *served}
	if err := kubeletapp.RunKubelet(ctx, server, hollow.KubeletDeps); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// tell puts at /configz what this kubelet does, and over it what the file says. What the file says
// is told, not done: a node that is to look wrong is not to be one that lets everybody in.
func tell(served *kubeletconfig.KubeletConfiguration) error {
	scheme, _, err := kubeletscheme.NewSchemeAndCodecs()
	if err != nil {
		return err
	}
	told := &kubeletv1beta1.KubeletConfiguration{}
	if err := scheme.Convert(served, told, nil); err != nil {
		return err
	}
	told.SetGroupVersionKind(kubeletv1beta1.SchemeGroupVersion.WithKind("KubeletConfiguration"))
	if *config != "" {
		text, err := os.ReadFile(filepath.Clean(*config))
		if err != nil {
			return err
		}
		if text, err = yaml.YAMLToJSONStrict(text); err != nil {
			return err
		}
		if err := json.Unmarshal(text, told); err != nil {
			return err
		}
	}
	z, err := configz.New("kubeletconfig")
	if err != nil {
		return err
	}
	return z.Set(told)
}
