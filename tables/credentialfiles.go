package tables

import (
	"regexp"
	"strings"
)

// member is a pair of strings in a line of JSON.
var member = regexp.MustCompile(`"([A-Za-z_][\w.-]*)"\s*:\s*"([^"]*)"`)

// credentialInFile looks through the value of a ConfigMap's key, which is a
// single value or a whole file, and returns the first pattern that matches and
// its line, from 1.
func credentialInFile(key, text string) (pattern string, line int) {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		pattern = credentialIn(key, text)
		if pattern != "" {
			return pattern, 1 + strings.Count(text[:len(text)-len(strings.TrimLeft(text, " \t\r\n"))], "\n")
		}
	}
	for rest := text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		line++
		if pattern := credentialInLine(s); pattern != "" {
			return pattern, line
		}
	}
	return "", 0
}

func credentialInLine(s string) string {
	if pattern := credentialValue(s); pattern != "" || !mayName(s) {
		return pattern
	}
	if strings.Contains(s, `":`) {
		for _, m := range member.FindAllStringSubmatch(s, -1) {
			if pattern := credentialIn(m[1], m[2]); pattern != "" {
				return pattern
			}
		}
		return ""
	}
	if name, rest, ok := assignment(s); ok {
		if value, ok := fileValue(rest); ok {
			return credentialIn(name, value)
		}
	}
	return ""
}

// mayName tells quickly that a line holds none of credentialWords.
func mayName(s string) bool {
	if !strings.ContainsAny(s, ":=") {
		return false
	}
	s = strings.ToLower(s)
	for _, stem := range []string{"pass", "pwd", "key", "secret", "token", "credential", "jwt", "bearer"} {
		if strings.Contains(s, stem) {
			return true
		}
	}
	return false
}

// assignment splits a line of a configuration file that sets something:
// KEY=VALUE, key: value.
func assignment(s string) (name, value string, ok bool) {
	at := strings.IndexAny(s, ":=")
	if at < 0 {
		return "", "", false
	}
	name, value = strings.TrimSpace(s[:at]), strings.TrimSpace(s[at+1:])
	for _, prefix := range []string{"- ", "export ", "set "} {
		name = strings.TrimSpace(strings.TrimPrefix(name, prefix))
	}
	name = strings.Trim(name, `"'`)
	for i := range len(name) {
		if c := name[i]; !isUpper(c) && !isLower(c) && c != '_' && (i == 0 || (c < '0' || c > '9') && c != '.' && c != '-') {
			return "", "", false
		}
	}
	return name, value, name != "" && value != ""
}

// fileValue takes the quotes of a value off, and what follows it. Without
// quotes a value of several words is prose, and one with brackets is code.
func fileValue(s string) (string, bool) {
	if q := s[0]; q == '"' || q == '\'' {
		value, _, closed := strings.Cut(s[1:], string(q))
		return value, closed
	}
	if i := strings.IndexAny(s, "#"); i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
		s = strings.TrimSpace(s[:i])
	}
	s = strings.TrimRight(s, ",; \t\r")
	return s, s != "" && !strings.ContainsAny(s, " \t()[]{}<>") && !strings.HasPrefix(s, "=")
}
