package scm

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"oxid/com"
	"oxid/orpc"
	"oxid/step"
)

// WellKnownPort is the TCP port of resolvers, activators and endpoint mappers
// ([MS-DCOM] 1.9).
const WellKnownPort = "135"

// Bindings returns the string bindings of a listener at addr, best first, with
// endpoints.
//
// advertise names the hosts that others reach it by, each as [SplitTarget]
// takes it: "host", or "host:port" where a translated port differs. Without
// it, a listener on one address has that address; one on all addresses has
// those of every interface that is up, loopback and link-local ones left out,
// and the host's name. A unix socket has none.
func Bindings(addr net.Addr, advertise []string) ([]orpc.StringBinding, error) {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok && len(advertise) == 0 {
		return nil, nil
	}
	port := ""
	if ok {
		port = strconv.Itoa(tcp.Port)
	}
	hosts := advertise
	if len(hosts) == 0 {
		hosts = hostsOf(tcp)
	}
	list := make([]orpc.StringBinding, 0, len(hosts))
	for _, h := range hosts {
		host, p, err := SplitTarget(h)
		if err != nil {
			return nil, err
		}
		if p == "" {
			p = port
		}
		if p == "" {
			return nil, badTarget(h, "names no port, and the listener has none")
		}
		list = append(list, orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, host, p))
	}
	return list, nil
}

// hostsOf returns the hosts that a listener can be reached by.
func hostsOf(tcp *net.TCPAddr) []string {
	if len(tcp.IP) > 0 && !tcp.IP.IsUnspecified() {
		return []string{ipText(tcp.IP, tcp.Zone)}
	}
	// IPv4 comes first: it is what most clients have, and bindings are tried in
	// order. A listener on 0.0.0.0 has no IPv6 addresses. One on :: usually takes IPv4
	// connections too, and Go makes one of no address at all.
	v4only := tcp.IP.To4() != nil
	var v4, v6 []string
	for _, a := range interfaceAddrs() {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || !n.IP.IsGlobalUnicast():
		case n.IP.To4() != nil:
			v4 = append(v4, ipText(n.IP, ""))
		case !v4only:
			v6 = append(v6, ipText(n.IP, ""))
		}
	}
	hosts := append(v4, v6...)
	if len(hosts) == 0 {
		return []string{"127.0.0.1"} // a machine without a network
	}
	if name, err := os.Hostname(); err == nil && name != "" && name != "localhost" {
		hosts = append(hosts, name)
	}
	return hosts
}

// interfaceAddrs returns the addresses of every interface that is up. An
// interface that cannot be asked has none.
func interfaceAddrs() (list []net.Addr) {
	ifs, _ := net.Interfaces()
	for _, i := range ifs {
		if i.Flags&net.FlagUp != 0 {
			addrs, _ := i.Addrs()
			list = append(list, addrs...)
		}
	}
	return list
}

// ipText is an address as string bindings have it: IPv4 dotted, IPv6 bare.
func ipText(ip net.IP, zone string) string {
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return ip.String()
	}
	return a.Unmap().WithZone(zone).String()
}

// resolverBindings turns the bindings of a listener into those of a resolver:
// one at its well-known port is named by its hosts alone ([MS-DCOM] 2.2.18.4),
// any other by "host[port]", which clients on Windows do not follow.
func resolverBindings(list []orpc.StringBinding) (orpc.PackedBindings, error) {
	var dsa orpc.DUALSTRINGARRAY
	for _, b := range list {
		host, port := b.Split()
		if port == WellKnownPort {
			port = ""
		}
		dsa.StringBindings = append(dsa.StringBindings, orpc.NewStringBinding(b.TowerID, host, port))
	}
	return dsa.Pack()
}

// targetOf is the first of the bindings as [Client.CreateInstance] takes it.
func targetOf(list []orpc.StringBinding) string {
	if len(list) == 0 {
		return ""
	}
	host, port := list[0].Split()
	if port == "" {
		port = WellKnownPort
	}
	return net.JoinHostPort(host, port)
}

// SplitTarget takes the name of a machine apart: "host", "host:port" or the
// "host[port]" of string bindings. An IPv6 address is bare, or in brackets
// where a port follows: "2001:db8::1", "[2001:db8::1]:135",
// "2001:db8::1[135]". port is empty when none is there.
func SplitTarget(target string) (host, port string, err error) {
	t := strings.TrimSpace(target)
	switch {
	case strings.HasPrefix(t, "["):
		i := strings.IndexByte(t, ']')
		if i < 0 {
			return "", "", badTarget(target, "has a bracket that does not close")
		}
		host, t = t[1:i], t[i+1:]
		switch {
		case !strings.Contains(host, ":"):
			return "", "", badTarget(target, "has brackets around what is no IPv6 address")
		case t == "":
		case t[0] == ':':
			port = t[1:]
		case t[0] == '[' && strings.HasSuffix(t, "]"):
			port = t[1 : len(t)-1]
		default:
			return "", "", badTarget(target, "goes on behind the address")
		}
		if t != "" && port == "" {
			return "", "", badTarget(target, "has an empty port")
		}
	case strings.HasSuffix(t, "]"):
		i := strings.LastIndexByte(t, '[')
		if i < 0 {
			return "", "", badTarget(target, "has a bracket that does not open")
		}
		host, port = t[:i], t[i+1:len(t)-1]
		if port == "" {
			return "", "", badTarget(target, "has an empty port")
		}
	case strings.Count(t, ":") == 1:
		host, port, _ = strings.Cut(t, ":")
		if port == "" {
			return "", "", badTarget(target, "has an empty port")
		}
	default:
		host = t
	}
	if host == "" || strings.ContainsAny(host, "[]\x00 ") {
		return "", "", badTarget(target, "names no host")
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", "", badTarget(target, "has no port number from 1 to 65535")
		}
	}
	return host, port, nil
}

// badTarget is the error of a name that cannot be taken apart.
func badTarget(target, why string) error {
	return &com.Error{HRESULT: com.E_INVALIDARG, Step: step.Self, Err: fmt.Errorf("the address %q %s", target, why),
		Hint: "write host, host:port or [IPv6 address]:port"}
}
