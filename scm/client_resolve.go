package scm

import (
	"context"
	"net"
	"slices"

	"oxid/com"
	"oxid/internal/race"
	"oxid/marshal"
	"oxid/ndr"
	"oxid/orpc"
	"oxid/step"
)

// maxCandidates bounds the addresses of one reference that are tried. They are
// the peer's word, and each costs a connection.
const maxCandidates = 16

// protseqs is what this side asks resolvers and activators for.
var protseqs = []uint16{orpc.TOWER_NCACN_IP_TCP}

// candidates lists the addresses of a resolver in the order in which they are
// tried: the one that answered last, then by the sender's preference. A
// binding with an endpoint is honoured; one without means the well-known port.
func (c *Client) candidates(resAddr orpc.PackedBindings) ([]string, error) {
	dsa, err := resAddr.Unpack()
	if err != nil {
		return nil, err
	}
	var list []string
	for _, b := range dsa.StringBindings {
		if b.TowerID != orpc.TOWER_NCACN_IP_TCP {
			continue
		}
		host, port := b.Split()
		if port == "" {
			port = c.opt.Port
		}
		if addr := net.JoinHostPort(host, port); host != "" && !slices.Contains(list, addr) && len(list) < maxCandidates {
			list = append(list, addr)
		}
	}
	if len(list) == 0 {
		return nil, &com.Error{HRESULT: com.RPC_S_PROTSEQ_NOT_SUPPORTED, Step: step.Bindings,
			Hint: "the reference names no resolver that can be reached over TCP"}
	}
	if i := slices.Index(list, c.home(string(resAddr))); i > 0 {
		list[0], list[i] = list[i], list[0]
	}
	return list, nil
}

// ResolveOXID implements [marshal.Resolver] ([MS-DCOM] 3.2.4.1.2). Another
// machine may happen to have one of the addresses, so only an answer that knows
// the exporter ends the search.
func (c *Client) ResolveOXID(ctx context.Context, oxid orpc.OXID, resAddr orpc.PackedBindings) (*marshal.ExporterInfo, error) {
	addrs, err := c.candidates(resAddr)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	info, at, failed := race.Run(ctx, addrs, func(ctx context.Context, addr string) (*marshal.ExporterInfo, error) {
		var info *marshal.ExporterInfo
		err := c.withConn(ctx, addr, func(rc *resolverConn) (err error) {
			info, err = rc.resolve(ctx, oxid)
			return err
		})
		return info, err
	}, nil)
	if failed != nil {
		return nil, resolveError("ResolveOxid2", addrs[0], attempts(failed))
	}
	c.setHome(string(resAddr), at)
	return info, nil
}

// resolve asks one resolver for an exporter; before DCOM 5.2 there was only
// the older operation. A server that claims to be newer and lacks the newer one
// is taken at its deeds.
func (rc *resolverConn) resolve(ctx context.Context, oxid orpc.OXID) (*marshal.ExporterInfo, error) {
	var code, hint uint32
	var bindings *orpc.PackedBindings
	var remUnknown com.IPID
	var v orpc.COMVERSION
	var err error
	old := !rc.version.AtLeast(orpc.Version52)
	if !old {
		code, bindings, remUnknown, hint, v, err = rc.exporter.ResolveOxid2(ctx, oxid, protseqs)
		old = err != nil && isOpRange(err)
	}
	if old {
		v = orpc.Version51
		code, bindings, remUnknown, hint, err = rc.exporter.ResolveOxid(ctx, oxid, protseqs)
	}
	if err == nil {
		err = status(code)
	}
	if err != nil {
		return nil, err
	}
	return rc.exporterInfo(oxid, bindings, remUnknown, hint, v)
}

// exporterInfo puts together what a resolver or an activator said of an exporter.
func (rc *resolverConn) exporterInfo(oxid orpc.OXID, bindings *orpc.PackedBindings, remUnknown com.IPID, hint uint32, version orpc.COMVERSION) (*marshal.ExporterInfo, error) {
	dsa, err := ndr.Deref(bindings).Unpack()
	if err != nil {
		return nil, err
	}
	return &marshal.ExporterInfo{
		OXID:       oxid,
		Bindings:   dsa,
		RemUnknown: remUnknown,
		AuthnHint:  com.AuthnLevel(hint),
		Version:    version,
		Via:        rc.host,
	}, nil
}
