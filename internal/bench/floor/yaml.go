package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
)

// readYAML decodes every document into its typed object, as client-go does.
func readYAML(dir string) (n int, err error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		more, err := readFile(name)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
		n += more
	}
	return n, nil
}

func readFile(name string) (n int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	codec := scheme.Codecs.UniversalDeserializer()
	r := utilyaml.NewYAMLReader(bufio.NewReader(f))
	for ; ; n++ {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if _, _, err := codec.Decode(doc, nil, nil); err != nil {
			return 0, err
		}
	}
}
