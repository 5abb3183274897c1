package shell

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/peterh/liner"
)

// load reads the history. The file is cut when it has become long.
func (s *Shell) load(line *liner.State) {
	text, err := os.ReadFile(s.History)
	if s.History == "" || err != nil {
		return
	}
	lines := slices.Collect(strings.Lines(strings.ToValidUTF8(string(text), "\ufffd")))
	if len(lines) > 2*liner.HistoryLimit {
		lines = lines[len(lines)-liner.HistoryLimit:]
		_ = os.WriteFile(s.History, []byte(strings.Join(lines, "")), 0o600)
	}
	for _, l := range lines {
		line.AppendHistory(strings.TrimSuffix(l, "\n"))
	}
}

// remember adds to the history, and at once to its file: a shell that is
// killed, or one of several, loses nothing.
func (s *Shell) remember(line *liner.State, text string) {
	line.AppendHistory(text)
	if s.History == "" {
		return
	}
	f, err := os.OpenFile(s.History, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	fmt.Fprintln(f, text)
}
