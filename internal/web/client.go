package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientOf is the address that a request comes from. Proxies that are trusted
// say whom they ask for; what is left of the first who is not, anybody could
// have written.
func (s *server) clientOf(r *http.Request) string {
	from, ok := addressOf(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !slices.ContainsFunc(s.Proxies, func(p netip.Prefix) bool { return p.Contains(from) }) {
			break
		}
		before, ok := addressOf(strings.TrimSpace(hop))
		if !ok {
			break
		}
		from = before
	}
	return from.String()
}

// addressOf reads an address, with or without a port.
func addressOf(text string) (netip.Addr, bool) {
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap(), true
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return addr.Unmap(), err == nil
}

// network is what is limited as one: a home has 2^64 addresses of IPv6.
func network(client string) string {
	addr, err := netip.ParseAddr(client)
	if err != nil || addr.Is4() {
		return client
	}
	prefix, _ := addr.Prefix(64)
	return prefix.String()
}
