package scm

import (
	"os"
	"slices"
	"testing"
	"time"

	"oxid/com"
	"oxid/internal/leak"
)

// The tables can be looked at, embedded and in the daemon alike.
func TestState(t *testing.T) {
	leak.Check(t)
	socket := tempSocket(t)
	d := newDaemon(t, socket, "", time.Minute)
	for name, m := range map[string]*machine{
		"embedded": newMachine(t, machineOptions{}),
		"linked":   newMachine(t, machineOptions{socket: socket}),
	} {
		t.Run(name, func(t *testing.T) {
			state := d.State
			if l, ok := m.service.(*Local); ok {
				state = l.State
			}
			if err := m.serve(t.Context(), "Hello"); err != nil {
				t.Fatal(err)
			}
			ref := mustMarshal(t, m, "Hi")
			if _, err := m.client.Ping(t.Context(), ref.ResAddr, 0, 1, oids{ref.Std.OID}, nil); err != nil {
				t.Fatal(err)
			}
			s := state()
			if len(s.Exporters) != 1 || s.Clients != 1 || s.Sets != 1 || s.Objects != 1 {
				t.Fatalf("got %+v", s)
			}
			x := s.Exporters[0]
			if x.OXID != m.apt.OXID() || x.PID != os.Getpid() || x.Program == "" || time.Since(x.Since) > time.Minute ||
				!slices.Equal(x.Classes, []com.CLSID{clsidGreeter}) || len(x.Bindings) != 1 {
				t.Errorf("got %+v", x)
			}
		})
	}
}
