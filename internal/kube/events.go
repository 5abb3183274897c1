package kube

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/url"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// watchFor is how long a watch is asked for, as client-go does: at least, and
// up to twice as long.
const watchFor = 5 * time.Minute

// Types of events.
const (
	eventAdded    = "ADDED"
	eventModified = "MODIFIED"
	eventDeleted  = "DELETED"
	eventBookmark = "BOOKMARK"
	eventError    = "ERROR"
)

// events follows a watch to its end. Without a version it begins with all that
// is there.
func (f *follower) events(ctx context.Context, r *tables.Resource) error {
	seconds := int(f.c.watchFor.Seconds() * (1 + rand.Float64()))
	query := url.Values{
		"watch": {"true"}, "allowWatchBookmarks": {"true"}, "timeoutSeconds": {strconv.Itoa(max(1, seconds))},
	}
	if f.version != "" {
		query.Set("resourceVersion", f.version)
	} else {
		query.Set("sendInitialEvents", "true")
		query.Set("resourceVersionMatch", string(metav1.ResourceVersionMatchNotOlderThan))
	}
	reply, err := f.c.open(ctx, call{path: listPath(r, rows.Scope{}), query: query, accept: accept(r), watches: true})
	if err != nil {
		return err
	}
	defer reply.Close()
	next, item, err := f.frames(reply, r)
	if err != nil {
		return err
	}
	begun := f.version != ""
	switch {
	case !begun:
		f.w.Begin()
		defer func() {
			if !begun {
				f.version = "" // a bookmark on the way is no place to go on from
			}
		}()
	case !f.synced:
		f.isSynced() // it goes on where it broke off
	}
	for {
		kind, data, err := next()
		switch {
		case errors.Is(err, io.EOF):
			return f.ended(begun)
		case err != nil:
			if quiet := (*silence)(nil); begun && !errors.As(err, &quiet) {
				f.heard = time.Now()
			}
			return &brokenList{err: err}
		case kind == eventError:
			return watchError(data)
		}
		end, err := item(kind, data)
		if err != nil {
			return &brokenList{err: err}
		}
		f.heard, f.failures = time.Now(), 0
		if end && !begun {
			begun = true
			f.isSynced()
		}
	}
}

// ended is a watch that the server ended in an orderly way, which it does in the
// middle of the initial events only when it goes away.
func (f *follower) ended(begun bool) error {
	if !begun {
		return &brokenList{err: io.ErrUnexpectedEOF}
	}
	f.heard = time.Now()
	return nil
}

func watchError(data []byte) error {
	s, ok := decodeStatus(data)
	if !ok {
		return &brokenList{err: errCorrupt}
	}
	return &statusError{code: int(s.Code), message: s.Message, after: -1}
}

// frames returns what reads the next event, and what makes an object of it and
// tells whether it was the end of the initial ones.
func (f *follower) frames(reply *reply, r *tables.Resource) (next func() (string, []byte, error), item func(string, []byte) (bool, error), err error) {
	media, _, _ := mime.ParseMediaType(reply.contentType)
	d := f.decoder(r)
	var decode func([]byte) error
	switch {
	case media == protobufType && r.New != nil:
		next, decode = protoEvents(reply), d.typed()
	case media == acceptJSON && r.New != nil:
		next, decode = jsonEvents(reply), d.typedJSON()
	case media == acceptJSON:
		next, decode = jsonEvents(reply), d.unstructured
	default:
		return nil, nil, fmt.Errorf("%q instead of events", reply.contentType)
	}
	proto := media == protobufType
	return next, func(kind string, data []byte) (end bool, err error) {
		if proto {
			var ok bool
			if data, ok = unwrap(data); !ok {
				return false, errCorrupt
			}
		}
		d.emit = func(o *tables.Object) {
			o.Resource = f.r
			// While what is there is told, versions are in no order.
			if f.version != "" || kind == eventBookmark {
				f.version = o.Meta.ResourceVersion
			}
			switch kind {
			case eventAdded, eventModified:
				f.w.Set(o, d.raw)
			case eventDeleted:
				f.w.Delete(o)
			case eventBookmark:
				end = o.Meta.Annotations[metav1.InitialEventsAnnotationKey] == "true"
				f.w.Heard()
			}
		}
		return end, decode(data)
	}, nil
}

// protoEvents reads events in protobuf, each after four bytes of length.
func protoEvents(body io.Reader) func() (string, []byte, error) {
	in := bufio.NewReaderSize(body, 64<<10)
	var buf []byte
	return func() (string, []byte, error) {
		var head [4]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return "", nil, err
		}
		n := binary.BigEndian.Uint32(head[:])
		if n > maxItem {
			return "", nil, errTooBig
		}
		if uint32(cap(buf)) < n || cap(buf) > 1<<20 {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		if _, err := io.ReadFull(in, buf); err != nil {
			return "", nil, cutOff(err)
		}
		var e metav1.WatchEvent
		if e.Unmarshal(buf) != nil {
			return "", nil, errCorrupt
		}
		return e.Type, e.Object.Raw, nil
	}
}

// jsonEvents reads events in JSON, one after the other.
func jsonEvents(body io.Reader) func() (string, []byte, error) {
	limited := &capped{r: body}
	dec := json.NewDecoder(limited)
	return func() (string, []byte, error) {
		limited.left = maxItem
		var e struct {
			Type   string          `json:"type"`
			Object json.RawMessage `json:"object"`
		}
		err := dec.Decode(&e)
		return e.Type, e.Object, err
	}
}
