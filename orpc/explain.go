package orpc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"oxid/com"
)

// Explanation tells what an object reference says, field by field. It goes
// into JSON as it is. Everything that could be read is there, also when Error
// is set.
type Explanation struct {
	Title    string         `json:"title"`             // "OBJREF_STANDARD", or what a nested part is
	Summary  string         `json:"summary,omitempty"` // one sentence
	Offset   int            `json:"offset"`            // of the first byte in the input
	Size     int            `json:"size"`              // bytes explained, without what follows
	Fields   []Field        `json:"fields"`
	Nested   []*Explanation `json:"nested,omitempty"`
	Warnings []string       `json:"warnings,omitempty"` // oddities that do not make it invalid
	Error    string         `json:"error,omitempty"`    // why a receiver refuses it
}

// Field is one field of a packet.
type Field struct {
	Offset  int    `json:"offset"` // in bytes, from the start of the input
	Size    int    `json:"size"`   // in bytes
	Name    string `json:"name"`   // the specification's
	Value   string `json:"value"`
	Meaning string `json:"meaning,omitempty"`
}

// maxExplained bounds the references inside references.
const maxExplained = 4

// Describe explains the object reference in packet. When packet does not begin
// with one but has one inside, as a captured parameter does, that one is explained.
func Describe(packet []byte) *Explanation {
	at := 0
	if len(packet) < 4 || binary.LittleEndian.Uint32(packet) != OBJREFSignature {
		at = max(bytes.Index(packet, []byte("MEOW")), 0)
	}
	x := describeOBJREF(packet[at:], at, 0)
	if at > 0 {
		x.warn("%d bytes in front of the reference are not part of it", at)
	}
	return x
}

// Explain writes the explanation of packet as text. The error is w's; what is
// wrong with the packet is part of the text.
func Explain(w io.Writer, packet []byte) error {
	var b strings.Builder
	Describe(packet).text(&b, "")
	_, err := io.WriteString(w, b.String())
	return err
}

// maxValueColumn is the width of the column of values, in which a GUID fits;
// longer values push their meanings to the right.
const maxValueColumn = 36

// text writes x with each line behind indent.
func (x *Explanation) text(b *strings.Builder, indent string) {
	fmt.Fprintf(b, "%s%s, %d bytes", indent, x.Title, x.Size)
	if x.Summary != "" {
		fmt.Fprintf(b, ": %s", x.Summary)
	}
	b.WriteString("\n")
	name, value := 0, 0
	for _, f := range x.Fields {
		name = max(name, len(f.Name))
		value = max(value, min(len(f.Value), maxValueColumn))
	}
	for _, f := range x.Fields {
		line := fmt.Sprintf("%s  %04x %4d  %-*s  %-*s  %s", indent, f.Offset, f.Size, name, f.Name, value, f.Value, f.Meaning)
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	for _, n := range x.Nested {
		n.text(b, indent+"    ")
	}
	for _, s := range x.Warnings {
		fmt.Fprintf(b, "%s  note: %s\n", indent, s)
	}
	if x.Error != "" {
		fmt.Fprintf(b, "%s  error: %s\n", indent, x.Error)
	}
}

// warn adds a warning.
func (x *Explanation) warn(format string, args ...any) {
	x.Warnings = append(x.Warnings, fmt.Sprintf(format, args...))
}

// explainer walks little-endian bytes and notes a field for each step. After
// the bytes ran out its methods return zero values and note nothing.
type explainer struct {
	x     *Explanation
	b     []byte
	off   int
	base  int // offset of b[0] in the input
	level int // references around this one
}

// left returns the number of bytes not explained yet.
func (e *explainer) left() int { return len(e.b) - e.off }

// take returns the next n bytes, or nil when there are fewer.
func (e *explainer) take(n int, name string) []byte {
	if e.x.Error != "" {
		return nil
	}
	if e.left() < n {
		e.x.Error = fmt.Sprintf("ends within %s: %d bytes are there, %d are needed", name, e.left(), n)
		return nil
	}
	e.off += n
	return e.b[e.off-n : e.off]
}

// note adds a field for the size bytes just taken.
func (e *explainer) note(size int, name, value, meaning string) {
	if e.x.Error == "" {
		e.x.Fields = append(e.x.Fields, Field{e.base + e.off - size, size, name, value, meaning})
	}
}

// u16, u32, u64 and guid each explain one number or identifier and return it.
func (e *explainer) u16(name string, meaning func(uint16) string) uint16 {
	p := e.take(2, name)
	if p == nil {
		return 0
	}
	v := binary.LittleEndian.Uint16(p)
	e.note(2, name, fmt.Sprint(v), meaning(v))
	return v
}

func (e *explainer) u32(name string, meaning func(uint32) string) uint32 {
	p := e.take(4, name)
	if p == nil {
		return 0
	}
	v := binary.LittleEndian.Uint32(p)
	e.note(4, name, fmt.Sprintf("0x%08x", v), meaning(v))
	return v
}

// count is u32 for a number that is no set of bits.
func (e *explainer) count(name string, meaning func(uint32) string) uint32 {
	p := e.take(4, name)
	if p == nil {
		return 0
	}
	v := binary.LittleEndian.Uint32(p)
	e.note(4, name, fmt.Sprint(v), meaning(v))
	return v
}

func (e *explainer) u64(name, meaning string) uint64 {
	p := e.take(8, name)
	if p == nil {
		return 0
	}
	v := binary.LittleEndian.Uint64(p)
	e.note(8, name, fmt.Sprintf("0x%016x", v), meaning)
	return v
}

func (e *explainer) guid(name string, meaning func(com.GUID) string) com.GUID {
	p := e.take(16, name)
	if p == nil {
		return com.GUID{}
	}
	v := com.GUIDFromBytes(p)
	e.note(16, name, v.String(), meaning(v))
	return v
}

// preview notes n bytes as hexadecimal, or their beginning.
func (e *explainer) preview(n int, name, meaning string) {
	p := e.take(n, name)
	if p == nil || n == 0 {
		return
	}
	value := fmt.Sprintf("% x", p[:min(n, 16)])
	if n > 16 {
		value += " ..."
	}
	e.note(n, name, value, meaning)
}

// printable returns s, quoted when it has characters that could do more to a
// terminal than show themselves: the sender chose them.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return strconv.Quote(s)
	}
	return s
}

// says makes a meaning that does not depend on the value.
func says[T any](s string) func(T) string { return func(T) string { return s } }
