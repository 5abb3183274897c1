package manifest

import (
	"context"
	"errors"
)

// Rendered is what a program made of a template or a base: objects whose text
// stands in no file.
type Rendered struct {
	// File is what the user would edit. Lines of Text are not lines of it, so
	// objects have none.
	File string
	Text []byte
}

// OpenRendered reads objects as Open does, out of texts.
func OpenRendered(ctx context.Context, texts []Rendered, opts ...Option) (*Files, error) {
	if len(texts) == 0 {
		return nil, errors.New("nothing was rendered")
	}
	f := newFiles("manifests", opts)
	byName := map[string]*file{}
	for _, t := range texts {
		x := byName[t.File]
		if x == nil {
			x = &file{name: t.File, named: true, rendered: true}
			byName[t.File] = x
			f.files = append(f.files, x)
		}
		x.text = append(append(x.text, "\n---\n"...), t.Text...)
	}
	if err := f.read(ctx, nil); err != nil {
		return nil, err
	}
	f.assemble()
	return f, nil
}
