package report

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// paint colours text where colour is allowed; the text alone says as much.
type paint bool

// SGR codes from the 16 colours every terminal has, so that the reader's own
// scheme decides what they look like.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	blue   = "34"
	purple = "35"
	cyan   = "36"
)

func (p paint) in(code, s string) string {
	if !p || s == "" || code == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// severityColors are those of the severities, least first.
var severityColors = [...]string{dim, blue, yellow, red, "1;35"}

func (p paint) severity(s posture.Severity, text string) string {
	return p.in(severityColors[s], text)
}

// bar draws a share of width cells, in text that needs no colour.
func bar(share float64, width int) string {
	full := int(share*float64(width) + 0.5)
	if share > 0 && full == 0 {
		full = 1
	}
	if share < 1 && full == width {
		full = width - 1
	}
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// oneLine shows a value within a line of text: line breaks and tabs are
// written out. Other control characters were taken out where rows are made.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(s)
}

// grid is a table for a terminal. Cells are padded by what is seen of them,
// then painted.
type grid struct {
	rows [][]cell
	gone []int // columns that are left out
}

type cell struct {
	text, code string
	right      bool
}

func (g *grid) add(cells ...cell) { g.rows = append(g.rows, cells) }

// narrow makes the grid fit a width, 0 being any: of the columns named, first
// to last, it leaves out those that say nothing (a header or a dash) and the
// bars, then shortens the first column.
func (g *grid) narrow(width int, spare ...int) {
	for _, column := range spare {
		if width == 0 || g.width() <= width {
			return
		}
		if !slices.ContainsFunc(g.rows[1:], func(row []cell) bool { return len(row) > column && strings.Trim(row[column].text, "-█░") != "" }) {
			for i := range g.rows {
				g.rows[i] = slices.Clone(g.rows[i])
				g.rows[i][column] = cell{}
			}
			g.gone = append(g.gone, column)
		}
	}
	if over := g.width() - width; width > 0 && over > 0 {
		for i := range g.rows {
			g.rows[i][0].text = shorten(g.rows[i][0].text, max(g.widths()[0]-over, 16))
		}
	}
}

// width is that of the widest line.
func (g *grid) width() int {
	sum := -2
	for i, w := range g.widths() {
		if !slices.Contains(g.gone, i) {
			sum += w + 2
		}
	}
	return sum
}

func (g *grid) widths() []int {
	var widths []int
	for _, row := range g.rows {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	return widths
}

// writeWithin writes rows of what, why and where: a line each, or where that
// is wider than the terminal, the middle below the others.
func (g *grid) writeWithin(b *strings.Builder, p paint, indent string, width int) {
	if width == 0 || g.width()+len(indent) <= width {
		g.write(b, p, indent)
		return
	}
	for _, row := range g.rows {
		outer, inner := &grid{}, &grid{}
		outer.add(append([]cell{row[0]}, row[2:]...)...)
		outer.write(b, p, indent)
		inner.add(row[1])
		if row[1].text != "" {
			inner.write(b, p, indent+"  ")
		}
	}
}

func (g *grid) write(b *strings.Builder, p paint, indent string) {
	widths := g.widths()
	for _, row := range g.rows {
		var line strings.Builder
		line.WriteString(indent)
		for i, c := range row {
			if slices.Contains(g.gone, i) {
				continue
			}
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text))
			switch {
			case c.right:
				line.WriteString(pad + p.in(c.code, c.text))
			case i == len(row)-1:
				line.WriteString(p.in(c.code, c.text))
			default:
				line.WriteString(p.in(c.code, c.text) + pad)
			}
			if i < len(row)-1 {
				line.WriteString("  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}
