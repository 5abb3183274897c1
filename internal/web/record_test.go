package web

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
)

// record keeps what is logged, a line each: message and attributes.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) logger() *slog.Logger                     { return slog.New(r) }
func (r *record) Enabled(context.Context, slog.Level) bool { return true }
func (r *record) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *record) WithGroup(string) slog.Handler            { return r }

func (r *record) Handle(_ context.Context, one slog.Record) error {
	line := one.Message
	one.Attrs(func(a slog.Attr) bool {
		line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		return true
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
	return nil
}

func (r *record) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines)
}
