package tables

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"
)

// argWord is a word of a container's command line, and where it is written.
type argWord struct {
	text string
	// source is command, args, env or shell.
	source string
	index  int
	path   string
}

// argv is the container's command line as far as the API shows it: references
// to variables that the spec gives a literal value are replaced, unless that
// looks like a credential.
func (r containerRow) argv() []argWord {
	var words []argWord
	for _, list := range []struct {
		source string
		words  []string
	}{{"command", r.c.Command}, {"args", r.c.Args}} {
		for i, w := range list.words {
			words = append(words, argWord{r.expand(w, r.c.Env), list.source, i, r.rowPath() + "." + list.source + "[" + strconv.Itoa(i) + "]"})
		}
	}
	return words
}

// varReference is how the kubelet has variables written: $(NAME), and $$ for a
// dollar.
var varReference = regexp.MustCompile(`\$\$|\$\([A-Za-z_.-][A-Za-z0-9_.-]*\)`)

func (r containerRow) expand(word string, env []corev1.EnvVar) string {
	if !strings.Contains(word, "$") {
		return word
	}
	return varReference.ReplaceAllStringFunc(word, func(ref string) string {
		if ref == "$$" {
			return "$"
		}
		for i := len(env) - 1; i >= 0; i-- {
			if env[i].Name != ref[2:len(ref)-1] || env[i].ValueFrom != nil {
				continue
			}
			if value, ok := r.told(&env[i]); ok {
				return value
			}
			return ref
		}
		return ref
	})
}

// told is the value of a variable that configures a component, unless it looks
// like a credential.
func (r containerRow) told(e *corev1.EnvVar) (string, bool) {
	value := r.variable(e)
	if pattern, _ := value.credential(); pattern != "" {
		return "", false
	}
	return value.text()
}

// baseName is the name of a program, whatever folder it is in.
func baseName(word string) string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(word, `\`, "/")), ".exe")
}

// shellScript returns the script of sh -c, or false.
func shellScript(words []argWord) (argWord, bool) {
	switch baseName(words[0].text) {
	case "sh", "bash", "ash", "dash", "busybox":
	default:
		return argWord{}, false
	}
	for i, w := range words[1:] {
		if strings.HasPrefix(w.text, "-") && !strings.HasPrefix(w.text, "--") && strings.Contains(w.text, "c") && i+2 < len(words) {
			return words[i+2], true
		}
	}
	return argWord{}, false
}

// shellCommands splits a script into its simple commands, each into words. It
// knows quotes, escapes, comments and redirections, and no expansion: enough
// for the wrappers that start one program.
func shellCommands(script argWord) [][]argWord {
	var commands [][]argWord
	var command []argWord
	var word strings.Builder
	inWord, skip := false, false
	endWord := func() {
		switch {
		case inWord && skip:
			skip = false
		case inWord:
			command = append(command, argWord{word.String(), "shell", len(command), script.path})
		}
		word.Reset()
		inWord = false
	}
	endCommand := func() {
		endWord()
		if len(command) > 0 {
			commands = append(commands, command)
		}
		command, skip = nil, false
	}
	text := []rune(script.text)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			if i++; text[i] != '\n' {
				word.WriteRune(text[i])
				inWord = true
			}
		case c == '\'' || c == '"':
			inWord = true
			i = quotedEnd(text, i, &word)
		case c == '#' && !inWord:
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '>' || c == '<':
			// 2>&1 and >>file: the digit before and the word after are no
			// arguments.
			if strings.Trim(word.String(), "0123456789") == "" {
				word.Reset()
				inWord = false
			}
			endWord()
			for i+1 < len(text) && (text[i+1] == '>' || text[i+1] == '&') {
				i++
			}
			skip = true
		case c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')':
			endCommand()
		case unicode.IsSpace(c):
			endWord()
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	endCommand()
	return commands
}

// quotedEnd writes what is quoted and returns where the quote ends.
func quotedEnd(text []rune, i int, word *strings.Builder) int {
	quote := text[i]
	for i++; i < len(text) && text[i] != quote; i++ {
		if quote == '"' && text[i] == '\\' && i+1 < len(text) && strings.ContainsRune("\\\"$`\n", text[i+1]) {
			if i++; text[i] == '\n' {
				continue
			}
		}
		word.WriteRune(text[i])
	}
	return i
}
