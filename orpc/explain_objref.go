package orpc

import (
	"encoding/binary"
	"fmt"
	"strings"

	"oxid/com"
)

// formNames has the specification's names of the forms.
var formNames = map[uint32]string{
	OBJREF_STANDARD: "OBJREF_STANDARD",
	OBJREF_HANDLER:  "OBJREF_HANDLER",
	OBJREF_CUSTOM:   "OBJREF_CUSTOM",
	OBJREF_EXTENDED: "OBJREF_EXTENDED",
}

// formMeanings tells what a receiver does with each form.
var formMeanings = map[uint32]string{
	OBJREF_STANDARD: "the receiver makes a proxy",
	OBJREF_HANDLER:  "the receiver makes a proxy behind a handler of its own",
	OBJREF_CUSTOM:   "a class of the sender's choice reads the rest",
	OBJREF_EXTENDED: "the receiver makes a proxy and may use the object's context",
}

// describeOBJREF explains the reference at the start of b, which lies at base
// in the input and inside level other references.
func describeOBJREF(b []byte, base, level int) *Explanation {
	x := &Explanation{Title: "OBJREF", Offset: base, Fields: []Field{}}
	e := &explainer{x: x, b: b, base: base, level: level}
	if p := e.take(4, "signature"); p != nil {
		e.note(4, "signature", fmt.Sprintf("%q", p), "")
		if binary.LittleEndian.Uint32(p) != OBJREFSignature {
			x.Error = "no object reference: it would begin with \"MEOW\""
		}
	}
	form := e.u32("flags", func(f uint32) string {
		if formNames[f] == "" {
			return ""
		}
		return formNames[f] + ": " + formMeanings[f]
	})
	if x.Error == "" {
		if x.Title = formNames[form]; x.Title == "" {
			x.Title, x.Error = "OBJREF", "the flags name no form, or several"
		}
	}
	iid := e.guid("iid", KnownName)
	if x.Error == "" && iid.IsZero() {
		x.warn("the interface identifier is null")
	}
	switch {
	case x.Error != "":
	case form == OBJREF_CUSTOM:
		e.custom(iid)
	default:
		e.standard(form, iid)
	}
	x.Size = e.off
	if x.Error == "" && level == 0 && e.left() > 0 {
		x.warn("%d bytes behind the reference are ignored", e.left())
	}
	// The parser has the last word, so that both always agree.
	if _, _, err := ParseOBJREF(b); err != nil && x.Error == "" {
		x.Error = err.Error()
	}
	return x
}

// standard explains the body of the three forms that have a STDOBJREF.
func (e *explainer) standard(form uint32, iid com.IID) {
	s := e.stdobjref()
	switch form {
	case OBJREF_HANDLER:
		e.guid("clsid", func(g com.GUID) string { return strings.TrimSpace("class of the handler " + KnownName(g)) })
	case OBJREF_EXTENDED:
		e.signature("Signature1")
	}
	d := e.bindings()
	if form == OBJREF_EXTENDED {
		e.elements()
	}
	if e.x.Error != "" {
		return
	}
	where := "in the sender's own process or machine"
	if len(d.StringBindings) > 0 {
		hosts := make([]string, 0, len(d.StringBindings))
		for _, b := range d.StringBindings {
			hosts = append(hosts, printable(b.Addr))
		}
		where = "resolver at " + strings.Join(hosts, ", ")
	}
	e.x.Summary = fmt.Sprintf("%s of object %s, exporter %s, %s", nameOr(iid), s.OID, s.OXID, where)
}

// stdobjref explains the 40 bytes of a STDOBJREF.
func (e *explainer) stdobjref() (s STDOBJREF) {
	s.Flags = e.u32("std.flags", sorfMeaning)
	s.PublicRefs = e.count("std.cPublicRefs", func(n uint32) string {
		if n == 0 {
			return "none: the receiver adds a reference of its own before it uses the object"
		}
		return fmt.Sprintf("%d references now belong to the receiver", n)
	})
	s.OXID = OXID(e.u64("std.oxid", "the object exporter: ask the resolver where it listens"))
	s.OID = OID(e.u64("std.oid", "the object: what pings keep alive"))
	s.IPID = e.guid("std.ipid", ipidMeaning)
	if e.x.Error != "" {
		return s
	}
	if s.OXID == 0 || s.OID == 0 || s.IPID.IsZero() {
		e.x.warn("an identifier is null: no exporter hands that out")
	}
	if s.Flags&SORF_NOPING != 0 {
		e.x.warn("SORF_NOPING: the object lives until its references are released or its process ends")
	}
	return s
}

// sorfMeaning tells the three kinds of bits in a STDOBJREF's flags apart.
func sorfMeaning(f uint32) string {
	const reserved = SORF_OXRES1 | SORF_OXRES2 | SORF_OXRES3 | SORF_OXRES4 |
		SORF_OXRES5 | SORF_OXRES6 | SORF_OXRES7 | SORF_OXRES8
	var parts []string
	if f&SORF_NOPING != 0 {
		parts = append(parts, "SORF_NOPING")
	}
	if f&reserved != 0 {
		parts = append(parts, fmt.Sprintf("0x%x is the exporter's own", f&reserved))
	}
	if rest := f &^ (reserved | SORF_NOPING); rest != 0 {
		parts = append(parts, fmt.Sprintf("0x%x is unknown and ignored", rest))
	}
	return strings.Join(parts, ", ")
}

// ipidMeaning guesses at the shape that Windows gives its IPIDs: an index,
// the process, the apartment, and random bytes. To everybody else they are 16
// opaque bytes.
func ipidMeaning(g com.GUID) string {
	const meaning = "the interface: the object UUID of each call"
	switch {
	case g.Data1>>24 != 0 || g.Data2 == 0:
		return meaning
	case g.Data3 == 0xffff || g.Data3 == 0:
		return fmt.Sprintf("%s; if Windows made it: process %d (lower 16 bits), no single-threaded apartment", meaning, g.Data2)
	}
	return fmt.Sprintf("%s; if Windows made it: process %d (lower 16 bits), apartment %d", meaning, g.Data2, g.Data3)
}

// signature explains one of the two marks of OBJREF_EXTENDED.
func (e *explainer) signature(name string) {
	if v := e.u32(name, says[uint32]("")); v != extendedSignature && e.x.Error == "" {
		e.x.Error = fmt.Sprintf("%s is 0x%08x, want 0x%08x", name, v, extendedSignature)
	}
}

// elements explains the data of OBJREF_EXTENDED.
func (e *explainer) elements() {
	n := e.count("nElms", says[uint32](""))
	e.signature("Signature2")
	if e.x.Error == "" && n != 1 {
		e.x.warn("%d elements; the specification has 1", n)
	}
	for i := uint32(0); i < n && e.x.Error == ""; i++ {
		e.guid("dataID", KnownName)
		size := e.count("cbSize", says[uint32](""))
		rounded := e.count("cbRounded", says[uint32](""))
		if e.x.Error != "" {
			return
		}
		if size > rounded {
			e.x.Error = "cbSize is more than cbRounded"
			return
		}
		if uint64(rounded) != (uint64(size)+7)&^7 {
			e.x.warn("cbRounded is %d where cbSize %d asks for %d", rounded, size, (uint64(size)+7)&^7)
		}
		if uint64(rounded) > uint64(e.left()) {
			e.x.Error = fmt.Sprintf("an element of %d bytes, %d are left", rounded, e.left())
			return
		}
		e.preview(int(rounded), "Data", "context of the object")
	}
}
