package tables

import (
	"strings"
	"testing"
)

// Made here, so that no scanner of secrets takes this file for a leak.
var sample = struct{ aws, github, slack, google, jwt, pem, url string }{
	aws:    "AKIA" + "IOSFODNN7EXAMPLE",
	github: "ghp_" + strings.Repeat("a1B2", 9),
	slack:  "xoxb-" + "123456789012-abcdefABCDEF",
	google: "AIza" + strings.Repeat("x", 35),
	jwt:    "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
	pem:    "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA " + "PRIVATE KEY-----",
	url:    "postgres://app:" + "hunter2@db.shop:5432/orders",
}

func TestCredentialIn(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		// The word is in the name.
		{"DB_PASSWORD", "hunter2", "password"},
		{"DBPASSWORD", "hunter2", "password"},
		{"mysqlRootPassword", "hunter2", "password"},
		{"PGPASSWD", "hunter2", "password"},
		{"db_pwd", "hunter2", "password"},
		{"SSH_PASSPHRASE", "correct horse", "password"},
		{"ADMIN_PASSWORD", "12345678", "password"},
		{"ADMIN_PASSWORD", "password", "password"},
		{"CLIENT_SECRET", "s3cr3t-value", "secret"},
		{"SECRET_KEY", "s3cr3t-value", "secret"},
		{"AUTH_TOKEN", "abcdef0123", "token"},
		{"authtoken", "abcdef0123", "token"},
		{"API_KEY", "abcdef0123", "api key"},
		{"APIKey", "abcdef0123", "api key"},
		{"stripeApiKeys", "abcdef0123", "api key"},
		{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG", "access key"},
		{"PRIVATE_KEY", "abcdef0123", "private key"},
		{"GIT_CREDENTIALS", "abcdef0123", "credential"},
		{"JWT", "abcdef0123", "jwt"},
		{"AUTH_BEARER", "abcdef0123", "bearer"},
		{"SERVICE_ACCOUNT_TOKEN", "abcdef0123", "token"},
		// The form of the value says it, whatever the name.
		{"X", sample.aws, "AWS access key id"},
		{"X", "key=" + strings.Replace(sample.aws, "AKIA", "ASIA", 1) + ";", "AWS access key id"},
		{"X", sample.github, "GitHub token"},
		{"X", "github_pat_" + strings.Repeat("A", 30), "GitHub token"},
		{"X", sample.slack, "Slack token"},
		{"WEBHOOK", "https://hooks.slack.com/services/T000/B000/" + "XXXX", "Slack token"},
		{"X", sample.google, "Google key"},
		{"X", "Bearer " + sample.jwt, "JSON Web Token"},
		{"tls.key", sample.pem, "PEM private key"},
		{"DATABASE_URL", sample.url, "password in a URL"},
		{"DATABASE_URL", "amqp://:" + "hunter2@mq", "password in a URL"},
		{"CONNECTION", "Server=db;User Id=sa;Password=" + "hunter2;", "password in a connection string"},
		{"PASSWORD_FILE", sample.pem, "PEM private key"},
		// References, nothings, and what is about a credential.
		{"DB_PASSWORD", "", ""},
		{"DB_PASSWORD", " ", ""},
		{"DB_PASSWORD", "$(DB_PASSWORD_FROM_SECRET)", ""},
		{"DB_PASSWORD", "${DB_PASSWORD}", ""},
		{"DB_PASSWORD", "$DB_PASSWORD", ""},
		{"DB_PASSWORD", "{{ .Values.password }}", ""},
		{"DB_PASSWORD", "<password>", ""},
		{"DB_PASSWORD", "vault:secret/data/db#password", ""},
		{"DB_PASSWORD", "********", ""},
		{"DB_PASSWORD", "true", ""},
		{"ALLOW_EMPTY_PASSWORD", "yes", ""},
		{"DB_PASSWORD", "/run/secrets/db", ""},
		{"AUTH_TOKEN", "./token.txt", ""},
		{"AUTH_TOKEN", "file:///var/run/token", ""},
		{"AUTH_TOKEN", "token.json", ""},
		{"PWD", "/app", ""},
		{"TOKEN_URL", "https://login.example.com/token", ""},
		{"AUTH_TOKEN", "https://login.example.com/token", ""},
		{"SECRET_NAME", "db-credentials", ""},
		{"secretRef", "db-credentials", ""},
		{"PASSWORD_FILE", "db-password", ""},
		{"PASSWORD_MIN_LENGTH", "12", ""},
		{"TOKEN_EXPIRY", "1h30m", ""},
		{"JWT_ALGORITHM", "HS256", ""},
		{"SECRET_PATHS", "db,mail", ""},
		{"MAX_TOKENS", "4096", ""},
		{"CACHE_TOKENS", "30m", ""},
		{"TOKENIZER", "sentencepiece", ""},
		{"AUTH_TYPE", "token", ""},
		{"secretKey", "password", ""},
		{"DATABASE_URL", "postgres://app@db.shop:5432/orders", ""},
		{"DATABASE_URL", "postgres://app:$(DB_PASSWORD)@db.shop/orders", ""},
		{"ENDPOINT", "https://db.shop:8080/user@example.com", ""},
		{"IMAGE", "registry.example.com/team/app:1.2@sha256:0123456789abcdef", ""},
		{"GREETING", "hello", ""},
		{"", "", ""},
	} {
		if got := credentialIn(test.name, test.value); got != test.want {
			t.Errorf("%s=%s: %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

func TestCredentialInFile(t *testing.T) {
	for _, test := range []struct {
		name, key, text string
		want            string
		line            int
	}{
		{"a single value", "password", "hunter2", "password", 1},
		{"a single value and a newline", "password.txt", "hunter2\n", "password", 1},
		{"after empty lines", "password", "\n\nhunter2\n", "password", 3},
		{"properties", "app.properties", "db.url=jdbc:h2:mem\n  db.password = hunter2\n", "password", 2},
		{"YAML", "config.yaml", "database:\n  user: app\n  password: hunter2 # change\n", "password", 3},
		{"YAML in quotes", "config.yaml", "a: b\npassword: \"two words\"\n", "password", 2},
		{"a list of YAML", "config.yaml", "users:\n- password: hunter2\n", "password", 2},
		{"a shell script", "run.sh", "#!/bin/sh\nexport API_TOKEN='abcdef'\n", "token", 2},
		{"JSON", "config.json", "{\n  \"user\": \"app\",\n  \"password\": \"hunter2\"\n}\n", "password", 3},
		{"JSON in one line", "config.json", `{"user":"app","apiKey":"abcdef0123"}`, "api key", 1},
		{"Windows line ends", "app.ini", "[db]\r\npassword=hunter2\r\n", "password", 2},
		{"a PEM key", "key.pem", "# the key\n" + sample.pem, "PEM private key", 2},
		{"an AWS profile", "credentials", "[default]\naws_access_key_id = " + sample.aws + "\n", "AWS access key id", 2},
		{"a known form in a comment", "app.yaml", "a: b\n# " + sample.slack + "\n", "Slack token", 2},
		{"a comment", "app.properties", "# password=hunter2\na=b\n", "", 0},
		{"prose", "README", "Password: the password of the database\nsecret = see the wiki\n", "", 0},
		{"code", "app.py", "password = os.environ['DB_PASSWORD']\ntoken = get_token(user)\nsecret == other\n", "", 0},
		{"code in Go", "app.go", "password := other\n", "", 0},
		{"references", "app.yaml", "password: ${DB_PASSWORD}\ntoken: {{ .Token }}\nsecretName: db\npasswordFile: /run/db\n", "", 0},
		{"nested keys", "app.yaml", "secret:\n  name: db\ntoken:\n", "", 0},
		{"a certificate", "ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "", 0},
		{"a manifest", "pod.yaml", "kind: Secret\nautomountServiceAccountToken: false\nimagePullSecrets: []\n", "", 0},
		{"empty", "password", "", "", 0},
	} {
		pattern, line := credentialInFile(test.key, test.text)
		if pattern != test.want || line != test.line {
			t.Errorf("%s: %q in line %d, want %q in line %d", test.name, pattern, line, test.want, test.line)
		}
	}
}

// Whatever is in a ConfigMap, the search ends, and points into the text.
func FuzzCredentialInFile(f *testing.F) {
	for _, s := range []string{"hunter2", "password=hunter2\n", "\"a\": \"b\"", sample.pem, sample.jwt, sample.url, "a: 'b", "\xff\xfe=\xff", "#", "p:\t", "=", "token: \"", "\r\n\r\n"} {
		f.Add("password", s)
		f.Add("config.yaml", "x\n"+s)
	}
	f.Fuzz(func(t *testing.T, key, text string) {
		pattern, line := credentialInFile(key, text)
		if (pattern == "") != (line == 0) || line < 0 || line > strings.Count(text, "\n")+1 {
			t.Fatalf("%q in line %d of %d", pattern, line, strings.Count(text, "\n")+1)
		}
		if strings.TrimSpace(text) == "" && pattern != "" {
			t.Fatalf("%q in nothing", pattern)
		}
		if again, _ := credentialInFile(key, text); again != pattern {
			t.Fatal("two answers to one question")
		}
		for _, w := range nameWords(key) {
			if w == "" || !strings.Contains(strings.ToLower(key), w) {
				t.Fatalf("word %q of %q", w, key)
			}
		}
	})
}

func BenchmarkCredentialInFile(b *testing.B) {
	var config strings.Builder
	for config.Len() < 1<<20 {
		config.WriteString("  server.something.timeout: 30s # a comment at the end of a line\n  url: http://service.namespace.svc:8080/path\n")
	}
	text := config.String()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		credentialInFile("config.yaml", text)
	}
}
