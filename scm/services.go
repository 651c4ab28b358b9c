package scm

import (
	"net/netip"
	"strconv"

	"oxid/dcerpc"
	"oxid/dcerpc/epm"
	"oxid/dcerpc/mgmt"
	"oxid/orpc"
)

// services is what a resolver answers on an RPC server: the resolver itself,
// the activators, the endpoint mapper and the management interface.
type services struct {
	server *dcerpc.Server
	table  *epm.Table
	done   []dcerpc.SyntaxID
}

// serve registers everything on s. When one fails, nothing stays registered.
func (r *resolver) serve(s *dcerpc.Server, bindings []orpc.StringBinding) (*services, error) {
	v := &services{server: s, table: new(epm.Table)}
	own := append(r.activatorInterfaces(), r.resolverInterface())
	for _, i := range append(own, epm.NewInterface(v.table)) {
		if err := s.Register(i); err != nil {
			v.remove()
			return nil, err
		}
		v.done = append(v.done, i.Syntax)
	}
	if err := mgmt.Register(s, nil); err != nil {
		v.remove()
		return nil, err
	}
	v.done = append(v.done, mgmt.Syntax)
	for _, i := range own {
		v.table.Add(endpoints(i, bindings)...)
	}
	return v, nil
}

// remove takes the interfaces off the server. Calls in progress end as they may.
func (v *services) remove() {
	for _, id := range v.done {
		v.server.Unregister(id)
	}
}

// endpoints lists an interface in the endpoint map at every port that it is
// served on. Towers have room for IPv4 addresses alone; clients take the port.
func endpoints(i *dcerpc.Interface, bindings []orpc.StringBinding) (list []epm.Entry) {
	type place struct {
		ip   [4]byte
		port uint16
	}
	seen := map[place]bool{}
	for _, b := range bindings {
		host, port := b.Split()
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || b.TowerID != orpc.TOWER_NCACN_IP_TCP {
			continue
		}
		at := place{port: uint16(n)}
		if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
			at.ip = ip.As4()
		}
		if !seen[at] {
			seen[at] = true
			list = append(list, epm.Entry{Tower: epm.TCPTower(i.Syntax, dcerpc.NDR20, at.ip, at.port), Annotation: i.Name})
		}
	}
	return list
}
