package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// readReport reads what `check -o json` or `-o yaml` wrote. A report may come
// from anywhere, so its strings are cleaned as those of a cluster are.
func (a *app) readReport(path string) (*posture.Report, error) {
	text, err := a.readFile(path)
	if err != nil {
		return nil, err
	}
	notOne := func(why string) error {
		return usagef("%s is not a report: %s; 'check -o json=FILE' writes one", path, why)
	}
	kind := struct{ APIVersion, Kind string }{}
	if err := yaml.Unmarshal(text, &kind); err != nil {
		return nil, notOne(strings.TrimSpace(strings.Split(err.Error(), "\n")[0]))
	}
	if kind.APIVersion != posture.APIVersion || kind.Kind != posture.Kind {
		return nil, notOne(fmt.Sprintf("want apiVersion %s and kind %s, not %q and %q", posture.APIVersion, posture.Kind, kind.APIVersion, kind.Kind))
	}
	r := &posture.Report{}
	if err := yaml.Unmarshal(text, r); err != nil {
		return nil, notOne(strings.TrimSpace(strings.Split(err.Error(), "\n")[0]))
	}
	cleanStrings(reflect.ValueOf(r).Elem())
	return r, nil
}

func (a *app) readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(a.In)
	}
	text, err := os.ReadFile(path)
	var at *os.PathError
	if errors.As(err, &at) {
		return nil, usagef("%s: %v", path, at.Err)
	}
	return text, err
}

// cleanStrings cleans every string that a report holds.
func cleanStrings(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(tables.Clean(v.String()))
	case reflect.Interface:
		if s, ok := v.Interface().(string); ok {
			v.Set(reflect.ValueOf(tables.Clean(s)))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			cleanStrings(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			cleanStrings(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				cleanStrings(v.Field(i))
			}
		}
	}
}
