package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// ruleset is what is judged by: rules that are compiled, as the files say that
// were there when it was made.
type ruleset struct {
	checkOptions
	digest string
	db     *engine.DB
	rules  *assess.Rules
}

// rulesets makes a ruleset, and another whenever a file changes that it depends
// on. One that is wrong is told of, and the one before stays.
type rulesets struct {
	flags checkOptions // as they were given
	fail  func(error)

	mu      sync.Mutex
	current *ruleset
	// retired is the one before it: clusters are judged by it until the next time
	// that somebody asks.
	retired *ruleset
	wrong   string // digest of files that make none
}

// get is the ruleset for the files as they are now. The first that fails is an
// error. When it is called nothing may be judged any more by those before the
// last that it returned.
func (r *rulesets) get(ctx context.Context) (*ruleset, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	digest, err := r.flags.filesDigest()
	if err == nil && r.current != nil && r.current.digest == digest {
		return r.current, nil
	}
	if err == nil && digest == r.wrong {
		return r.current, nil // as has been told
	}
	var next *ruleset
	if err == nil {
		next, err = r.flags.compile(ctx, digest)
	}
	switch {
	case err == nil:
		if r.retired != nil {
			err = r.retired.db.Close()
		}
		r.retired, r.current, r.wrong = r.current, next, ""
		return next, err
	case r.current == nil || ctx.Err() != nil:
		return nil, err
	}
	r.wrong = digest
	r.fail(err)
	return r.current, nil
}

// last is the ruleset that get returned last; nil before.
func (r *rulesets) last() *ruleset {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

func (o checkOptions) compile(ctx context.Context, digest string) (*ruleset, error) {
	quiet := *o.app
	quiet.Err = io.Discard
	o.app = &quiet
	s := &ruleset{checkOptions: o, digest: digest}
	if err := s.complete(); err != nil {
		return nil, err
	}
	selected, err := s.selectRules()
	if err != nil {
		return nil, err
	}
	if _, err := s.loadWaivers(); err != nil {
		return nil, err
	}
	if err := s.own(); err != nil {
		return nil, err
	}
	if s.db, err = engine.Open(tables.All()); err != nil {
		return nil, err
	}
	if s.rules, err = assess.Compile(ctx, s.db, selected); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}

// filesDigest identifies the content of every file that rules, waivers and
// owners come from.
func (o *checkOptions) filesDigest() (string, error) {
	h := sha256.New()
	file := o.config.path
	if file == "" {
		var err error
		if file, err = findConfig(nil); err != nil {
			return "", err
		}
	}
	fresh := *o
	if file != "" {
		if err := fresh.config.load(&app{Streams: Streams{Err: io.Discard}}, nil); err != nil {
			return "", err
		}
		fresh.takeFiles()
	}
	for _, path := range []string{file, fresh.waivers, fresh.owners} {
		if path != "" {
			if err := addFile(h, path); err != nil {
				return "", err
			}
		}
	}
	for _, dir := range o.ruleDirs {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			return addFile(h, path)
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

func addFile(h hash.Hash, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "%s %d\n", path, len(data))
	_, err = io.Copy(h, bytes.NewReader(data))
	return err
}
