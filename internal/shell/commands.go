package shell

import (
	"bytes"
	"context"
	"fmt"
	"strings"
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
		{".output", "[FORMAT]", "format of results: table, wide, json, ndjson, yaml, csv, markdown, name, jsonpath=…", (*Shell).setFormat},
		{".timing", "[on|off]", "say how long a query took", func(s *Shell, _ context.Context, arg string) error { return s.onOff("timing", &s.timing, arg) }},
		{".explain", "[on|off|QUERY]", "say what is read for queries, or for one, and why", (*Shell).explained},
		{".help", "", "list the commands", (*Shell).help},
		{".quit", "", "leave", func(*Shell, context.Context, string) error { return errQuit }},
	}
}

// command runs a command. The error is errQuit for the one that leaves.
func (s *Shell) command(ctx context.Context, line string) error {
	line = strings.TrimSpace(strings.TrimSuffix(line, ";"))
	end := strings.IndexAny(line, space)
	if end < 0 {
		end = len(line)
	}
	name := strings.ToLower(line[:end])
	if name == ".exit" {
		name = ".quit"
	}
	for _, c := range dotCommands() {
		if c.name == name {
			return c.run(s, ctx, strings.TrimSpace(line[end:]))
		}
	}
	return fmt.Errorf("no command %s: .help lists them", name)
}

func (s *Shell) help(context.Context, string) error {
	for _, c := range dotCommands() {
		fmt.Fprintf(s.Out, "%-24s %s\n", c.name+" "+c.args, c.help)
	}
	return nil
}

func (s *Shell) listTables(ctx context.Context, part string) error {
	var r Result
	r.Columns = []string{"table", "one row per"}
	for _, t := range s.Tables() {
		if strings.Contains(t.Name, strings.ToLower(part)) {
			r.Rows = append(r.Rows, []any{t.Name, t.Row})
		}
	}
	for _, other := range s.Resources(ctx) {
		if part != "" && strings.Contains(other.Plural, strings.ToLower(part)) {
			r.Rows = append(r.Rows, []any{other.Plural, other.Kind})
		}
	}
	return s.show(ctx, &r)
}

func (s *Shell) schema(ctx context.Context, name string) error {
	if name == "" {
		return fmt.Errorf("want a table: .tables lists them")
	}
	t, err := s.Table(ctx, name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s: one row per %s\n%s\n\n", t.Name, t.Row, strings.TrimSpace(t.Doc))
	r := Result{Columns: []string{"column", "type", "meaning"}}
	for _, c := range t.Columns {
		r.Rows = append(r.Rows, []any{c.Name, c.Type.String(), c.Doc})
	}
	if err := s.Print(&b, "wide", &r); err != nil {
		return err
	}
	for _, e := range t.Examples {
		fmt.Fprintf(&b, "\n%s;\n", e)
	}
	return s.page(ctx, b.Bytes(), false)
}

func (s *Shell) rule(ctx context.Context, id string) error {
	if id == "" {
		return fmt.Errorf("want the id of a rule, such as NSA-07")
	}
	sql, err := s.Rule(id)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "%s;\n\n", strings.TrimSuffix(strings.TrimSpace(sql), ";"))
	return s.runOne(ctx, sql)
}

// runOne runs a command's query: at a terminal it can be stopped.
func (s *Shell) runOne(ctx context.Context, sql string) error {
	if s.Size == nil {
		return s.answer(ctx, sql)
	}
	s.run(ctx, sql)
	return nil
}

// explained switches notes on what is read on and off, or gives them for one
// query.
func (s *Shell) explained(ctx context.Context, arg string) error {
	switch strings.ToLower(arg) {
	case "", "on", "off":
		return s.onOff("explain", &s.explain, arg)
	}
	before := s.explain
	s.explain = true
	defer func() { s.explain = before }()
	return s.runOne(ctx, arg)
}

func (s *Shell) setFormat(_ context.Context, format string) error {
	if format == "" {
		fmt.Fprintln(s.Err, "output is", s.format)
		return nil
	}
	if err := s.CheckFormat(format); err != nil {
		return err
	}
	s.format = format
	return nil
}

func (s *Shell) onOff(name string, setting *bool, arg string) error {
	switch strings.ToLower(arg) {
	case "on":
		*setting = true
	case "off":
		*setting = false
	case "":
		fmt.Fprintf(s.Err, "%s is %s\n", name, map[bool]string{true: "on", false: "off"}[*setting])
	default:
		return fmt.Errorf("want .%s on or .%s off", name, name)
	}
	return nil
}
