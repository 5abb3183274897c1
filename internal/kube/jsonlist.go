package kube

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// jsonList is the envelope of a list or of a Table, read from a stream.
type jsonList struct {
	kind    string
	meta    metav1.ListMeta
	columns []metav1.TableColumnDefinition
}

// each calls item for every element of items (of a list) or rows (of a Table),
// whose bytes are valid during the call.
func (l *jsonList) each(body io.Reader, item func([]byte) error) error {
	capped := &capped{r: body, left: maxItem}
	dec := json.NewDecoder(capped)
	if err := expect(dec, '{'); err != nil {
		return err
	}
	var raw json.RawMessage
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return cutOff(err)
		}
		switch key {
		case "kind":
			err = dec.Decode(&l.kind)
		case "metadata":
			err = dec.Decode(&l.meta)
		case "columnDefinitions":
			err = dec.Decode(&l.columns)
		case "items", "rows":
			err = l.array(dec, capped, key == "rows", item)
		default:
			err = dec.Decode(&raw)
		}
		if err != nil {
			return cutOff(err)
		}
	}
	if err := expect(dec, '}'); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) { // read to the end, the connection can be used again
		return cmp.Or(err, errors.New("something follows the list"))
	}
	if l.kind != "Table" && !strings.HasSuffix(l.kind, "List") {
		return fmt.Errorf("a %s instead of a list", l.kind)
	}
	return nil
}

func (l *jsonList) array(dec *json.Decoder, capped *capped, rows bool, item func([]byte) error) error {
	if rows != (l.kind == "Table") {
		return errors.New("a list where a Table was asked for")
	}
	begin, err := dec.Token()
	if begin == nil || err != nil { // null is a list without items
		return err
	}
	if begin != json.Delim('[') {
		return errors.New("items are no array")
	}
	var raw json.RawMessage
	for dec.More() {
		capped.left = maxItem
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		if err := item(raw); err != nil {
			return err
		}
	}
	return expect(dec, ']')
}

func expect(dec *json.Decoder, want json.Delim) error {
	switch got, err := dec.Token(); {
	case err != nil:
		return cutOff(err)
	case got != want:
		return fmt.Errorf("%v instead of %v", got, want)
	}
	return nil
}

// capped bounds what may be read, and thereby buffered, for one item.
type capped struct {
	r    io.Reader
	left int
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errTooBig
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
