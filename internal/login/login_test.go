package login

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// What would let strangers look, or tokens be read on the way, is refused.
func TestCheck(t *testing.T) {
	oidc := "--auth=oidc --oidc-issuer=https://id.example.com --oidc-client-id=kspm "
	for _, tt := range []struct{ flags, listen, external, problem string }{
		{"", "127.0.0.1:8080", "", ""},
		{"", "localhost:8080", "", ""},
		{"", "[::1]:0", "", ""},
		{"", "", "", ""},
		{"", ":8080", "", "--auth kubernetes"},
		{"", "0.0.0.0:8080", "", "--auth kubernetes"},
		{"", "kspm.example.com:8080", "", "--auth kubernetes"},
		{"--tls-cert=a --tls-key=b", ":8443", "", "--auth kubernetes"},
		{"--insecure-http", ":8080", "", "--auth kubernetes"},
		{"--auth=kubernetes", "127.0.0.1:8080", "", ""},
		{"--auth=kubernetes", ":8080", "", "--tls-cert"},
		{"--auth=kubernetes --insecure-http", ":8080", "", ""},
		{"--auth=kubernetes --tls-cert=a --tls-key=b", ":8443", "", ""},
		{"--auth=kubernetes --tls-cert=a", ":8443", "", "go together"},
		{"--auth=kubernetes --oidc-issuer=https://id.example.com", "", "", "--auth is kubernetes"},
		{"--auth=kubernetes --trusted-proxies=10.0.0.0/8,fd00::1", "", "", ""},
		{"--auth=kubernetes --trusted-proxies=proxy", "", "", "--trusted-proxies"},
		{"--auth=basic", "", "", `"basic"`},
		{"", "8080", "", "ADDRESS:PORT"},
		{oidc + "--oidc-groups=security", "", "https://kspm.example.com", ""},
		{oidc + "--oidc-rbac", "", "https://kspm.example.com", ""},
		{oidc + "--oidc-groups=security", "", "", "--external-url"},
		{oidc, "", "https://kspm.example.com", "--oidc-groups or --oidc-rbac"},
		{oidc + "--oidc-rbac --oidc-prefix=", "", "https://kspm.example.com", "--oidc-prefix"},
		{"--auth=oidc --oidc-issuer=http://id.example.com --oidc-client-id=kspm", "", "", "https://HOST"},
		{"--auth=oidc --oidc-issuer=https://id.example.com", "", "", "--oidc-client-id"},
	} {
		var o Options
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		o.BindFlags(f)
		if err := f.Parse(strings.Fields(tt.flags)); err != nil {
			t.Fatal(err)
		}
		err := o.Check(tt.listen, tt.external)
		switch {
		case tt.problem == "" && err != nil:
			t.Errorf("%s at %q: %v", tt.flags, tt.listen, err)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s at %q: %v, want one line about %s", tt.flags, tt.listen, err, tt.problem)
		}
	}
}
