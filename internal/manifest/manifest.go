package manifest

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Files is a source of objects: manifests that have been read. It is safe for
// concurrent use.
type Files struct {
	name      string
	namespace string
	files     []*file
	objects   map[*tables.Resource][]entry
	resources []*tables.Resource
	problems  []Problem
	counts    Counts

	locating sync.Mutex
	located  located
	byName   map[string]*file
}

// Counts says how much was read.
type Counts struct {
	Files, Documents, Objects int
}

// ResourceCount is a resource that the manifests hold, and how many of it.
type ResourceCount struct {
	Resource *tables.Resource
	// Objects does not count implied namespaces.
	Objects int
}

// Option changes what Open does.
type Option func(*Files)

// DefaultNamespace sets the namespace of namespaced objects that name none,
// as kubectl apply would. It is "default" unless set.
func DefaultNamespace(ns string) Option { return func(f *Files) { f.namespace = ns } }

// Named sets the name of the source, which is every object's cluster.
func Named(name string) Option { return func(f *Files) { f.name = name } }

// Open reads all manifests under paths: files, folders, globs, or "-" for
// stdin. An error means that the paths themselves are wrong; what is wrong
// within a file is in Problems.
func Open(ctx context.Context, paths []string, stdin io.Reader, opts ...Option) (*Files, error) {
	f := newFiles(sourceName(paths), opts)
	found, problems, err := find(ctx, paths)
	if err != nil {
		return nil, err
	}
	f.problems = problems
	f.files = found
	done := make(chan error, 1)
	go func() { done <- f.read(ctx, stdin) }()
	select {
	case err := <-done:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done(): // a pipe that nobody writes to keeps its reader for good
		return nil, context.Cause(ctx)
	}
	f.assemble()
	return f, nil
}

func newFiles(name string, opts []Option) *Files {
	f := &Files{namespace: "default", objects: map[*tables.Resource][]entry{}, name: name}
	for _, o := range opts {
		o(f)
	}
	return f
}

// sourceName is the name that a reader of the command line would give.
func sourceName(paths []string) string {
	if len(paths) != 1 {
		return "manifests"
	}
	if paths[0] == "-" {
		return "stdin"
	}
	if abs, err := filepath.Abs(paths[0]); err == nil && !isGlob(paths[0]) {
		return filepath.Base(abs)
	}
	return paths[0]
}

// read reads all files, a few at once.
func (f *Files) read(ctx context.Context, stdin io.Reader) error {
	var wg sync.WaitGroup
	var q quota
	work := make(chan *file)
	for range min(runtime.GOMAXPROCS(0), 4, len(f.files)) {
		wg.Go(func() {
			r := newReader(f.namespace, &q)
			for file := range work {
				file.read(ctx, r, stdin)
			}
		})
	}
	for _, file := range f.files {
		if ctx.Err() != nil {
			break
		}
		work <- file
	}
	close(work)
	wg.Wait()
	if err := q.err(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// assemble puts together what the files gave, in their order.
func (f *Files) assemble() {
	all := newResolver(f.files)
	seen := map[identity]place{}
	for i, file := range f.files {
		f.counts.Files++
		f.counts.Documents += len(file.docs)
		f.counts.Objects += len(file.objects)
		for _, o := range file.objects {
			r := all.resource(o)
			all.settle(&o, r, f.namespace)
			o.entry.file = int32(i)
			f.objects[r] = append(f.objects[r], o.entry)
			f.noteDuplicate(seen, r, o.entry)
		}
		file.objects = nil
	}
	for _, file := range f.files {
		file.finish()
		f.problems = append(f.problems, file.problems...)
	}
	for r := range f.objects {
		f.resources = append(f.resources, r)
	}
	slices.SortFunc(f.resources, func(a, b *tables.Resource) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Plural, b.Plural))
	})
	f.implyNamespaces()
	sortProblems(f.problems)
}

// Name is the name of the source.
func (f *Files) Name() string { return f.name }

// Counts says how much was read.
func (f *Files) Counts() Counts { return f.counts }

// Problems lists what could not be read, or was read with a doubt, in order of
// file and line.
func (f *Files) Problems() []Problem { return slices.Clone(f.problems) }

// Resources lists the resources of all objects, those of unknown kinds
// included, by group and name.
func (f *Files) Resources() []ResourceCount {
	var counts []ResourceCount
	for _, r := range f.resources {
		n := 0
		for _, e := range f.objects[r] {
			if !e.implied {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, ResourceCount{r, n})
		}
	}
	return counts
}
