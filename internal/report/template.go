package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// templatePrinter is kubectl's printer for jsonpath=… or go-template=….
func templatePrinter(kind, text string) (printers.ResourcePrinter, error) {
	var p printers.ResourcePrinter
	var err error
	if kind == "jsonpath" {
		p, err = printers.NewJSONPathPrinter(text)
	} else {
		p, err = printers.NewGoTemplatePrinter([]byte(text))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	return p, nil
}

// byTemplate makes a format of a template over the JSON form.
func byTemplate(kind, text string) (Format, error) {
	p, err := templatePrinter(kind, text)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer, r *posture.Report, s Style) error {
		var b bytes.Buffer
		if err := JSON(&b, r, s); err != nil {
			return err
		}
		object := map[string]any{}
		if err := json.Unmarshal(b.Bytes(), &object); err != nil {
			return err
		}
		return p.PrintObj(&unstructured.Unstructured{Object: object}, w)
	}, nil
}
