package tables

import (
	"regexp"
	"strings"
)

// How credentials are recognised where they do not belong. The words are those
// of rule NSA-49; the forms of values are the issuers' own:
//
//	RFC 7468 section 10 and 11                      PEM private key
//	docs.aws.amazon.com/IAM, "unique identifiers"   AKIA and ASIA keys
//	github.blog/2021-04-05, token formats           ghp_, gho_, ghu_, ghs_, ghr_, github_pat_
//	cloud.google.com/docs/authentication/api-keys   AIza; GOCSPX- and ya29. of its OAuth
//	api.slack.com/authentication/token-types        xoxb-, xoxp-, xapp- …, hooks.slack.com
//	RFC 7519 and 7515 (compact form)                JSON Web Token
//	RFC 3986 section 3.2.1                          password in a URL's userinfo
var credentialValues = []struct {
	pattern string
	// part is in every value that form matches.
	part []string
	form *regexp.Regexp
}{
	{"PEM private key", []string{"PRIVATE KEY"}, regexp.MustCompile(`-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----`)},
	{"AWS access key id", []string{"AKIA", "ASIA"}, regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)},
	{"GitHub token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, regexp.MustCompile(`\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})`)},
	{"Google key", []string{"AIza", "GOCSPX-", "ya29."}, regexp.MustCompile(`\b(AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,})`)},
	{"Slack token", []string{"xox", "xapp-", "hooks.slack.com"}, regexp.MustCompile(`\b(xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]+)`)},
	{"JSON Web Token", []string{"eyJ"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`)},
	{"password in a connection string", []string{"assword=", "ASSWORD=", "assword =", "wd=", "WD="}, regexp.MustCompile(`(?i)[;?&](password|passwd|pwd)\s*=\s*[^\s;&"'<>{}()$*]{3,}`)},
}

// credentialWords are the words of a name, and what they are reported as. A
// word may be the end of a longer one: DBPASSWORD, authtoken.
var credentialWords = []struct{ word, pattern string }{
	{"password", "password"},
	{"passwd", "password"},
	{"passphrase", "password"},
	{"pwd", "password"},
	{"apikey", "api key"},
	{"accesskey", "access key"},
	{"privatekey", "private key"},
	{"secretkey", "secret"},
	{"secret", "secret"},
	{"token", "token"},
	{"credential", "credential"},
	{"jwt", "jwt"},
	{"bearer", "bearer"},
}

// aboutIt are words that, after one of credentialWords, make a name speak of
// something about the credential: SECRET_NAME, tokenURL, PASSWORD_MIN_LENGTH.
var aboutIt = nameSet(`name names file files filename path paths dir directory folder mount location url uri urls
	endpoint endpoints host hosts hostname port address server namespace ref refs reference type kind class
	format encoding encryption algorithm alg method mode policy rule rules rotation version ttl expiry expires
	expiration expire exp lifetime lifespan duration timeout interval period age length len size min max count
	limit limits quota rate cost budget header headers field fields claim claims param parameter parameters
	prefix suffix pattern regex issuer iss audience aud scope realm source provider store backend engine manager
	service account enabled enable disabled disable required require allowed allow optional exists rounds
	iterations strength review reviews request requests response selector label annotation template schema
	controller operator driver plugin cache env var variable placeholder hint help prompt example description title`)

// credentialIn returns the pattern of a credential that a named literal
// matches, or "".
func credentialIn(name, value string) string {
	value = strings.TrimSpace(value)
	if pattern := credentialValue(value); pattern != "" {
		return pattern
	}
	pattern := credentialWord(name)
	if pattern == "" || trivial(value, pattern) {
		return ""
	}
	return pattern
}

// credentialValue goes by the form of a value alone.
func credentialValue(value string) string {
	for _, c := range credentialValues {
		for _, part := range c.part {
			if strings.Contains(value, part) {
				if c.form.MatchString(value) {
					return c.pattern
				}
				break
			}
		}
	}
	if passwordInURL(value) {
		return "password in a URL"
	}
	return ""
}

// passwordInURL looks for SCHEME://USER:PASSWORD@ where the password is not a
// reference itself.
func passwordInURL(s string) bool {
	for {
		var ok bool
		if _, s, ok = strings.Cut(s, "://"); !ok {
			return false
		}
		authority := s
		if end := strings.IndexAny(s, "/?# \t\r\n\"'<>"); end >= 0 {
			authority = s[:end]
		}
		if at := strings.LastIndexByte(authority, '@'); at > 0 {
			_, password, _ := strings.Cut(authority[:at], ":")
			if len(password) > 1 && !strings.ContainsAny(password, "${}") && strings.Trim(password, "*xX.") != "" {
				return true
			}
		}
	}
}

// credentialWord goes by the name alone.
func credentialWord(name string) string {
	words := nameWords(name)
	pattern := ""
	for i, w := range words {
		found := ""
		for _, c := range credentialWords {
			two := ""
			if i > 0 {
				two = words[i-1] + w
			}
			if strings.HasSuffix(strings.TrimSuffix(w, "s"), c.word) || two == c.word || two == c.word+"s" {
				found = c.pattern
				break
			}
		}
		switch {
		case found != "":
			pattern = found
		case aboutIt[w] || aboutIt[strings.TrimSuffix(w, "s")]:
			pattern = ""
		}
	}
	return pattern
}

// nameWords splits a name at what is no letter or digit, and where a lower
// case letter meets an upper case one, into words in lower case.
func nameWords(name string) []string {
	var words []string
	start := 0
	cut := func(end, next int) {
		if end > start {
			words = append(words, strings.ToLower(name[start:end]))
		}
		start = next
	}
	for i := range len(name) {
		switch c := name[i]; {
		case !isUpper(c) && !isLower(c) && (c < '0' || c > '9') && c < 0x80:
			cut(i, i+1)
		case i > start && isUpper(c) && isLower(name[i-1]):
			cut(i, i)
		case i-1 > start && isLower(c) && isUpper(name[i-1]): // APIKey: the K begins a word
			cut(i-1, i-1)
		}
	}
	cut(len(name), len(name))
	return words
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

var (
	numeric  = regexp.MustCompile(`^[0-9][0-9._]*(ns|us|ms|s|m|h|d|w|y|k|kb|mb|gb|ki|mi|gi|%)?$`)
	filePath = regexp.MustCompile(`^(file:|[A-Za-z]:\\|\.{0,2}/|~/)[^\s,;]*$|^[\w./-]+\.(pem|key|crt|cer|p12|pfx|jks|txt|json|ya?ml|conf|cfg|ini|env|properties|toml|xml|sh)$`)
	// What only stands for another value: $(VAR), ${VAR}, {{ .Value }}, %(var)s,
	// <password>, the reference of a secret store, or a hint what to put there.
	reference = regexp.MustCompile("(?i)^(\\$[({]|\\$[a-z0-9_@*?]+$|\\\\\\$|\\{\\{|%\\(|%[a-z_]+%$|<[^<>]*>$|\\[[^\\]]*\\]$|`|!(vault|secret|ref|env|include)|\\*[a-z]\\w*$|" +
		"vault:|ref\\+|secretref:|secretkeyref:|keyvault:|@microsoft\\.keyvault|op://|arn:aws|env:|(replace|your|insert)[-_ ]|todo|fixme|placeholder)")
	nothing = nameSet(`true false yes no on off enabled disabled enable disable none null nil undefined n/a na
		unset empty required optional always never redacted hidden masked {} [] "" '' ~ | > |- >- |+ >+`)
	// Values that name a kind of credential: no secret, but a weak password.
	kinds = nameSet(`default auto bearer basic jwt token secret password credentials file env vault tls ca.crt tls.crt tls.key`)
)

// trivial reports whether a value, whatever its name, is no credential.
func trivial(value, pattern string) bool {
	switch lower := strings.ToLower(value); {
	case len(value) < 3, nothing[lower], reference.MatchString(value), filePath.MatchString(value):
		return true
	case strings.Trim(value, "*xX.-_# ") == "": // a mask
		return true
	case strings.HasPrefix(lower, "http://"), strings.HasPrefix(lower, "https://"):
		return true // one with a password has matched by its form
	case pattern == "password":
		return false
	default:
		return kinds[lower] || numeric.MatchString(value)
	}
}
