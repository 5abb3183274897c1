package tables

import "net/netip"

// notPublic are the blocks of the IANA special-purpose registries that are not
// globally reachable (RFC 6890 and its updates), besides those that net/netip
// knows: private, loopback, link-local, multicast, unspecified.
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b:1::/48", "100::/64", "2001::/32", "2001:2::/48", "2001:db8::/32", "3fff::/20", "5f00::/16",
)

func prefixes(cidrs ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(cidrs))
	for i, c := range cidrs {
		out[i] = netip.MustParsePrefix(c)
	}
	return out
}

// publicAddress reports whether the Internet routes an address; NULL for what
// is no address.
func publicAddress(s string) Value {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return Null
	}
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return Bool(false)
	}
	for _, p := range notPublic {
		if p.Contains(a) {
			return Bool(false)
		}
	}
	return Bool(true)
}
