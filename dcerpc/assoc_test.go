package dcerpc

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"

	"oxid/com"
)

// handleService makes (0), reads (1) and closes (2) context handles.
func handleService(ran *[]string) HandlerFunc {
	type kind struct{}
	return func(c *ServerCall) error {
		switch c.Opnum {
		case 0:
			id, err := c.NewHandle(kind{}, string(c.Stub), func(v any) { *ran = append(*ran, v.(string)) })
			c.Reply = id.AppendBytes(c.GrowReply(16))
			return err
		case 1:
			v, err := c.Handle(kind{}, com.GUIDFromBytes(c.Stub))
			if err != nil {
				return err
			}
			c.Reply = append(c.GrowReply(8), v.(string)...)
		case 2:
			_, err := c.CloseHandle(kind{}, com.GUIDFromBytes(c.Stub))
			return err
		case 3:
			_, err := c.Handle("another kind", com.GUIDFromBytes(c.Stub))
			return err
		}
		return nil
	}
}

func TestContextHandlesBelongToTheGroup(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var ran []string
		s := NewServer(nil)
		defer s.Close()
		s.Register(&Interface{Syntax: plainSyntax, NumOps: 4, Handler: handleService(&ran)})
		ctx := context.Background()
		a, pa := newTestClient(t, s, nil)
		b, pb := newTestClient(t, s, &ClientOptions{Group: a.Group()})
		other, po := newTestClient(t, s, nil)
		defer other.Close()
		if a.Group() != b.Group() || a.Group() == other.Group() {
			t.Fatalf("groups %d, %d, %d", a.Group(), b.Group(), other.Group())
		}
		one, err := invoke(ctx, pa, 0, []byte("one"))
		if err != nil {
			t.Fatal(err)
		}
		two, err := invoke(ctx, pb, 0, []byte("two"))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := invoke(ctx, pb, 1, one); err != nil || string(v) != "one" {
			t.Errorf("from another connection of the group: %q, %v", v, err)
		}
		for name, try := range map[string]func() ([]byte, error){
			"from another group": func() ([]byte, error) { return invoke(ctx, po, 1, one) },
			"of another kind":    func() ([]byte, error) { return invoke(ctx, pa, 3, one) },
			"made up":            func() ([]byte, error) { return invoke(ctx, pa, 1, make([]byte, 16)) },
		} {
			var f *Fault
			if _, err := try(); !errors.As(err, &f) || f.Status != StatusContextMismatch || !errors.Is(err, com.E_HANDLE) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := invoke(ctx, pa, 2, two); err != nil {
			t.Error(err)
		}
		if _, err := invoke(ctx, pa, 2, two); err == nil {
			t.Error("a handle can be closed twice")
		}
		a.Close()
		synctest.Wait()
		if v, err := invoke(ctx, pb, 1, one); err != nil || string(v) != "one" || ran != nil {
			t.Errorf("after the connection that made it is gone: %q, %v, run down %v", v, err, ran)
		}
		b.Close()
		synctest.Wait()
		if len(ran) != 1 || ran[0] != "one" {
			t.Errorf("run down: %q; want the handle that was not closed", ran)
		}
		c := NewClientConn(s.Pipe(), &ClientOptions{Group: b.Group()})
		defer c.Close()
		if _, err := c.Context(ctx, plainSyntax); err == nil {
			t.Error("a dead group can be joined")
		}
	})
}

// TestRunDownWaitsForCalls: a handle is not run down under a call that uses it.
func TestRunDownWaitsForCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		gone := false
		release := make(chan struct{})
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			if _, err := sc.NewHandle(1, 0, func(any) { gone = true }); err != nil {
				return err
			}
			sc.HandOver()
			<-release
			if gone {
				t.Error("run down while the call was in progress")
			}
			return nil
		})
		defer s.Close()
		go invoke(context.Background(), p, 0, nil)
		synctest.Wait()
		c.Close()
		synctest.Wait()
		close(release)
		synctest.Wait()
		if !gone {
			t.Error("not run down")
		}
	})
}

// addrConn is a connection from an address of one's choice.
type addrConn struct {
	net.Conn
	remote net.Addr
}

func (c addrConn) RemoteAddr() net.Addr { return c.remote }

func TestGroupBelongsToOneMachine(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, _ := newTestServer(t, nil)
		defer s.Close()
		dial := func(host string, port int, group uint32) (*ClientConn, error) {
			a, b := Pipe()
			go s.ServeConn(addrConn{b, &net.TCPAddr{IP: net.ParseIP(host), Port: port}})
			c := NewClientConn(a, &ClientOptions{Group: group})
			_, err := c.Context(context.Background(), plainSyntax)
			return c, err
		}
		a, err := dial("10.0.0.1", 1000, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		same, err := dial("10.0.0.1", 1001, a.Group())
		if err != nil {
			t.Errorf("from the same machine: %v", err)
		}
		same.Close()
		other, err := dial("10.0.0.2", 1000, a.Group())
		if err == nil {
			t.Error("from another machine it succeeds")
		}
		other.Close()
	})
}

func TestHandleLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, c, p := serveFunc(t, func(sc *ServerCall) error {
			for range maxHandles {
				if _, err := sc.NewHandle(1, 0, nil); err != nil {
					return err
				}
			}
			_, err := sc.NewHandle(1, 0, nil)
			return err
		})
		defer s.Close()
		defer c.Close()
		var f *Fault
		if _, err := invoke(context.Background(), p, 0, nil); !errors.As(err, &f) || f.Status != StatusRemoteNoMemory {
			t.Errorf("one handle too many: %v", err)
		}
	})
}
