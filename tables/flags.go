package tables

import (
	"slices"
	"strconv"
	"strings"
)

// componentFlag is a flag of a control plane component as it takes effect.
type componentFlag struct {
	name, value string
	// hidden is set where the value is not in the spec, or looks like a
	// credential.
	hidden      bool
	values      []string
	occurrences int
	at          argWord
}

// repeatable are the flags of kube components that add up when they are given
// more than once: pflag's slices and maps. Of all others, and of etcd's, the
// last one wins. Read off Kubernetes v1.37.
var repeatable = nameSet(`admission-control allow-metric-labels api-audiences authorization-always-allow-paths authorization-mode
	controllers cors-allowed-origins disable-admission-plugins disabled-metrics emulated-version enable-admission-plugins
	etcd-servers etcd-servers-overrides feature-gates ipvs-exclude-cidrs kubelet-preferred-address-types nodeport-addresses
	oidc-required-claim oidc-signing-algs requestheader-allowed-names requestheader-extra-headers-prefix
	requestheader-group-headers requestheader-uid-headers requestheader-username-headers runtime-config
	service-account-issuer service-account-key-file strict-transport-security-directives tls-cipher-suites
	tls-sni-cert-key vmodule watch-cache-sizes`)

// parseFlags reads --f=v, --f v and a bare --f, which is true; one dash does as
// well. Which flags take a value is not known here: the next word is one unless
// it looks like a flag, since no component takes other arguments.
func parseFlags(component string, words []argWord) []componentFlag {
	var flags []componentFlag
	for i := 0; i < len(words); i++ {
		text := words[i].text
		if text == "--" {
			break
		}
		if !looksLikeFlag(text) {
			continue
		}
		at := words[i]
		name, value, ok := strings.Cut(strings.TrimLeft(text, "-"), "=")
		if !ok {
			value = "true"
			if i+1 < len(words) && !looksLikeFlag(words[i+1].text) {
				i++
				value = words[i].text
			}
		}
		// pflag takes --audit_log_path for --audit-log-path.
		flags = addFlag(flags, component, strings.ReplaceAll(name, "_", "-"), value, at)
	}
	return flags
}

// looksLikeFlag tells --f and -v from words such as -1.
func looksLikeFlag(word string) bool {
	if len(word) < 2 || word[0] != '-' {
		return false
	}
	_, err := strconv.ParseFloat(word, 64)
	return err != nil
}

func addFlag(flags []componentFlag, component, name, value string, at argWord) []componentFlag {
	i := slices.IndexFunc(flags, func(f componentFlag) bool { return f.name == name })
	if i < 0 {
		return append(flags, componentFlag{name: name, value: value, values: []string{value}, occurrences: 1, at: at})
	}
	f := &flags[i]
	f.values = append(f.values, value)
	f.occurrences++
	f.at = at
	f.value = value
	if component != "etcd" && repeatable[name] {
		f.value = strings.Join(f.values, ",")
	}
	return flags
}

// addEtcdEnv adds ETCD_CERT_FILE and the like, which count where the command
// line does not have the flag.
func addEtcdEnv(r containerRow, flags []componentFlag) []componentFlag {
	for i, e := range r.c.Env {
		name, ok := strings.CutPrefix(e.Name, "ETCD_")
		if !ok {
			continue
		}
		name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		if slices.ContainsFunc(flags, func(f componentFlag) bool { return f.name == name && f.at.source != "env" }) {
			continue
		}
		at := argWord{e.Name, "env", i, r.rowPath() + ".env[" + strconv.Itoa(i) + "]"}
		value, ok := r.told(&e)
		flags = addFlag(flags, "etcd", name, r.expand(value, r.c.Env[:i]), at)
		flags[len(flags)-1].hidden = e.ValueFrom != nil || !ok
	}
	return flags
}
