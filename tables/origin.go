package tables

import "strings"

// origin is what derived tables remember of where an object comes from.
type origin struct {
	cluster, namespace, name string
	file                     string
	line                     int
}

func originOf(o *Object) origin {
	return origin{o.Cluster, strings.Clone(o.Meta.Namespace), strings.Clone(o.Meta.Name), o.File, o.Line}
}

func (o origin) lineValue() Value {
	if o.line == 0 {
		return Null
	}
	return Int(o.line)
}
