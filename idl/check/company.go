package check

import "slices"

// Some files rely on names that whoever imports them has declared before: a
// header without imports of its own, imported as if it were included. What such
// a file means depends on its company. But most of its importers mean the same
// by those names, and types must not exist twice in one run: so what a file was
// found to mean is kept, together with the names that it had to borrow, and
// serves everybody for whom these names are the same.

// adoption is what units mean that do not stand by themselves, in a company
// that has all they need.
type adoption struct {
	units   []*unit
	modules []*module
}

// Bounds of the work that trials make: maxAdopted is how many units are tried
// together, because each trial checks them all, and with more than maxCompany
// units that do not stand by themselves nothing is tried.
const (
	maxAdopted = 8
	maxCompany = 200
)

// company finds out what one file and its imports mean when some of them do not
// stand by themselves.
type company struct {
	*Session
	mods   map[*unit]*module // what is known already
	beside []*module         // the same, in the order of imports
	all    []*unit           // units that do not stand by themselves
	open   []*unit           // those of them that nothing is known about yet
}

// private checks u in the company of its imports. Files that stand by
// themselves stay shared, and so do those for which an earlier company meant
// the same. What is left is checked in one name space, as compilers do that
// know no files: every name that one of them declares is seen by all.
func (s *Session) private(u *unit, order []*unitGroup) *module {
	co := &company{Session: s, mods: map[*unit]*module{}}
	for _, g := range order {
		if !s.share(g) {
			co.all = append(co.all, g.units...)
		}
	}
	for _, g := range order {
		co.add(g)
	}
	if len(co.open) > 0 {
		co.know(co.open, checkGroup(co.open, co.get, together, co.beside))
	}
	return co.mods[u]
}

// get returns what is known about a unit.
func (co *company) get(u *unit) *module { return co.mods[u] }

// know enters modules.
func (co *company) know(units []*unit, ms []*module) {
	for i, v := range units {
		co.mods[v] = ms[i]
	}
	co.beside = append(co.beside, ms...)
}

// add finds out about one group: it stands by itself, or can be adopted, alone
// or with those that wait for a name that it declares. Otherwise it waits, too.
func (co *company) add(g *unitGroup) {
	if co.share(g) {
		ms := make([]*module, len(g.units))
		for i, v := range g.units {
			ms[i] = co.shared[v]
		}
		co.know(g.units, ms)
		return
	}
	if len(co.all) > maxCompany {
		co.open = append(co.open, g.units...)
		return
	}
	if a := co.adopt(g.units); a != nil {
		co.know(a.units, a.modules)
		return
	}
	co.open = append(co.open, g.units...)
	if len(co.open) > len(g.units) && len(co.open) <= maxAdopted {
		if a := co.adopt(slices.Clone(co.open)); a != nil {
			co.know(a.units, a.modules)
			co.open = nil
		}
	}
}

// adopt returns what units mean beside what is known already, or nil when they
// need more than that.
func (co *company) adopt(units []*unit) *adoption {
	for _, v := range units {
		for _, im := range v.imports {
			if im.unit != nil && co.mods[im.unit] == nil && !slices.Contains(units, im.unit) {
				return nil // what it imports has to wait
			}
		}
	}
	last := units[len(units)-1]
	for _, a := range co.adopted[last] {
		if slices.Equal(a.units, units) && co.fits(a) {
			return a
		}
	}
	a := &adoption{units, checkGroup(units, co.get, borrowing, co.beside)}
	for _, m := range a.modules {
		if m.unresolved || m.list.Errors() > 0 {
			return nil
		}
	}
	if !co.settled(a) {
		return nil
	}
	co.adopted[last] = append(co.adopted[last], a)
	return a
}

// fits reports whether an earlier adoption means the same in this company: it
// imports the same modules, and finds the same for every name that it borrowed.
func (co *company) fits(a *adoption) bool {
	for i, m := range a.modules {
		for _, im := range a.units[i].imports {
			if v := co.mods[im.unit]; v != nil && !slices.Contains(m.imports, v) {
				return false
			}
		}
		for key, sym := range m.borrowed {
			if lookBeside(nil, co.beside, key) != sym {
				return false
			}
		}
	}
	return co.settled(a)
}

// settled reports whether no file that nothing is known about yet has a say in
// the names that were borrowed.
func (co *company) settled(a *adoption) bool {
	for _, v := range co.all {
		if co.mods[v] != nil || slices.Contains(a.units, v) {
			continue
		}
		for _, m := range a.modules {
			for key := range m.borrowed {
				if co.shared[v].in(key.space)[key.name] != nil {
					return false
				}
			}
		}
	}
	return true
}
