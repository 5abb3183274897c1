package tables

import (
	"hash/maphash"
	"math"
	"reflect"
)

// Digest identifies what the part has been told so far, within this process: an
// object that changes and tells a fact the same as before changes nothing that
// is computed from it. It is 0 where nothing was told that matters.
func (p *Part) Digest() uint64 {
	got, empty := digest(reflect.ValueOf(p.value)), digest(reflect.ValueOf(p.Fact.new()))
	return got ^ empty
}

var digestSeed = maphash.MakeSeed()

// scratch is what facts hold for the sake of speed alone.
var scratch = reflect.TypeFor[printer]()

// digest hashes a value with all that it points to. Maps count by their entries,
// in no order.
func digest(v reflect.Value) uint64 {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 1
		}
		return mix(2, digest(v.Elem()))
	case reflect.Struct:
		h := uint64(3)
		if v.Type() == scratch {
			return h
		}
		for i := range v.NumField() {
			h = mix(h, digest(v.Field(i)))
		}
		return h
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return maphash.Bytes(digestSeed, v.Bytes())
		}
		h := uint64(4 + v.Len())
		for i := range v.Len() {
			h = mix(h, digest(v.Index(i)))
		}
		return h
	case reflect.Map:
		h := uint64(5 + v.Len())
		for entries := v.MapRange(); entries.Next(); {
			h += mix(digest(entries.Key()), digest(entries.Value()))
		}
		return h
	case reflect.String:
		return maphash.String(digestSeed, v.String())
	case reflect.Bool:
		if v.Bool() {
			return 7
		}
		return 6
	case reflect.Float32, reflect.Float64:
		return mix(8, math.Float64bits(v.Float()))
	}
	switch {
	case v.CanInt():
		return mix(9, uint64(v.Int()))
	case v.CanUint():
		return mix(10, v.Uint())
	}
	return 0 // functions and channels say nothing
}

// mix puts two hashes together, in order; after splitmix64.
func mix(a, b uint64) uint64 {
	n := a*0x9e3779b97f4a7c15 + b
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
