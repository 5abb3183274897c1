package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMux(t *testing.T) {
	var unready error
	ready := func(context.Context) error { return unready }
	for _, tt := range []struct {
		path     string
		profiles bool
		unready  error
		code     int
		body     string
	}{
		{"/metrics", false, nil, 200, "kspm_build_info{"},
		{"/healthz", false, errors.New("no"), 200, "ok"},
		{"/readyz", false, nil, 200, "ok"},
		{"/readyz", false, errors.New("the store is not open"), 503, "not ready: the store is not open"},
		{"/debug/pprof/heap", false, nil, 404, ""},
		{"/debug/pprof/heap?debug=1", true, nil, 200, "heap profile"},
		{"/debug/pprof/cmdline", true, nil, 404, ""},
		{"/", false, nil, 404, ""},
	} {
		unready = tt.unready
		w := httptest.NewRecorder()
		New(Sources{}).Mux(ready, tt.profiles).ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.path, nil))
		if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s: %d %.100s, want %d %s", tt.path, w.Code, w.Body, tt.code, tt.body)
		}
	}
}
