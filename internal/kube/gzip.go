package kube

import (
	"bufio"
	"io"
	"net/http"

	"github.com/klauspost/compress/gzip"
)

// unzipped is a reply's body as it was before compression. net/http would do
// the same, and takes a third more CPU for it.
func unzipped(resp *http.Response, body io.ReadCloser) io.ReadCloser {
	if resp.Header.Get("Content-Encoding") != "gzip" {
		return body
	}
	return &unzip{ReadCloser: body}
}

// zippedBuffer is how much of a reply is read at once: HTTP/2 answers each read
// with a frame, which is a system call.
const zippedBuffer = 64 << 10

type unzip struct {
	io.ReadCloser
	z *gzip.Reader
}

func (u *unzip) Read(p []byte) (int, error) {
	if u.z == nil {
		z, err := gzip.NewReader(bufio.NewReaderSize(u.ReadCloser, zippedBuffer))
		if err != nil {
			return 0, cutOff(err)
		}
		u.z = z
	}
	return u.z.Read(p)
}
