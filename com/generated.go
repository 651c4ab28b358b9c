package com

// GeneratedV1 exists as long as generated code of the first shape fits this
// package. Every generated file refers to it, so that code which does not fit
// fails to compile instead of failing on the wire.
const GeneratedV1 = true

// DescFor returns the descriptor with which v is marshaled as iid, for pointers
// whose interface is named by an iid_is parameter. With several packages
// generated for one IID it is the one that v is a value of; a nil v takes the
// first. For an IID that no linked package describes it is a descriptor that
// has a name and nothing else, which marshaling refuses by that name.
func DescFor(iid *IID, v any) *Desc {
	if *iid == IID_IUnknown {
		return UnknownDesc
	}
	if d := descOfValue(v, iid); d != nil {
		return d
	}
	if ds := DescsByIID(iid); len(ds) > 0 {
		return ds[0]
	}
	return &Desc{IID: *iid, Name: iid.String()}
}
