package orpc

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"oxid/com"
	"oxid/ndr"
)

// custom explains the body of OBJREF_CUSTOM, and the object data of the
// classes that are known.
func (e *explainer) custom(iid com.IID) {
	clsid := e.guid("clsid", func(g com.GUID) string { return strings.TrimSpace("class of the unmarshaler " + KnownName(g)) })
	if ext := e.count("cbExtension", says[uint32]("")); ext != 0 {
		e.x.warn("cbExtension is %d, usually 0", ext)
	}
	e.count("reserved", says[uint32]("a size of the sender's choice, ignored"))
	if e.x.Error != "" {
		return
	}
	data, base := e.b[e.off:], e.base+e.off
	e.x.Summary = fmt.Sprintf("%s, to be read by %s from %d bytes", nameOr(iid), nameOr(clsid), len(data))
	var inner *Explanation
	switch {
	case e.level+1 >= maxExplained:
		e.x.warn("references are nested too deep to go on")
	case IsAggStdMarshal(clsid):
		// Here alone the object data do not belong to one class as a whole.
		e.x.Summary = "an object with its own IMarshal around the standard marshaler: a nested reference, then the object's own bytes"
		inner = describeOBJREF(data, base, e.level+1)
		e.x.Nested = append(e.x.Nested, inner)
		e.off += inner.Size
		if inner.Error == "" {
			e.preview(e.left(), "object's own data", "read by the handler")
		}
		return
	case clsid == CLSID_ActivationPropertiesIn, clsid == CLSID_ActivationPropertiesOut:
		inner = describeActivation(data, base, e.level+1)
	case clsid == CLSID_ContextMarshaler:
		inner = describeContext(data, base)
	case clsid == CLSID_ErrorObject:
		inner = describeErrorObject(data, base)
	}
	if inner != nil {
		e.x.Nested = append(e.x.Nested, inner)
		e.off += len(data)
		return
	}
	meaning := "for the unmarshaler alone"
	if clsid == com.CLSID_InProcFreeMarshaler {
		meaning = "an address in the sender's process: of no use elsewhere"
	}
	e.preview(len(data), "pObjectData", meaning)
}

// describeActivation explains the properties of an activation.
func describeActivation(b []byte, base, level int) *Explanation {
	x := &Explanation{Title: "activation properties", Offset: base, Size: len(b), Fields: []Field{}}
	e := &explainer{x: x, b: b, base: base, level: level}
	e.count("dwSize", says[uint32]("bytes from the CustomHeader on"))
	e.count("dwReserved", says[uint32](""))
	h, props, err := parseBlob(b)
	if err != nil {
		x.Error = err.Error()
		return x
	}
	e.off += int(h.HeaderSize)
	e.note(int(h.HeaderSize), "CustomHeader", fmt.Sprintf("%d properties", len(props)), "")
	for _, p := range props {
		e.off += len(p.Data)
		name := nameOr(p.CLSID)
		if p.CLSID == CLSID_PropsOutInfo {
			name = "PropsOutInfo" // its class is that of the whole, too
		}
		e.note(len(p.Data), "property", p.CLSID.String(), name)
		v := propertyOf(p.CLSID)
		if v == nil {
			x.warn("property %s is unknown and skipped", p.CLSID)
			continue
		}
		n := &Explanation{Title: name, Offset: base + e.off - len(p.Data), Size: len(p.Data), Fields: []Field{}}
		if err := parseSerialized(p.Data, v); err != nil {
			n.Error = err.Error()
		} else {
			n.Summary = summaryOf(v)
		}
		x.Nested = append(x.Nested, n)
		if out, ok := v.(*PropsOutInfo); ok {
			n.interfaces(p.Data, out, level+1)
		}
	}
	return x
}

// interfaces explains the references of a PropsOutInfo, which stand in data in
// the same order.
func (x *Explanation) interfaces(data []byte, out *PropsOutInfo, level int) {
	at := 0
	for _, i := range out.Interfaces {
		if i == nil || level >= maxExplained {
			continue
		}
		at += max(bytes.Index(data[at:], i.Data), 0)
		x.Nested = append(x.Nested, describeOBJREF(i.Data, x.Offset+at, level))
		at += len(i.Data)
	}
}

// propertyOf returns an empty value for a property's class.
func propertyOf(clsid com.CLSID) serialized {
	switch clsid {
	case CLSID_SpecialSystemProperties:
		return new(SpecialPropertiesData)
	case CLSID_InstantiationInfo:
		return new(InstantiationInfoData)
	case CLSID_ActivationContextInfo:
		return new(ActivationContextInfoData)
	case CLSID_InstanceInfo:
		return new(InstanceInfoData)
	case CLSID_SecurityInfo:
		return new(SecurityInfoData)
	case CLSID_ServerLocationInfo:
		return new(LocationInfoData)
	case CLSID_ScmRequestInfo:
		return new(ScmRequestInfoData)
	case CLSID_PropsOutInfo:
		return new(PropsOutInfo)
	case CLSID_ScmReplyInfo:
		return new(ScmReplyInfoData)
	}
	return nil
}

// summaryOf tells in a sentence what a property says.
func summaryOf(v serialized) string {
	switch v := v.(type) {
	case *InstantiationInfoData:
		return fmt.Sprintf("class %s, interfaces %s, client %s", nameOr(v.ClassID), joinNames(v.IIDs), v.Version)
	case *ScmRequestInfoData:
		r := ndr.Deref(v.RemoteRequest)
		var names []string
		for _, id := range r.ProtSeqs {
			names = append(names, ProtSeqName(id))
		}
		return fmt.Sprintf("impersonation level %d, protocol sequences %s", r.ClientImpLevel, strings.Join(names, ", "))
	case *SpecialPropertiesData:
		return fmt.Sprintf("session 0x%x, authentication level %d, flags 0x%x", v.SessionID, v.DefaultAuthnLevel, v.Flags)
	case *ActivationContextInfoData:
		return fmt.Sprintf("client context of %d bytes, prototype context of %d bytes", len(v.ClientCtx.OBJREF()), len(v.PrototypeCtx.OBJREF()))
	case *LocationInfoData:
		return "machine " + textOr(v.MachineName)
	case *SecurityInfoData:
		return "server " + textOr(ndr.Deref(v.ServerInfo).Name)
	case *InstanceInfoData:
		return "file " + textOr(v.FileName)
	case *ScmReplyInfoData:
		r := ndr.Deref(v.RemoteReply)
		d, err := ndr.Deref(r.Bindings).Unpack()
		if err != nil {
			return err.Error()
		}
		return fmt.Sprintf("exporter %s, DCOM %s, authentication level %d, Remote Unknown %s, bindings %v",
			r.OXID, r.Version, r.AuthnHint, r.IPIDRemUnknown, printable(fmt.Sprint(d.StringBindings)))
	case *PropsOutInfo:
		var parts []string
		for i := range min(len(v.IIDs), len(v.Results)) {
			parts = append(parts, nameOr(v.IIDs[i])+": "+v.Results[i].String())
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

func joinNames(ids []com.GUID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = nameOr(id)
	}
	return strings.Join(names, ", ")
}

func textOr(s *string) string {
	if s == nil {
		return "not given"
	}
	return strconv.Quote(*s)
}

// describeContext explains a marshaled context.
func describeContext(b []byte, base int) *Explanation {
	x := &Explanation{Title: "context", Offset: base, Size: len(b), Fields: []Field{}}
	c, n, err := ParseContext(b)
	if err != nil {
		x.Error = err.Error()
		return x
	}
	x.Summary = fmt.Sprintf("context %s with %d properties", c.ID, len(c.Properties))
	e := &explainer{x: x, b: b, base: base, off: contextHeaderSize}
	e.note(contextHeaderSize, "header", c.ID.String(), "ContextId")
	for _, p := range c.Properties {
		size := contextPropertySize + len(p.Data)
		e.off += size
		e.note(size, "property", p.PolicyID.String(), fmt.Sprintf("class %s, flags 0x%x, %d bytes", nameOr(p.CLSID), p.Flags, len(p.Data)))
	}
	if n < len(b) {
		x.warn("%d bytes behind the context are ignored", len(b)-n)
	}
	return x
}

// describeErrorObject explains a marshaled IErrorInfo.
func describeErrorObject(b []byte, base int) *Explanation {
	x := &Explanation{Title: "error information", Offset: base, Size: len(b), Fields: []Field{}}
	i, err := parseErrorObject(b)
	if err != nil {
		x.Error = err.Error()
		return x
	}
	x.Summary = fmt.Sprintf("%q from %q, interface %s, help %q topic %d", i.Description, i.Source, nameOr(i.IID), i.HelpFile, i.HelpContext)
	return x
}
