package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-kspm/kubectl-kspm/internal/alert"
	"github.com/kubectl-kspm/kubectl-kspm/internal/login"
	"github.com/kubectl-kspm/kubectl-kspm/internal/metrics"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/serve"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// server is one process of serve.
type server struct {
	*serveOptions
	history  store.Store // nil for an agent
	rulesets *rulesets
	live     serve.Live
	// home is the cluster that is watched where no flag names one, and pod says
	// that no kubeconfig does.
	home       string
	pod        bool
	dispatcher *alert.Dispatcher // nil without alerts
	// fence is the number of the lease that this replica holds; 0 without.
	fence atomic.Int64
}

// listener is an address that is listened on, and what answers there.
type listener struct {
	net.Listener
	what    string
	handler http.Handler
	tls     *tls.Config // nil for plain HTTP
}

// run serves until it is interrupted. Whatever can be wrong with the flags is
// said before anything is begun.
func (o *serveOptions) run(ctx context.Context) (err error) {
	rows.Lasting()
	s := &server{serveOptions: o, rulesets: &rulesets{flags: o.checkOptions}}
	s.rulesets.fail = func(err error) { o.log.Error("files that changed are wrong: what was read before holds", "err", err) }
	if s.watches() {
		if _, err := s.rulesets.get(ctx); err != nil {
			return err
		}
		if err := s.pin(); err != nil {
			return err
		}
		if _, err := s.connections(); err != nil {
			return err
		}
	}
	if !o.agent.on {
		if s.history, err = store.Open(ctx, o.store); err != nil {
			return err
		}
		defer s.history.Close()
	}
	measures := s.metrics()
	if s.history != nil {
		s.history = measures.Timed(s.history)
		if err := s.openAlerts(ctx); err != nil {
			return err
		}
	}
	listeners, err := s.listenAll(ctx, measures)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range listeners {
		group.Go(func() error { return s.answer(ctx, l) })
	}
	group.Go(func() error { return s.lead(ctx) })
	if err := group.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// watches reports whether this process watches clusters: a hub does so only if
// it is told which.
func (s *server) watches() bool {
	return !s.hub.on || s.fleet.asked() || s.kubeconfigs != ""
}

func (s *server) openAlerts(ctx context.Context) error {
	if s.alerts == nil {
		return nil
	}
	s.dispatcher = alert.New(s.alerts, s.history, alert.Options{ExternalURL: s.externalURL, Fence: s.fence.Load, Log: s.log})
	return s.dispatcher.Register(ctx)
}

// listenAll listens on every address that the flags name.
func (s *server) listenAll(ctx context.Context, measures *metrics.Metrics) (all []listener, err error) {
	listen := func(what, address string, config *tls.Config, handler http.Handler) {
		if err != nil || address == "" {
			return
		}
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", address); err == nil {
			all = append(all, listener{l, what, handler, config})
		}
	}
	defer func() {
		if err != nil {
			for _, l := range all {
				l.Close()
			}
		}
	}()
	listen("metrics", s.metricsListen, nil, measures.Mux(s.ready, s.pprof))
	if s.agent.on {
		return all, err
	}
	pages, config, failed := s.pages(ctx)
	if failed != nil {
		return all, failed
	}
	listen("pages", s.listen, config, pages)
	if s.hub.on && err == nil {
		hub, failed := s.hub.open(s.serveOptions, s.history)
		if failed != nil {
			return all, failed
		}
		listen("hub", s.hub.listen, hub.TLS(), hub.Handler())
	}
	return all, err
}

// pages are what people look at, and how they reach it: nil is plain HTTP.
func (s *server) pages(ctx context.Context) (http.Handler, *tls.Config, error) {
	o := web.Options{Store: s.history, Version: clientVersion(), Log: s.log}
	home := login.Home{Store: s.history}
	if s.login.Auth != "none" {
		var err error
		if home.Config, _, err = s.source.kube.Config(); err != nil && s.login.Auth == "kubernetes" {
			return nil, nil, err
		}
	}
	access, err := s.login.Open(ctx, s.externalURL, home, s.log)
	if err != nil {
		return nil, nil, err
	}
	access.Apply(&o)
	if o.Console, err = s.console(); err != nil {
		return nil, nil, err
	}
	return web.New(o), access.TLS, nil
}

// answer serves one listener until ctx ends, and lets requests that are under
// way end.
func (s *server) answer(ctx context.Context, l listener) error {
	httpServer := &http.Server{
		Handler: l.handler, TLSConfig: l.tls, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout,
	}
	scheme := "http"
	serve := func() error { return httpServer.Serve(l) }
	if l.tls != nil {
		scheme, serve = "https", func() error { return httpServer.ServeTLS(l, "", "") }
	}
	s.log.Info("listens", "for", l.what, "at", scheme+"://"+l.Addr().String())
	done := make(chan error, 1)
	go func() { done <- serve() }()
	select {
	case err := <-done:
		return fmt.Errorf("%s: %w", l.what, err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := httpServer.Shutdown(end); err != nil {
		return httpServer.Close()
	}
	return nil
}

// ready reports whether history can be read.
func (s *server) ready(ctx context.Context) error {
	if s.history == nil {
		return nil
	}
	_, err := s.history.Runs(ctx, "", store.Page{Limit: 1})
	return err
}

const (
	// bodyTimeout is for all of a cluster's posture, from an agent far away.
	bodyTimeout = 5 * time.Minute
	idleTimeout = 2 * time.Minute
)

// trimEvery is how often what is old is dropped.
const trimEvery = 6 * time.Hour

// trim drops what is older than the retention, until ctx ends.
func (s *server) trim(ctx context.Context) error {
	for {
		n, err := s.history.Trim(ctx, time.Now().Add(-s.keep))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			s.log.Error("old history is not dropped", "err", err)
		case n > 0:
			s.log.Info("old history is dropped", "rows", n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(trimEvery):
		}
	}
}
