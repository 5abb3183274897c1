package tables

import "strings"

// image is a parsed image reference, normalised as container runtimes do: no
// host means docker.io, and there a single name means library/NAME.
type image struct{ registry, repository, tag, digest string }

func parseImage(ref string) image {
	var i image
	ref, i.digest, _ = strings.Cut(ref, "@")
	// A colon after the last slash begins a tag; before it, a port.
	if colon := strings.LastIndexByte(ref, ':'); colon > strings.LastIndexByte(ref, '/') {
		ref, i.tag = ref[:colon], ref[colon+1:]
	}
	if ref == "" {
		return i
	}
	host, rest, ok := strings.Cut(ref, "/")
	if ok && (strings.ContainsAny(host, ".:") || host == "localhost") {
		i.registry, i.repository = host, rest
	} else {
		i.registry, i.repository = "docker.io", ref
	}
	if i.registry == "index.docker.io" {
		i.registry = "docker.io"
	}
	if i.registry == "docker.io" && !strings.Contains(i.repository, "/") {
		i.repository = "library/" + i.repository
	}
	return i
}
