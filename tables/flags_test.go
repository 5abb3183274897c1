package tables

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func systemPod(c corev1.Container, change ...func(*corev1.Pod)) *Object {
	if c.Name == "" {
		c.Name = "main"
	}
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "p"}, Spec: corev1.PodSpec{Containers: []corev1.Container{c}}}
	for _, f := range change {
		f(p)
	}
	return object(Pods, p)
}

func labelledAs(kv ...string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Labels = map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			p.Labels[kv[i]] = kv[i+1]
		}
	}
}

// The command lines that components are started with, as they are found in
// the wild.
func TestControlPlaneFlags(t *testing.T) {
	env := []corev1.EnvVar{{Name: "HOST_IP", ValueFrom: &corev1.EnvVarSource{}}, {Name: "LEVEL", Value: "4"}}
	for name, test := range map[string]struct {
		container corev1.Container
		change    func(*corev1.Pod)
		component string
		flags     []string // flag=value source/position
	}{
		"kubeadm": {
			container: corev1.Container{Command: []string{"kube-apiserver", "--a=1", "--b", "2", "--c", "--d=x=y", "--e="}}, component: "kube-apiserver",
			flags: []string{"a=1 command/1", "b=2 command/2", "c=true command/4", "d=x=y command/5", "e= command/6"},
		},
		"RKE2, Talos: flags in args": {
			container: corev1.Container{Command: []string{"/usr/local/bin/kube-scheduler"}, Args: []string{"--bind-address=0.0.0.0", "-v=2", "-v", "3"}},
			component: "kube-scheduler", flags: []string{"bind-address=0.0.0.0 args/0", "v=3 args/2"},
		},
		"the program is the first of args": {
			container: corev1.Container{Args: []string{"kube-controller-manager", "--profiling=false"}},
			component: "kube-controller-manager", flags: []string{"profiling=false args/1"},
		},
		"GCE: a wrapper with flags of its own": {
			container: corev1.Container{Command: []string{"/go-runner", "--log-file=/var/log/kube-apiserver.log", "/usr/local/bin/kube-apiserver", "--profiling=false"}},
			component: "kube-apiserver", flags: []string{"profiling=false command/3"},
		},
		"a shell": {
			container: corev1.Container{Command: []string{"/bin/sh", "-ec", "mkdir -p /x; FOO=1 exec kube-proxy --master=https://1.2.3.4 \\\n  --feature-gates='A=true, B=false' --x=\"q\\\"r\" 1>>/var/log/kube-proxy.log 2>&1 # --no"}},
			component: "kube-proxy", flags: []string{"master=https://1.2.3.4 shell/3", "feature-gates=A=true, B=false shell/4", `x=q"r shell/5`},
		},
		"lists add up, whatever comes last": {
			container: corev1.Container{Command: []string{"kube-apiserver", "--authorization-mode=AlwaysAllow", "--authorization-mode", "Node,RBAC", "--profiling=true", "--profiling=false"}},
			component: "kube-apiserver", flags: []string{"authorization-mode=AlwaysAllow,Node,RBAC command/2", "profiling=false command/5"},
		},
		"underscores are dashes": {
			container: corev1.Container{Command: []string{"kube-apiserver", "--audit_log_path=-"}}, component: "kube-apiserver",
			flags: []string{"audit-log-path=- command/1"},
		},
		"negative numbers are values": {
			container: corev1.Container{Command: []string{"kube-proxy", "--oom-score-adj", "-998", "--x"}}, component: "kube-proxy",
			flags: []string{"oom-score-adj=-998 command/1", "x=true command/3"},
		},
		"variables": {
			container: corev1.Container{Env: env, Command: []string{"kube-apiserver", "--v=$(LEVEL)", "--advertise-address=$(HOST_IP)", "--y=$$(LEVEL)", "--z=$(GONE)"}},
			component: "kube-apiserver", flags: []string{"v=4 command/1", "advertise-address=$(HOST_IP) command/2", "y=$(LEVEL) command/3", "z=$(GONE) command/4"},
		},
		"etcd by environment": {
			container: corev1.Container{Command: []string{"etcd", "--cert-file=a", "-client-cert-auth"}, Env: []corev1.EnvVar{
				{Name: "ETCD_CERT_FILE", Value: "b"}, {Name: "ETCD_KEY_FILE", Value: "c"}, {Name: "ETCD_NAME", ValueFrom: &corev1.EnvVarSource{}}, {Name: "OTHER", Value: "x"},
			}},
			component: "etcd", flags: []string{"cert-file=a command/1", "client-cert-auth=true command/2", "key-file=c env/1", "name=<nil> env/2"},
		},
		"of etcd's flags the last one wins": {
			container: corev1.Container{Command: []string{"etcd", "--cipher-suites=A", "--cipher-suites=B"}},
			component: "etcd", flags: []string{"cipher-suites=B command/2"},
		},
		"a provider's cloud controller manager": {
			container: corev1.Container{Args: []string{"/bin/aws-cloud-controller-manager", "--v=2"}}, component: "cloud-controller-manager",
			flags: []string{"v=2 args/1"},
		},
		"a label, where the image has an entry point": {
			container: corev1.Container{Args: []string{"--profiling=false"}}, change: labelledAs("component", "kube-scheduler"),
			component: "kube-scheduler", flags: []string{"profiling=false args/0"},
		},
		"a label, and a command nobody knows": {container: corev1.Container{Command: []string{"/opt/run-apiserver", "--x=1"}}, change: labelledAs("component", "kube-apiserver"), component: "kube-apiserver"},
		"something else":                      {container: corev1.Container{Command: []string{"/prober", "kube-apiserver", "--x=1"}}},
		"a shell and no match":                {container: corev1.Container{Command: []string{"sh", "-c", "echo kube-apiserver --x=1"}}},
		"after --":                            {container: corev1.Container{Command: []string{"etcd", "--a=1", "--", "--b=2"}}, component: "etcd", flags: []string{"a=1 command/1"}},
		"finished":                            {container: corev1.Container{Command: []string{"etcd"}}, change: func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }},
		"another namespace":                   {container: corev1.Container{Command: []string{"etcd"}}, change: func(p *corev1.Pod) { p.Namespace = "shop" }},
		"of a DaemonSet": {container: corev1.Container{Command: []string{"kube-proxy"}}, change: func(p *corev1.Pod) {
			yes := true
			p.OwnerReferences = []metav1.OwnerReference{{Kind: "DaemonSet", Name: "kube-proxy", Controller: &yes}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			change := test.change
			if change == nil {
				change = func(*corev1.Pod) {}
			}
			o := systemPod(test.container, change)
			component := ""
			for _, row := range pick(rowsOf(t, K8sControlPlaneComponents, o), "component", "flags_known") {
				component = row[0].(string)
				if known := row[1] == int64(1); known != (test.flags != nil) {
					t.Errorf("flags known: %v", known)
				}
			}
			if component != test.component {
				t.Errorf("component %q, want %q", component, test.component)
			}
			var flags []string
			for _, row := range rowsOf(t, K8sControlPlaneFlags, o) {
				flags = append(flags, fmt.Sprintf("%v=%v %v/%v", row["flag"], row["value"], row["source"], row["position"]))
			}
			if diff := gocmp.Diff(test.flags, flags); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFlagRows(t *testing.T) {
	o := systemPod(corev1.Container{Command: []string{"kube-apiserver", "--x=1", "--x=2"}, Image: "registry.k8s.io/kube-apiserver:v1.37.2"}, func(p *corev1.Pod) {
		p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
		p.Spec.NodeName = "cp-1"
	})
	want := []any{"Pod", "p", "cp-1", int64(1), "x", "2", int64(2), `["1","2"]`, "spec.containers[0].command[2]"}
	if diff := gocmp.Diff(want, one(t, rowsOf(t, K8sControlPlaneFlags, o), "kind", "pod", "node", "mirror", "flag", "value", "occurrences", "given", "path")); diff != "" {
		t.Error(diff)
	}
	want = []any{"kube-apiserver", "v1.37.2", "command", `["kube-apiserver","--x=1","--x=2"]`, "spec.containers[0]"}
	if diff := gocmp.Diff(want, one(t, rowsOf(t, K8sControlPlaneComponents, o), "component", "version", "found_by", "argv", "path")); diff != "" {
		t.Error(diff)
	}
	ds := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Namespace: "kube-system", Name: "kube-proxy"}}
	ds.Spec.Template.Spec.Containers = []corev1.Container{{Name: "kube-proxy", Command: []string{"/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf"}}}
	want = []any{"DaemonSet", nil, nil, "kube-proxy", "config", "spec.template.spec.containers[0].command[1]"}
	if diff := gocmp.Diff(want, one(t, rowsOf(t, K8sControlPlaneFlags, object(DaemonSets, ds)), "kind", "pod", "node", "component", "flag", "path")); diff != "" {
		t.Error(diff)
	}
}

// Whatever a script holds: no panic, and no word that is not in it.
func FuzzShellCommands(f *testing.F) {
	for _, s := range []string{`exec kube-apiserver --a="b c" 2>&1`, `a 'b`, `"\`, `a\`, "#x\na", `>`, `1>`, `a;b|c&&d(e)`, "é 'ü'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) { // no string of the API
			return
		}
		commands := shellCommands(argWord{text: s, path: "p"})
		total := 0
		for _, command := range commands {
			if len(command) == 0 {
				t.Errorf("an empty command in %q", s)
			}
			for i, w := range command {
				total += len([]rune(w.text))
				if w.index != i || w.source != "shell" || w.path != "p" {
					t.Errorf("word %+v of %q", w, s)
				}
			}
		}
		if total > len([]rune(s)) {
			t.Errorf("more in the words %v than in %q", commands, s)
		}
		if !strings.ContainsAny(s, "\\'\"#<>;|&()\n\t\r\v\f\u0085\u00a0") && len(commands) == 1 {
			var words []string
			for _, w := range commands[0] {
				words = append(words, w.text)
			}
			if !slices.Equal(words, strings.Fields(s)) {
				t.Errorf("%q: %q", s, words)
			}
		}
	})
}
