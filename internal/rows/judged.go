package rows

import "github.com/kubectl-kspm/kubectl-kspm/tables"

// keepJudged drops the rows that rules do not look at. Columns are not resolved
// yet: that of judged holds keys, maybe in the place of another column with the
// same ones.
func (t *tablePart) keepJudged(world *tables.World) {
	column := t.table.Judged()
	if column < 0 || t.len == 0 {
		return
	}
	late := t.table.Columns[column].Late
	keys := t.builders[column]
	for _, c := range t.cols {
		if other := t.table.Columns[c].Late; keys == nil && other != nil && other.Key == late.Key && late.Key != "" {
			keys = t.builders[c]
		}
	}
	if keys == nil {
		return // not asked for: nobody relies on it
	}
	concern := make([]bool, len(keys.values))
	for code, key := range keys.values[1:] {
		concern[code+1] = world.Concerns(key.(string))
	}
	var kept []uint32
	for row := range t.len {
		if concern[keys.codes.At(row)] {
			kept = append(kept, uint32(row))
		}
	}
	for _, b := range t.builders {
		if b == nil {
			continue
		}
		codes := Codes{}
		for _, row := range kept {
			codes.Append(b.codes.At(int(row)))
		}
		b.codes = codes
	}
	t.len = len(kept)
}
