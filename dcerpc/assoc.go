package dcerpc

import (
	"crypto/rand"
	"encoding/binary"
	"sync"

	"oxid/com"
)

// AssocGroup is an association group: connections of one client that share
// context handles ([C706] 9.3, [MS-RPCE] 3.3.1.1). It ends with its last
// connection, which runs the handles down. It is safe for concurrent use.
type AssocGroup struct {
	srv  *Server
	id   uint32
	host string

	conns int // guarded by srv.mu

	mu      sync.Mutex
	handles map[com.GUID]*contextHandle
	over    bool
}

// contextHandle is what the server keeps for a context handle.
type contextHandle struct {
	kind    any
	client  string
	value   any
	rundown func(value any)
}

// ID returns the group's id, by which connections join it.
func (g *AssocGroup) ID() uint32 { return g.id }

// join enters a connection from host into group id, 0 for a new one. It
// returns nil when there is no such group, or it belongs to another machine.
func (s *Server) join(id uint32, host string) *AssocGroup {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != 0 {
		g := s.groups[id]
		if g == nil || g.host != host {
			return nil
		}
		g.conns++
		return g
	}
	// Ids cannot be guessed: a group gives access to its context handles.
	for id == 0 || s.groups[id] != nil {
		var b [4]byte
		rand.Read(b[:]) // never fails
		id = binary.LittleEndian.Uint32(b[:])
	}
	g := &AssocGroup{srv: s, id: id, host: host, conns: 1}
	s.groups[id] = g
	return g
}

// leave takes a connection out of the group; the last one ends it.
func (g *AssocGroup) leave() {
	g.srv.mu.Lock()
	g.conns--
	last := g.conns == 0
	if last {
		delete(g.srv.groups, g.id)
	}
	g.srv.mu.Unlock()
	if !last {
		return
	}
	g.mu.Lock()
	handles := g.handles
	g.handles, g.over = nil, true
	g.mu.Unlock()
	for _, h := range handles {
		if h.rundown != nil {
			h.rundown(h.value)
		}
	}
}

// maxHandles bounds the context handles of one group.
const maxHandles = 4096

// NewHandle makes a context handle for value and returns its UUID, which
// travels as the second part of an ndr_context_handle ([C706] 14.2.16.6). kind
// tells handles of different types apart; it is compared with ==. rundown is
// called once with value if the group ends before the handle is closed; it may
// be nil, and must not block.
//
// It returns nca_s_fault_remote_no_memory when the group has too many handles.
func (c *ServerCall) NewHandle(kind, value any, rundown func(value any)) (com.GUID, error) {
	g := c.Group()
	h := &contextHandle{kind: kind, client: c.Auth().Client, value: value, rundown: rundown}
	id := com.NewGUID()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over || len(g.handles) >= maxHandles {
		return com.GUID{}, &Fault{Status: StatusRemoteNoMemory}
	}
	if g.handles == nil {
		g.handles = make(map[com.GUID]*contextHandle)
	}
	g.handles[id] = h
	return id, nil
}

// Handle returns the value of a context handle of this kind. A handle of
// another group, kind or authenticated client is nca_s_fault_context_mismatch.
func (c *ServerCall) Handle(kind any, id com.GUID) (any, error) {
	g := c.Group()
	g.mu.Lock()
	defer g.mu.Unlock()
	h := g.handles[id]
	if h == nil || h.kind != kind || h.client != c.Auth().Client {
		return nil, &Fault{Status: StatusContextMismatch}
	}
	return h.value, nil
}

// CloseHandle takes the handle away, without running it down, and returns its
// value, with the errors of Handle.
func (c *ServerCall) CloseHandle(kind any, id com.GUID) (any, error) {
	v, err := c.Handle(kind, id)
	if err != nil {
		return nil, err
	}
	g := c.Group()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.handles, id)
	return v, nil
}
