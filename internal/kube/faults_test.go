package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// cut sends half of a list and closes the connection.
func cut(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		data := encode(t, podList(0, 2000, ""))
		w.Header().Set("Content-Type", protobufType)
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:len(data)/2])
		panic(http.ErrAbortHandler)
	}
}

func code(n int, message string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		status(w, n, message)
	}
}

func body(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(text))
	}
}

func zipped(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		body(protobufType, text)(w, r)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func hangInside(t *testing.T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", protobufType)
		_, _ = w.Write(encode(t, podList(0, 2000, ""))[:50000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}
}

// load reads a resource as a command does, and returns the number of rows.
func load(t *testing.T, c *Cluster, r *tables.Resource, table string) (int, error) {
	t.Helper()
	plan := rows.Plan{}
	tab := tables.Lookup(table)
	if tab == nil {
		t.Fatalf("no table %s", table)
	}
	plan.Add(tab, tab.Column("name"))
	set, err := rows.Load(t.Context(), c, plan, rows.Scope{}, rows.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	return set.Tables[tab].Len, set.Unread[r]
}

func TestFaults(t *testing.T) {
	ok := func(w http.ResponseWriter, r *http.Request) { send(w, r, encode(t, podList(0, 2000, ""))) }
	tests := []struct {
		name     string
		answers  []http.HandlerFunc // the last one for all that follow
		want     Fault              // empty: read
		requests int32
		says     string
	}{
		{"fine", []http.HandlerFunc{ok}, "", 1, ""},
		{
			"forbidden",
			[]http.HandlerFunc{code(403, `User "eve" cannot list resource "pods"`)},
			Forbidden, 1,
			`list pods: forbidden: User "eve" cannot list resource "pods"; grant {apiGroups: [""], resources: ["pods"], verbs: ["get", "list"]}`,
		},
		{"unauthorized", []http.HandlerFunc{code(401, "Unauthorized")}, Unauthorized, 1, "log in again"},
		{
			"not served",
			[]http.HandlerFunc{code(404, "the server could not find the requested resource")},
			NotServed, 1,
			"list pods: the API server does not serve it in version v1",
		},
		{"busy once", []http.HandlerFunc{code(429, "slow down", "Retry-After", "0"), ok}, "", 2, ""},
		{"busy for longer", []http.HandlerFunc{code(429, "slow down", "Retry-After", "0")}, Unavailable, maxPleas, "too many requests (429): slow down"},
		{"busy for too long", []http.HandlerFunc{code(429, "slow down", "Retry-After", "3600")}, Unavailable, 1, "429"},
		{"broken twice", []http.HandlerFunc{code(500, "oops"), code(503, "starting"), ok}, "", 3, ""},
		{"broken for good", []http.HandlerFunc{code(500, "conversion webhook for x failed")}, Unavailable, maxTries, "answers 500: conversion webhook for x failed"},
		{"server out of time", []http.HandlerFunc{code(504, "too long")}, Timeout, maxTries, "504"},
		{"hangs", []http.HandlerFunc{hang}, Timeout, 1, "was silent for 300ms"},
		{"hangs inside", []http.HandlerFunc{hangInside(t)}, Timeout, 1, "was silent for 300ms"},
		{"cut once", []http.HandlerFunc{cut(t), ok}, "", 2, ""},
		{"cut always", []http.HandlerFunc{cut(t)}, Unavailable, 3, "the connection broke off in the middle of the list"},
		{"garbage once", []http.HandlerFunc{body(protobufType, strings.Repeat("garbage", 999)), ok}, "", 2, ""},
		{"garbage", []http.HandlerFunc{body(protobufType, strings.Repeat("garbage", 999))}, BadReply, 3, "corrupt protobuf"},
		{"corrupt item", []http.HandlerFunc{body(protobufType, magic+"\x12\x04\x12\x02\xff\xff")}, BadReply, 3, "corrupt protobuf"},
		{"huge item", []http.HandlerFunc{body(protobufType, magic+"\x12\xff\xff\xff\xff\x0f\x12\xff\xff\xff\xff\x07")}, BadReply, 1, "larger than 64 MiB"},
		{"login page", []http.HandlerFunc{body("text/html", "<html>")}, BadReply, 3, "text/html"},
		{"broken JSON", []http.HandlerFunc{body("application/json", `{"kind":"PodList","items":[{`)}, Unavailable, 3, "broke off"},
		{"garbage for gzip", []http.HandlerFunc{zipped("no gzip at all")}, BadReply, 3, "gzip"},
		{"cut gzip", []http.HandlerFunc{zipped("\x1f\x8b\x08")}, Unavailable, 3, "broke off"},
		{"JSON of another kind", []http.HandlerFunc{body("application/json", `{"kind":"Status"}`)}, BadReply, 3, "Status"},
		{"JSON", []http.HandlerFunc{body("application/json", `{"kind":"PodList","metadata":{},"items":`+jsonItems(2000)+`}`)}, "", 1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var n atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				tt.answers[min(int(n.Add(1)), len(tt.answers))-1](w, r)
			})
			if strings.HasPrefix(tt.name, "hangs") {
				c.idle = 300 * time.Millisecond
			}
			began := time.Now()
			got, err := load(t, c, tables.Pods, "k8s_pods")
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			if n.Load() != tt.requests {
				t.Errorf("%d requests, want %d", n.Load(), tt.requests)
			}
			if tt.want == "" {
				if err != nil || got != 2000 {
					t.Errorf("%d rows, %v", got, err)
				}
				return
			}
			if !errors.Is(err, tt.want) || got != 0 {
				t.Fatalf("%d rows, %v", got, err)
			}
			if reason, _ := Reason(err); reason != string(tt.want) || !strings.Contains(err.Error(), tt.says) || strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("%s: %q", reason, err)
			}
		})
	}
}

func jsonItems(n int) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(`{"metadata":{"name":"pod-%d","uid":"%d"}}`, i, i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

func TestOptionalResourceIsAbsent(t *testing.T) {
	c := serve(t, code(404, "404 page not found"))
	r := *tables.Pods
	r.Optional = true
	if err := c.Each(t.Context(), &r, rows.Scope{}, func(*tables.Object) { t.Error("an object") }); err != nil {
		t.Error(err)
	}
}

// A page whose state the server has forgotten makes the list start over, in
// one piece.
func TestExpiredContinue(t *testing.T) {
	var limits []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		limits = append(limits, r.URL.Query().Get("limit"))
		switch {
		case r.URL.Query().Get("continue") != "":
			status(w, http.StatusGone, "The provided continue parameter is too old")
		case r.URL.Query().Get("limit") != "":
			send(w, r, encode(t, podList(0, 10, "next")))
		default:
			send(w, r, encode(t, podList(0, 20, "")))
		}
	})
	n, err := load(t, c, tables.Pods, "k8s_pods")
	if err != nil || n != 20 || len(limits) != 3 {
		t.Errorf("%d rows after limits %q: %v", n, limits, err)
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	var n atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			code(503, "starting", "Retry-After", "1")(w, r)
			return
		}
		send(w, r, encode(t, podList(0, 1, "")))
	})
	began := time.Now()
	err := c.Each(t.Context(), tables.Pods, rows.Scope{}, func(*tables.Object) {})
	if took := time.Since(began); err != nil || took < time.Second {
		t.Errorf("after %s: %v", took, err)
	}
}

// A server that is silent to one request is not waited for as long by those
// that come after it.
func TestSilentServerIsRemembered(t *testing.T) {
	c := serve(t, hang)
	c.idle = 1500 * time.Millisecond
	for i := range 3 {
		began := time.Now()
		err := c.Each(t.Context(), tables.Pods, rows.Scope{}, func(*tables.Object) {})
		if took := time.Since(began); !errors.Is(err, Timeout) || i > 0 && took > c.idle/2 {
			t.Errorf("%d: after %s: %v", i, took, err)
		}
	}
}

func TestRequestTimeout(t *testing.T) {
	c := serve(t, hangInside(t))
	c.timeout, c.idle = 100*time.Millisecond, time.Hour
	err := c.Each(t.Context(), tables.Pods, rows.Scope{}, func(*tables.Object) {})
	if !errors.Is(err, Timeout) || !strings.Contains(err.Error(), "--request-timeout 100ms") {
		t.Error(err)
	}
}

func TestCancelEndsAtOnce(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"before the reply": hang, "inside": hangInside(t), "between tries": code(503, "", "Retry-After", "20"),
	} {
		c := serve(t, handler)
		c.idle = time.Hour
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		began := time.Now()
		err := c.Each(ctx, tables.Pods, rows.Scope{}, func(*tables.Object) {})
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took > 5*time.Second {
			t.Errorf("%s: after %s: %v", name, took, err)
		}
		if reason, _ := Reason(err); reason != "canceled" {
			t.Errorf("%s: %s", name, reason)
		}
	}
}
