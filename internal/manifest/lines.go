package manifest

import "bytes"

// lines finds the lines of a text.
type lines struct {
	starts []int32
}

// from returns a text, which begins in line first, from a line on. It counts
// lines once, on its first use.
func (l *lines) from(text []byte, first, line int) []byte {
	if l.starts == nil {
		l.starts = []int32{0}
		for i := 0; ; {
			n := bytes.IndexByte(text[i:], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			l.starts = append(l.starts, int32(i))
		}
	}
	if n := line - first; n >= 0 && n < len(l.starts) {
		return text[l.starts[n]:]
	}
	return nil
}
