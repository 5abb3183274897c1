package login

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookEvery is how often it is looked whether the files of a certificate have
// changed, at most.
const lookEvery = time.Second

// certificate is read again when its files change. What is wrong with the new
// one is logged, and the old one stays.
type certificate struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	stamp   stamp // of the files that current was read from
	refused stamp // of those that were last found wrong
	looked  time.Time
}

// stamp tells two states of the files apart. Kubernetes changes those of a
// Secret by a symlink, which stat follows.
type stamp struct{ cert, key fileStamp }

type fileStamp struct {
	modified time.Time
	size     int64
}

func serverTLS(cert, key string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{cert: cert, key: key, log: log, now: time.Now}
	if err := c.read(); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: c.get}, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		c.reread()
	}
	return c.current, nil
}

// reread takes in files that changed. One of the two may have been written
// and the other not yet: what is wrong is tried again.
func (c *certificate) reread() {
	s, err := c.stat()
	if err == nil && s == c.stamp {
		return
	}
	if err == nil {
		err = c.read()
	}
	switch {
	case err == nil:
		c.log.Info("certificate is read again", "file", c.cert, "until", c.current.Leaf.NotAfter)
	case s != c.refused:
		c.refused = s
		c.log.Error("new certificate is wrong: the old one stays", "err", err, "until", c.current.Leaf.NotAfter)
	}
}

func (c *certificate) read() error {
	s, err := c.stat()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("certificate %s with key %s: %w", c.cert, c.key, err)
	}
	if now, leaf := c.now(), pair.Leaf; now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		return fmt.Errorf("certificate %s is of %s to %s, and not of now", c.cert, leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	c.current, c.stamp, c.refused = &pair, s, stamp{}
	return nil
}

func (c *certificate) stat() (s stamp, err error) {
	for _, f := range []struct {
		path string
		of   *fileStamp
	}{{c.cert, &s.cert}, {c.key, &s.key}} {
		info, err := os.Stat(f.path)
		if err != nil {
			return stamp{}, fmt.Errorf("certificate: %w", err)
		}
		*f.of = fileStamp{info.ModTime(), info.Size()}
	}
	return s, nil
}
