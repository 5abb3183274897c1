package shell

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// dotCommand is one command that begins with a dot.
type dotCommand struct {
	name, args, help string
	run              func(s *Shell, ctx context.Context, arg string) error
}

// dotCommands is a function and not a variable because .help lists it.
func dotCommands() []dotCommand {
	return []dotCommand{
		{".tables", "[TEXT]", "list the tables, or those whose name holds TEXT", (*Shell).listTables},
		{".schema", "TABLE", "columns of a table, what they mean, and example queries", (*Shell).schema},
		{".rule", "ID", "run a rule's query, such as NSA-07", (*Shell).rule},
		{".output", "FORMAT", "format of results: table, wide, json, ndjson, yaml, csv, markdown, name, jsonpath=…", (*Shell).setFormat},
		{".timing", "on|off", "say how long a query took", func(s *Shell, _ context.Context, arg string) error { return onOff(&s.timing, arg) }},
		{".explain", "on|off", "say what was read for a query, and why", func(s *Shell, _ context.Context, arg string) error { return onOff(&s.explain, arg) }},
		{".help", "", "list the commands", (*Shell).help},
		{".quit", "", "leave", func(*Shell, context.Context, string) error { return errQuit }},
	}
}

func (s *Shell) command(ctx context.Context, line string) error {
	name, arg, _ := strings.Cut(line, " ")
	name = strings.TrimSuffix(name, ";")
	if name == ".exit" {
		name = ".quit"
	}
	for _, c := range dotCommands() {
		if c.name != strings.ToLower(name) {
			continue
		}
		err := c.run(s, ctx, strings.TrimSuffix(strings.TrimSpace(arg), ";"))
		if err != nil && err != errQuit { //nolint:errorlint // errQuit is never wrapped
			fmt.Fprintln(s.Err, "error:", err)
		}
		return err
	}
	err := fmt.Errorf("no command %s: .help lists them", name)
	fmt.Fprintln(s.Err, "error:", err)
	return err
}

func (s *Shell) help(context.Context, string) error {
	for _, c := range dotCommands() {
		fmt.Fprintf(s.Out, "%-20s %s\n", c.name+" "+c.args, c.help)
	}
	return nil
}

func (s *Shell) listTables(_ context.Context, part string) error {
	var r Result
	r.Columns = []string{"table", "one row per"}
	for _, t := range s.Tables() {
		if strings.Contains(t.Name, part) {
			r.Rows = append(r.Rows, []any{t.Name, t.Row})
		}
	}
	s.show(&r)
	return nil
}

func (s *Shell) schema(_ context.Context, name string) error {
	t := s.table(name)
	if t == nil {
		return fmt.Errorf("no table %q: .tables lists them", name)
	}
	fmt.Fprintf(s.Out, "%s\n\n", strings.TrimSpace(t.Doc))
	r := Result{Columns: []string{"column", "type", "meaning"}}
	for _, c := range t.Columns {
		r.Rows = append(r.Rows, []any{c.Name, c.Type.String(), c.Doc})
	}
	if err := s.Print(s.Out, "wide", &r); err != nil {
		return err
	}
	for _, e := range t.Examples {
		fmt.Fprintf(s.Out, "\n%s;\n", e)
	}
	return nil
}

func (s *Shell) table(name string) *tables.Table {
	for _, t := range s.Tables() {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}

func (s *Shell) rule(ctx context.Context, id string) error {
	sql, err := s.Rule(id)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "%s;\n\n", sql)
	s.run(ctx, sql)
	return nil
}

func (s *Shell) setFormat(_ context.Context, format string) error {
	if err := s.CheckFormat(format); err != nil {
		return err
	}
	s.format = format
	return nil
}

func onOff(setting *bool, arg string) error {
	switch arg {
	case "on":
		*setting = true
	case "off":
		*setting = false
	default:
		return fmt.Errorf("want on or off")
	}
	return nil
}
