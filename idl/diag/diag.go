package diag

import (
	"fmt"
	"slices"

	"oxid/idl/source"
)

// Severity is how bad it is.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // the input cannot be used
	Warning                 // it can, but other compilers refuse or misread it
	Note                    // a second place that explains the first
)

var severityNames = [...]string{"error", "warning", "note"}

// String returns "error", "warning" or "note".
func (s Severity) String() string { return severityNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Diagnostic is one message about one place.
type Diagnostic struct {
	Severity Severity
	// Pos is the place; an invalid one means the run as a whole.
	Pos source.Pos
	// Width is the number of bytes to underline, at least 1.
	Width int
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Help says what would be right; "" when that is not known.
	Help string
	// Notes are further places.
	Notes []NoteAt
	// Unresolved is the name, when the fault is a name that nothing declares.
	// Files that rely on what their importer declared are told by it.
	Unresolved string
}

// NoteAt points to a second place: "first declared here".
type NoteAt struct {
	Pos     source.Pos
	Message string
}

// MaxErrors is the number of errors in one file after which the rest is
// counted but not kept, so that rubbish cannot fill the memory.
const MaxErrors = 100

// List collects diagnostics. The zero List is ready for use; it is not safe
// for concurrent use.
type List struct {
	// Unbounded keeps everything: for messages whose number the compiler's own
	// bounds limit already, and of which each one is wanted.
	Unbounded bool

	ds      []*Diagnostic
	errors  int
	dropped int
}

// Add appends d, unless there are too many already.
func (l *List) Add(d *Diagnostic) *Diagnostic {
	if d.Severity == Error {
		l.errors++
	}
	if !l.Unbounded && (len(l.ds) >= 2*MaxErrors || d.Severity == Error && l.errors > MaxErrors) {
		l.dropped++
		return d
	}
	if d.Width < 1 {
		d.Width = 1
	}
	l.ds = append(l.ds, d)
	return d
}

// Errorf adds an error at p that is width bytes wide.
func (l *List) Errorf(p source.Pos, width int, format string, args ...any) *Diagnostic {
	return l.Add(&Diagnostic{Severity: Error, Pos: p, Width: width, Message: sprintf(format, args)})
}

// Warnf adds a warning.
func (l *List) Warnf(p source.Pos, width int, format string, args ...any) *Diagnostic {
	return l.Add(&Diagnostic{Severity: Warning, Pos: p, Width: width, Message: sprintf(format, args)})
}

// sprintf formats only when there is something to fill in, so that a message
// made of source text may hold percent signs.
func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// Fix sets d's help text and returns d.
func (d *Diagnostic) Fix(format string, args ...any) *Diagnostic {
	d.Help = sprintf(format, args)
	return d
}

// At adds a note about a second place and returns d. An invalid place is left out.
func (d *Diagnostic) At(p source.Pos, format string, args ...any) *Diagnostic {
	if p.IsValid() {
		d.Notes = append(d.Notes, NoteAt{p, sprintf(format, args)})
	}
	return d
}

// Soften makes a warning of an error that l holds.
func (l *List) Soften(d *Diagnostic) {
	if d.Severity == Error {
		d.Severity = Warning
		l.errors--
	}
}

// Errors returns the number of errors added, those not kept included.
func (l *List) Errors() int { return l.errors }

// Dropped returns how many diagnostics were not kept.
func (l *List) Dropped() int { return l.dropped }

// Full reports whether so many errors were found that going on is pointless.
func (l *List) Full() bool { return l.errors > MaxErrors }

// All returns the diagnostics in the order in which they were added. The slice
// belongs to the list.
func (l *List) All() []*Diagnostic { return l.ds }

// Sorted returns the diagnostics in source order. Two that say the same about
// the same place are kept once.
func (l *List) Sorted() []*Diagnostic {
	out := slices.Clone(l.ds)
	slices.SortStableFunc(out, func(a, b *Diagnostic) int { return a.Pos.Compare(b.Pos) })
	return slices.CompactFunc(out, func(a, b *Diagnostic) bool {
		return a.Pos == b.Pos && a.Message == b.Message
	})
}

// Append adds everything that m holds.
func (l *List) Append(m *List) {
	l.ds = append(l.ds, m.ds...)
	l.errors += m.errors
	l.dropped += m.dropped
}
