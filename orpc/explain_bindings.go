package orpc

import (
	"fmt"
	"strconv"
)

// bindings explains a DUALSTRINGARRAY and returns what it could read.
func (e *explainer) bindings() (d DUALSTRINGARRAY) {
	entries := int(e.u16("wNumEntries", func(n uint16) string { return fmt.Sprintf("%d bytes follow wSecurityOffset", 2*int(n)) }))
	offset := int(e.u16("wSecurityOffset", says[uint16]("")))
	switch {
	case e.x.Error != "":
		return d
	case offset > entries:
		e.x.Error = errSecurityOffset.Error()
		return d
	case e.left() < 2*entries:
		e.x.Error = errBindingsShort.Error()
		return d
	}
	end := e.off + 2*entries
	strs, sec := e.b[e.off:e.off+2*offset], e.b[e.off+2*offset:end]
	d.StringBindings = e.strings(strs)
	if e.x.Error == "" {
		e.off += len(strs)
		d.SecurityBindings = e.security(sec)
	}
	if e.x.Error == "" {
		e.off = end
	}
	return d
}

// strings explains the string part. e.off stays at its start.
func (e *explainer) strings(b []byte) (list []StringBinding) {
	tcp := false
	for off := 0; off < len(b); {
		id, addr, next, err := scanString(b, off)
		if err == nil && next == len(b) {
			err = errNoTerminator
		}
		if err != nil {
			e.x.Error = err.Error()
			return list
		}
		if next < 0 {
			e.terminator(b, off, "string bindings")
			break
		}
		s := StringBinding{id, utf16Text(addr)}
		list = append(list, s)
		tcp = tcp || id == TOWER_NCACN_IP_TCP
		e.binding(off, next, "string binding", strconv.Quote(s.Addr), stringMeaning(s))
		if _, endpoint := s.Split(); endpoint != "" {
			e.x.warn("the resolver binding %q has an endpoint: the specification has none here, and Windows may not honour it", s.Addr)
		}
		off = next
	}
	if len(list) > 0 && !tcp {
		e.x.warn("no binding for TCP: current resolvers listen on nothing else")
	}
	return list
}

func stringMeaning(s StringBinding) string {
	host, endpoint := s.Split()
	host, endpoint = printable(host), printable(endpoint)
	m := ProtSeqName(s.TowerID)
	switch s.TowerID {
	case TOWER_NCACN_IP_TCP, TOWER_NCADG_IP_UDP, TOWER_NCACN_NP, TOWER_NCACN_NP_LEGACY, TOWER_NCACN_HTTP:
	default:
		return m + ", skipped: not a protocol sequence that is spoken here"
	}
	if endpoint == "" {
		return fmt.Sprintf("%s, resolver of host %s at the well-known endpoint", m, host)
	}
	return fmt.Sprintf("%s, host %s, endpoint %s", m, host, endpoint)
}

// security explains the security part. e.off is at its start.
func (e *explainer) security(b []byte) (list []SecurityBinding) {
	for off := 0; off < len(b); {
		svc, reserved, name, next, err := scanSecurity(b, off)
		if err == nil && next == len(b) {
			err = errNoTerminator
		}
		if err != nil {
			e.x.Error = err.Error()
			return list
		}
		if next < 0 {
			e.terminator(b, off, "security bindings")
			break
		}
		s := SecurityBinding{svc, reserved, utf16Text(name)}
		list = append(list, s)
		meaning := "no principal name given"
		if s.Principal != "" {
			meaning = "principal " + strconv.Quote(s.Principal)
		}
		e.binding(off, next, "security binding", fmt.Sprintf("%d", svc), AuthnSvcName(svc)+", "+meaning)
		if reserved != 0xffff {
			e.x.warn("a security binding's reserved field is 0x%04x, usually 0xffff", reserved)
		}
		if svc == 0xffff {
			e.x.warn("provider 0xffff (default) must not be named in a binding")
		}
		off = next
	}
	if len(b) > 0 && len(list) == 0 {
		e.x.warn("no security binding: the resolver is to be asked without security")
	}
	return list
}

// binding notes one binding at off of the part that begins at e.off.
func (e *explainer) binding(off, next int, name, value, meaning string) {
	e.x.Fields = append(e.x.Fields, Field{e.base + e.off + off, next - off, name, value, meaning})
}

// terminator notes the zero that ends a list. An empty list has two of them,
// and what else may follow means nothing.
func (e *explainer) terminator(b []byte, off int, list string) {
	n := len(b) - off
	if off == 0 && n >= 4 && b[2]|b[3] == 0 {
		e.binding(0, 4, "terminators", "0 0", "no "+list)
		off += 4
	} else {
		e.binding(off, off+2, "terminator", "0", "end of the "+list)
		off += 2
	}
	if off < len(b) {
		e.x.warn("%d bytes behind the end of the %s are ignored", len(b)-off, list)
	}
}
