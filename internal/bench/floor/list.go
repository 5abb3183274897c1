package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	pageSize = "5000" // as internal/kube
	readers  = 8      // as internal/rows
)

// list reads resources side by side, as kubectl-kspm does.
func list(ctx context.Context, namespace string, names []string) (total int, err error) {
	cfg, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return 0, err
	}
	config, err := clientcmd.NewDefaultClientConfig(*cfg, nil).ClientConfig()
	if err != nil {
		return 0, err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return 0, err
	}
	counts, errs := make([]int, len(names)), make([]error, len(names))
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			counts[i], errs[i] = listOne(ctx, client, config.Host, namespace, name)
		})
	}
	wg.Wait()
	for _, n := range counts {
		total += n
	}
	return total, errors.Join(errs...)
}

func listOne(ctx context.Context, client *http.Client, host, namespace, name string) (n int, err error) {
	r := tables.ResourceNamed(name)
	if r == nil || r.New == nil {
		return 0, fmt.Errorf("%s: not known by type", name)
	}
	path := host + "/apis/" + r.Group + "/" + r.Version
	if r.Group == "" {
		path = host + "/api/" + r.Version
	}
	if namespace != "" {
		path += "/namespaces/" + namespace
	}
	object := r.New()
	query := url.Values{"limit": {pageSize}}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, path+"/"+r.Plural+"?"+query.Encode(), nil)
		if err != nil {
			return n, err
		}
		req.Header.Set("Accept", "application/vnd.kubernetes.protobuf")
		resp, err := client.Do(req)
		if err != nil {
			return n, err
		}
		if resp.StatusCode == http.StatusNotFound && r.Optional {
			resp.Body.Close()
			return 0, nil
		}
		if resp.StatusCode != http.StatusOK {
			resp.Body.Close()
			return n, fmt.Errorf("%s: %s", name, resp.Status)
		}
		meta, err := readList(bufio.NewReaderSize(resp.Body, 64<<10), func(data []byte) error {
			n++
			object.Reset()
			return object.Unmarshal(data)
		})
		resp.Body.Close()
		if err != nil {
			return n, fmt.Errorf("%s: %w", name, err)
		}
		if meta.Continue == "" {
			return n, nil
		}
		query.Set("continue", meta.Continue)
	}
}

// readList calls item for each object of a reply: a runtime.Unknown whose field
// raw is a list, whose fields are its metadata and the objects.
func readList(r *bufio.Reader, item func([]byte) error) (meta metav1.ListMeta, err error) {
	const magic, raw, metadata, items = 4, 2, 1, 2
	if _, err := r.Discard(magic); err != nil {
		return meta, err
	}
	var buf []byte
	inside := false
	for {
		tag, err := binary.ReadUvarint(r)
		if errors.Is(err, io.EOF) && inside {
			return meta, nil
		}
		if err != nil {
			return meta, err
		}
		length, err := binary.ReadUvarint(r)
		if err != nil {
			return meta, err
		}
		if !inside && tag>>3 == raw {
			inside = true
			continue
		}
		if uint64(cap(buf)) < length {
			buf = make([]byte, 2*length)
		}
		data := buf[:length]
		if _, err := io.ReadFull(r, data); err != nil {
			return meta, err
		}
		switch {
		case !inside:
		case tag>>3 == items:
			err = item(data)
		case tag>>3 == metadata:
			err = meta.Unmarshal(data)
		}
		if err != nil {
			return meta, err
		}
	}
}
