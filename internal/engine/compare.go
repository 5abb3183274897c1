package engine

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"modernc.org/sqlite/vtab"
)

// comparison returns whether a value may satisfy `value op rhs` under any
// affinity SQLite may apply; nil when no value can. It is exact for IS NOT
// NULL alone. The value given to LIKE, NE and the like is never taken apart
// further than is certain: true is always a correct answer.
//
// Text is compared bytewise, so ranges must not be asked for under a
// collation; != and IS NOT may.
func comparison(op vtab.ConstraintOp, rhs any) func(v any) bool {
	switch op {
	case vtab.OpISNOTNULL:
		return func(v any) bool { return v != nil }
	case vtab.OpISNOT:
		return func(v any) bool { return !same(v, rhs) }
	}
	if rhs == nil {
		return nil // unknown, whatever the value
	}
	switch op {
	case vtab.OpNE:
		return func(v any) bool { return v != nil && !same(v, rhs) }
	case vtab.OpGT:
		return ordered(rhs, func(order int) bool { return order > 0 })
	case vtab.OpGE:
		return ordered(rhs, func(order int) bool { return order >= 0 })
	case vtab.OpLT:
		return ordered(rhs, func(order int) bool { return order < 0 })
	case vtab.OpLE:
		return ordered(rhs, func(order int) bool { return order <= 0 })
	case vtab.OpLIKE:
		return matching(rhs, like)
	case vtab.OpGLOB:
		return matching(rhs, glob)
	}
	return func(v any) bool { return true }
}

func ordered(rhs any, accept func(order int) bool) func(v any) bool {
	return func(v any) bool {
		if v == nil {
			return false
		}
		order, certain := compare(v, rhs)
		return !certain || accept(order)
	}
}

// compare orders two values where no affinity can change their order.
func compare(a, b any) (order int, certain bool) {
	switch a := a.(type) {
	case int64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, b), true
		case float64:
			return cmp.Compare(float64(a), b), exact(a)
		}
	case float64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, float64(b)), exact(b)
		case float64:
			return cmp.Compare(a, b), !math.IsNaN(a) && !math.IsNaN(b)
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), !mayBeNumber(a) && !mayBeNumber(b)
		}
	}
	return 0, false
}

// exact reports whether a float64 holds the integer.
func exact(i int64) bool { return i >= -1<<53 && i <= 1<<53 }

// mayBeNumber reports whether numeric affinity might turn the text into a
// number; it is true for some texts that are none.
func mayBeNumber(s string) bool {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	return s != "" && (s[0] >= '0' && s[0] <= '9' || s[0] == '-' || s[0] == '+' || s[0] == '.')
}

// matching applies a pattern to the text of a value.
func matching(pattern any, match func(pattern, text string) bool) func(v any) bool {
	p, ok := asText(pattern)
	if !ok || len(p) > maxPattern {
		return func(v any) bool { return v != nil }
	}
	return func(v any) bool {
		if v == nil {
			return false
		}
		text, ok := asText(v)
		return !ok || match(p, text)
	}
}

// asText is the text SQLite makes of a value, where that is certain.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	}
	return "", false
}
