package shell

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// show prints a result, through the pager when it is longer than the screen.
func (s *Shell) show(r *Result) {
	var b bytes.Buffer
	if err := s.Print(&b, s.format, r); err != nil {
		fmt.Fprintln(s.Err, "error:", err)
		return
	}
	if s.Pager == "" || s.Height == nil || bytes.Count(b.Bytes(), []byte("\n")) < s.Height() {
		_, _ = s.Out.Write(b.Bytes())
		return
	}
	cmd := exec.Command("sh", "-c", s.Pager) //nolint:gosec // the user's own PAGER, run as git and kubectl do
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &b, s.Out, s.Err
	cmd.Env = append(os.Environ(), "LESS=-FRSX")
	copied := bytes.Clone(b.Bytes())
	if err := cmd.Run(); err != nil {
		_, _ = s.Out.Write(copied)
	}
}
