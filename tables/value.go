package tables

import (
	"math"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Type is the declared type of a column.
type Type uint8

// The column types. JSON is TEXT that holds a JSON document.
const (
	TypeText Type = iota
	TypeInteger
	TypeReal
	TypeJSON
)

// String is the type's name in documentation.
func (t Type) String() string { return [...]string{"TEXT", "INTEGER", "REAL", "JSON"}[t] }

// SQL is the type as SQLite declares it. JSON is TEXT there: "JSON" would get
// numeric affinity and change strings of digits.
func (t Type) SQL() string {
	if t == TypeJSON {
		return "TEXT"
	}
	return t.String()
}

// Kind says which of SQLite's storage classes a Value holds.
type Kind uint8

// The storage classes. The zero Value is NULL.
const (
	KindNull Kind = iota
	KindInt
	KindReal
	KindText
)

// Value is one cell. What the API left unset is NULL.
type Value struct {
	kind Kind
	num  uint64
	text string
}

// Null is the absence of a value.
var Null Value

// Kind returns the storage class.
func (v Value) Kind() Kind { return v.kind }

// Int returns the integer of a KindInt value.
func (v Value) Int() int64 { return int64(v.num) }

// Real returns the number of a KindReal value.
func (v Value) Real() float64 { return math.Float64frombits(v.num) }

// Text returns the string of a KindText value.
func (v Value) Text() string { return v.text }

// IsNull reports whether the value is NULL.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Any returns nil, int64, float64 or string.
func (v Value) Any() any {
	switch v.kind {
	case KindInt:
		return v.Int()
	case KindReal:
		return v.Real()
	case KindText:
		return v.text
	}
	return nil
}

// Str is a cleaned string; the empty string, which the API uses for unset
// fields, is NULL.
func Str[S ~string](s S) Value {
	if s == "" {
		return Null
	}
	return Value{kind: KindText, text: Clean(string(s))}
}

// StrPtr is the string pointed to, kept even when empty; nil is NULL.
func StrPtr[S ~string](s *S) Value {
	if s == nil {
		return Null
	}
	return Value{kind: KindText, text: Clean(string(*s))}
}

// Int is an integer.
func Int[I ~int | ~int32 | ~int64](i I) Value { return Value{kind: KindInt, num: uint64(int64(i))} }

// IntPtr is the integer pointed to; nil is NULL.
func IntPtr[I ~int | ~int32 | ~int64](i *I) Value {
	if i == nil {
		return Null
	}
	return Int(*i)
}

// Bool is 0 or 1.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindInt, num: 1}
	}
	return Value{kind: KindInt}
}

// BoolPtr is 0 or 1; nil is NULL, which is not false.
func BoolPtr(b *bool) Value {
	if b == nil {
		return Null
	}
	return Bool(*b)
}

// True is 1, or NULL when the API field, which has no pointer, is false and so
// cannot be told from unset.
func True(b bool) Value {
	if b {
		return Bool(true)
	}
	return Null
}

// Real is a floating-point number.
func Real(f float64) Value { return Value{kind: KindReal, num: math.Float64bits(f)} }

// Time is Unix seconds; the zero time is NULL.
func Time(t metav1.Time) Value { return unix(t.Time) }

// TimePtr is Unix seconds; nil is NULL.
func TimePtr(t *metav1.Time) Value {
	if t == nil {
		return Null
	}
	return unix(t.Time)
}

func unix(t time.Time) Value {
	if t.IsZero() {
		return Null
	}
	return Int(t.Unix())
}

// Cores is a quantity of CPU in cores; nil is NULL.
func Cores(q *resource.Quantity) Value {
	if q == nil {
		return Null
	}
	return Real(q.AsApproximateFloat64())
}

// Bytes is a quantity of memory or storage in bytes; nil is NULL.
func Bytes(q *resource.Quantity) Value {
	if q == nil {
		return Null
	}
	return Int(q.Value())
}
