package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
)

// commands are what scripts can say beyond testscript's own.
var commands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":    exits,
	"json":     jsonIs,
	"harmless": harmless,
	"timeless": timeless,
	"dateless": dateless,
}

// exits CODE PROGRAM [ARG…]: the program ends with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// json PATH VALUE: the JSON on stdout has the value there. A path leads over
// keys, indexes, and the id, name or resource of list entries; len is a length.
func jsonIs(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] json PATH VALUE")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	got, err := follow(v, strings.Split(args[0], "/"))
	switch {
	case err != nil && !neg:
		ts.Fatalf("%s: %v", args[0], err)
	case (err == nil && got == args[1]) == neg:
		ts.Fatalf("%s is %q, want %q: %v", args[0], got, args[1], !neg)
	}
}

func follow(v any, path []string) (string, error) {
	for _, step := range path {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[step]
			if !ok {
				return "", fmt.Errorf("no key %s", step)
			}
			v = next
		case []any:
			if step == "len" {
				return strconv.Itoa(len(at)), nil
			}
			next, err := entry(at, step)
			if err != nil {
				return "", err
			}
			v = next
		default:
			return "", fmt.Errorf("%v holds no %s", at, step)
		}
	}
	if v == nil {
		return "null", nil
	}
	return fmt.Sprint(v), nil
}

func entry(list []any, step string) (any, error) {
	if i, err := strconv.Atoi(step); err == nil && i < len(list) {
		return list[i], nil
	}
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && (m["id"] == step || m["name"] == step || m["resource"] == step) {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no entry %s", step)
}

// harmless FILE…: nothing in the files can steer a terminal or turn text
// around.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: [!] harmless stdout|stderr|FILE…")
	}
	for _, name := range args {
		found := harm(ts.ReadFile(name))
		if (found != "") != neg {
			ts.Fatalf("%s: harmful characters: %q", name, found)
		}
	}
}

// harm returns what is harmful in a text, by Unicode's own tables.
func harm(text string) string {
	var found strings.Builder
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\n' || r == '\t':
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Zl, unicode.Zp),
			r == utf8.RuneError && size == 1:
			found.WriteRune(r)
		}
	}
	return found.String()
}

var timestamp = regexp.MustCompile(`((?:started|finished)At"?: )"[^"]*"`)

// timeless FILE…: takes the times of the run out of reports.
func timeless(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		if neg || len(timestamp.FindAllString(text, -1)) != 2 {
			ts.Fatalf("%s: want two timestamps", name)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(timestamp.ReplaceAllString(text, `$1"T"`)), 0o644))
	}
}

var date = regexp.MustCompile(`20\d\d-\d\d-\d\d([ T])\d\d:\d\d(:\d\d)?`)

// dateless FILE…: takes the times out of what people and programs read.
func dateless(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		if neg || !date.MatchString(text) {
			ts.Fatalf("%s: no time in it", name)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(date.ReplaceAllString(text, "YYYY-MM-DD${1}hh:mm")), 0o644))
	}
}
