package manifest

// eventFields are the fields of a v1 Event that have another name in
// events.k8s.io/v1. It is the same object in etcd: the API server gives it
// under either name.
var eventFields = map[string]string{
	`"involvedObject"`:     `"regarding"`,
	`"message"`:            `"note"`,
	`"source"`:             `"deprecatedSource"`,
	`"firstTimestamp"`:     `"deprecatedFirstTimestamp"`,
	`"lastTimestamp"`:      `"deprecatedLastTimestamp"`,
	`"count"`:              `"deprecatedCount"`,
	`"reportingComponent"`: `"reportingController"`,
}

// asEvent makes of a v1 Event one of events.k8s.io/v1.
func asEvent(text []byte) []byte {
	out := append(make([]byte, 0, len(text)+64), '{')
	each(text, func(key []byte, start, end int) bool {
		if len(out) > 1 {
			out = append(out, ',')
		}
		if name, ok := eventFields[string(key)]; ok {
			key = []byte(name)
		}
		out = append(append(append(out, key...), ':'), text[start:end]...)
		return true
	})
	return append(out, '}')
}
