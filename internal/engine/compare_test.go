package engine

import (
	"testing"

	"modernc.org/sqlite/vtab"
)

// TestComparisonKeepsWhatItCannotTell: SQLite decides, but only on rows that it
// is shown.
func TestComparisonKeepsWhatItCannotTell(t *testing.T) {
	for _, tt := range []struct {
		v    any
		op   vtab.ConstraintOp
		rhs  any
		want bool
	}{
		{"9", vtab.OpLT, "10", true}, // as numbers
		{"a", vtab.OpLT, "#", false},
		{"9", vtab.OpLT, "#", true}, // a number is less than any text
		{int64(1<<53 + 1), vtab.OpGT, float64(1 << 53), true},
		{float64(1 << 53), vtab.OpLT, int64(1<<53 + 1), true},
		{int64(3), vtab.OpGT, 2.5, true},
		{int64(2), vtab.OpGT, 2.5, false},
		{"a", vtab.OpGT, int64(1), true},
		{int64(1), vtab.OpGT, "a", true},
		{nil, vtab.OpGT, "a", false},
		{nil, vtab.OpISNOT, "a", true},
		{"a", vtab.OpISNOT, nil, true},
		{nil, vtab.OpISNOT, nil, false},
		{"a", vtab.OpNE, []byte("a"), true},
		{2.5, vtab.OpLIKE, "x", true},
		{int64(25), vtab.OpLIKE, "2%", true},
		{int64(25), vtab.OpLIKE, "3%", false},
		{"25", vtab.OpLIKE, 2.5, true},
	} {
		if got := comparison(tt.op, tt.rhs)(tt.v); got != tt.want {
			t.Errorf("%v %s %v: %v", tt.v, operators[tt.op], tt.rhs, got)
		}
	}
	for _, op := range []vtab.ConstraintOp{vtab.OpNE, vtab.OpGT, vtab.OpLE, vtab.OpLIKE, vtab.OpGLOB} {
		if comparison(op, nil) != nil {
			t.Errorf("something may satisfy %s with NULL", operators[op])
		}
	}
}
