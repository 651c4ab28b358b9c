package scm

import (
	"net"
	"slices"
	"strings"
	"testing"

	"oxid/com"
	"oxid/orpc"
)

func TestSplitTarget(t *testing.T) {
	for _, tt := range []struct{ target, host, port string }{
		{"plc7", "plc7", ""},
		{"plc7.example.org", "plc7.example.org", ""},
		{" 10.0.0.5 ", "10.0.0.5", ""},
		{"10.0.0.5:4001", "10.0.0.5", "4001"},
		{"10.0.0.5[4001]", "10.0.0.5", "4001"},
		{"2001:db8::1", "2001:db8::1", ""},
		{"::1", "::1", ""},
		{"[2001:db8::1]", "2001:db8::1", ""},
		{"[2001:db8::1]:135", "2001:db8::1", "135"},
		{"[2001:db8::1][135]", "2001:db8::1", "135"},
		{"2001:db8::1[135]", "2001:db8::1", "135"},
		{"fe80::1%eth0[135]", "fe80::1%eth0", "135"},
		{"host:65535", "host", "65535"},
	} {
		host, port, err := SplitTarget(tt.target)
		if err != nil || host != tt.host || port != tt.port {
			t.Errorf("%q: %q, %q, %v", tt.target, host, port, err)
		}
	}
	for _, bad := range []string{"", " ", ":135", "[135]", "host:", "host[]", "host:x", "host:0", "host:65536", "host[0]",
		"[::1", "[::1]x", "[::1]:", "::1]", "a b", "host:-1", "host[1]2", "a\x00b", "[]:1"} {
		if host, port, err := SplitTarget(bad); err == nil {
			t.Errorf("%q is %q and %q", bad, host, port)
		} else {
			wantHRESULT(t, err, com.E_INVALIDARG)
		}
	}
}

func FuzzSplitTarget(f *testing.F) {
	for _, s := range []string{"h", "h:1", "h[1]", "[::1]:2", "::1[3]", "[[:]]", "a:b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, err := SplitTarget(s)
		if err != nil {
			return
		}
		// What comes out can be a binding and comes back the same.
		b := orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, host, port)
		if h, p := b.Split(); h != host || p != port {
			t.Fatalf("%q: %q and %q became %q and %q", s, host, port, h, p)
		}
	})
}

func TestBindings(t *testing.T) {
	tcp := func(ip string, port int) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }
	for _, tt := range []struct {
		name      string
		addr      net.Addr
		advertise []string
		want      []string
	}{
		{"loopback", tcp("127.0.0.1", 4711), nil, []string{"127.0.0.1[4711]"}},
		{"IPv6 loopback", tcp("::1", 4711), nil, []string{"::1[4711]"}},
		{"one address", tcp("10.1.2.3", 135), nil, []string{"10.1.2.3[135]"}},
		{"mapped address", tcp("::ffff:10.1.2.3", 135), nil, []string{"10.1.2.3[135]"}},
		{"behind a translator", tcp("10.1.2.3", 4711), []string{"192.0.2.1:9000", "plant.example", "[2001:db8::5]:1"},
			[]string{"192.0.2.1[9000]", "plant.example[4711]", "2001:db8::5[1]"}},
		{"unix socket", &net.UnixAddr{Name: "/x", Net: "unix"}, nil, nil},
		{"unix socket behind a proxy", &net.UnixAddr{Name: "/x", Net: "unix"}, []string{"h:5"}, []string{"h[5]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := Bindings(tt.addr, tt.advertise)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range list {
				if b.TowerID != orpc.TOWER_NCACN_IP_TCP {
					t.Errorf("tower %d", b.TowerID)
				}
				got = append(got, b.Addr)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	for _, bad := range [][]string{{"h:"}, {"ok", ""}} {
		if _, err := Bindings(tcp("10.0.0.1", 1), bad); err == nil {
			t.Errorf("%q are taken", bad)
		}
	}
	if _, err := Bindings(&net.UnixAddr{Net: "unix"}, []string{"h"}); err == nil {
		t.Error("a binding without a port")
	}
}

// A listener on every address names those that others can reach.
func TestBindingsOfAWildcardListener(t *testing.T) {
	for _, ip := range []net.IP{nil, net.IPv4zero, net.IPv6unspecified} {
		list, err := Bindings(&net.TCPAddr{IP: ip, Port: 99}, nil)
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		for i, b := range list {
			host, port := b.Split()
			addr := net.ParseIP(host)
			switch {
			case port != "99":
				t.Errorf("%v has another port", b)
			case addr == nil: // the host's name
			case addr.IsUnspecified() || addr.IsLinkLocalUnicast():
				t.Errorf("%v can be reached by nobody", b)
			case addr.IsLoopback() && len(list) > 1:
				t.Errorf("%v is among addresses that are not loopback", b)
			case ip.To4() != nil && addr.To4() == nil:
				t.Errorf("%v does not answer: the listener is IPv4", b)
			}
			if addr == nil && i != len(list)-1 {
				t.Errorf("the name %v comes before addresses", b)
			}
		}
	}
}

// A resolver at the well-known port is named without a port.
func TestResolverBindings(t *testing.T) {
	list := []orpc.StringBinding{
		orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "10.0.0.1", "135"),
		orpc.NewStringBinding(orpc.TOWER_NCACN_IP_TCP, "::1", "4711"),
	}
	packed, err := resolverBindings(list)
	if err != nil {
		t.Fatal(err)
	}
	dsa, err := packed.Unpack()
	if err != nil || len(dsa.StringBindings) != 2 || dsa.StringBindings[0].Addr != "10.0.0.1" || dsa.StringBindings[1].Addr != "::1[4711]" {
		t.Errorf("%v, %v", dsa, err)
	}
	for want, in := range map[string][]orpc.StringBinding{"10.0.0.1:135": list, "[::1]:4711": list[1:], "": nil} {
		if got := targetOf(in); got != want {
			t.Errorf("target %q, want %q", got, want)
		}
	}
	empty, err := resolverBindings(nil)
	if err != nil || !empty.IsEmpty() {
		t.Errorf("%v, %v", empty, err)
	}
	if _, err := resolverBindings([]orpc.StringBinding{{TowerID: 7, Addr: strings.Repeat("x", 70000)}}); err == nil {
		t.Error("bindings that do not fit a reference")
	}
}

func TestSocketPath(t *testing.T) {
	for _, tt := range []struct {
		goos string
		uid  int
		env  map[string]string
		want string
	}{
		{"linux", 1000, map[string]string{"XDG_RUNTIME_DIR": "/run/user/1000"}, "/run/user/1000/oxid/scm.sock"},
		{"linux", 0, nil, "/run/oxid/scm.sock"},
		{"linux", 1000, nil, "/tmp/oxid-1000/scm.sock"},
		{"darwin", 0, nil, "/var/run/oxid/scm.sock"},
		{"darwin", 501, map[string]string{"XDG_RUNTIME_DIR": "/x"}, "/tmp/oxid-501/scm.sock"},
		{"windows", -1, map[string]string{"LOCALAPPDATA": "/local"}, "/local/oxid/scm.sock"},
		{"windows", -1, nil, "/tmp/oxid/scm.sock"},
	} {
		got := socketPath(tt.goos, tt.uid, func(k string) string { return tt.env[k] }, "/tmp")
		if got != tt.want {
			t.Errorf("%s, user %d, %v: %s, want %s", tt.goos, tt.uid, tt.env, got, tt.want)
		}
	}
	t.Setenv(SocketEnv, "/elsewhere/s")
	if got := socketPaths(); !slices.Equal(got, []string{"/elsewhere/s"}) || DefaultSocket() != "/elsewhere/s" {
		t.Errorf("got %q", got)
	}
}
