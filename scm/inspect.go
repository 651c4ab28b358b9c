package scm

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"time"

	"oxid/com"
	"oxid/orpc"
)

// State is what a resolver knows at one moment, for people and tools. Ids of
// ping sets are no part of it: whoever knows one can keep objects alive.
type State struct {
	Exporters []ExporterState // by registration
	Clients   int             // addresses that have ping sets
	Sets      int             // ping sets
	Objects   int             // objects in ping sets
}

// ExporterState is one registered exporter.
type ExporterState struct {
	OXID     orpc.OXID
	Since    time.Time
	PID      int    // of its process
	Program  string // name of its executable
	Bindings []orpc.StringBinding
	Classes  []com.CLSID // in the order of their text
}

// State returns what the resolver of the process knows.
func (l *Local) State() State { return l.r.state() }

// State returns what the daemon knows.
func (d *Daemon) State() State { return d.r.state() }

// state takes pointers and counts while the tables are locked and looks behind
// the pointers afterwards.
func (r *resolver) state() State {
	entries := r.allExporters()
	classes := map[*exporterEntry][]com.CLSID{}
	r.mu.Lock()
	s := State{Clients: len(r.clients), Sets: len(r.sets), Objects: r.oids.Len() - r.idle.Len()}
	for clsid, servers := range r.classes {
		for _, e := range servers {
			classes[e] = append(classes[e], clsid)
		}
	}
	r.mu.Unlock()
	for _, e := range entries {
		x := ExporterState{OXID: e.oxid, Since: e.since, Bindings: e.Info().Bindings.StringBindings, Classes: classes[e]}
		slices.SortFunc(x.Classes, func(a, b com.CLSID) int { return cmp.Compare(a.String(), b.String()) })
		x.PID, x.Program = os.Getpid(), filepath.Base(os.Args[0])
		if link, ok := e.exporter.(*linkExporter); ok {
			x.PID, x.Program = int(link.pid), link.program
		}
		s.Exporters = append(s.Exporters, x)
	}
	slices.SortFunc(s.Exporters, func(a, b ExporterState) int { return a.Since.Compare(b.Since) })
	return s
}
