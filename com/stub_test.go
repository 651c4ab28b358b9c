package com_test

import (
	"context"
	"testing"

	"oxid/com"
)

// sciStub is an interface stub as generated code has it.
type sciStub struct {
	com.Stub
	obj iScientific
}

func (s *sciStub) Connect(ctx context.Context, server any) error {
	return com.ConnectStub(ctx, &s.Stub, &s.obj, server, sciDesc)
}

func (s *sciStub) IsIIDSupported(iid *com.IID) com.IRpcStubBuffer {
	return s.Stub.Supports(s, sciDesc, iid)
}

func (s *sciStub) Invoke(context.Context, *com.RPCOLEMESSAGE, com.IRpcChannelBuffer) error {
	return nil
}

// Connect queries the new server and lets the old one go (CF-184).
func TestCF_184_Connect(t *testing.T) {
	ctx := context.Background()
	s := new(sciStub)
	for _, obj := range []*calculator{{}, {}} {
		if err := s.Connect(ctx, obj); err != nil || s.obj != iScientific(obj) || s.CountRefs() != 1 {
			t.Errorf("%v: %v, %d references", err, s.obj, s.CountRefs())
		}
	}
	// A tear-off that answers the interface is asked of the object.
	l := &outerOfTearOff{}
	l.sci = &sciTearOff{tearOff{l}, calculator{}}
	if err := s.Connect(ctx, l); err != nil || s.obj != iScientific(l.sci) {
		t.Errorf("%v, %T", err, s.obj)
	}
}

// outerOfTearOff answers IScientific with a value of another Go type.
type outerOfTearOff struct{ sci *sciTearOff }

func (l *outerOfTearOff) COMInterfaces() []com.Entry {
	return []com.Entry{com.EntryOf[iScientific](l.sci)}
}

type sciTearOff struct {
	tearOff
	calculator
}

// A new server that lacks the interface is E_NOINTERFACE, and the old one is
// gone all the same (CF-185).
func TestCF_185_ConnectFails(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		server any
		want   com.HRESULT
	}{{&ticker{}, com.E_NOINTERFACE}, {nil, com.E_POINTER}} {
		s := new(sciStub)
		if err := s.Connect(ctx, &calculator{}); err != nil {
			t.Fatal(err)
		}
		if err := s.Connect(ctx, c.server); com.HRESULTOf(err) != c.want || s.obj != nil || s.CountRefs() != 0 {
			t.Errorf("%T: %v, server %v, %d references", c.server, err, s.obj, s.CountRefs())
		}
	}
}

// Disconnect forgets the server; again it is harmless (CF-186). A stub that is
// not connected counts nothing (CF-202).
func TestCF_186_Disconnect(t *testing.T) {
	s := new(sciStub)
	if s.CountRefs() != 0 {
		t.Errorf("a new stub has %d references", s.CountRefs())
	}
	if err := s.Connect(context.Background(), &calculator{}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s.Disconnect(); s.CountRefs() != 0 {
			t.Errorf("%d references", s.CountRefs())
		}
	}
}

// IsIIDSupported answers for the chain of the interface while the stub is
// connected, and never for IUnknown (CF-200).
func TestCF_200_IsIIDSupported(t *testing.T) {
	s := new(sciStub)
	if s.IsIIDSupported(&iidScientific) != nil {
		t.Error("a stub without a server supports something")
	}
	if err := s.Connect(context.Background(), &calculator{}); err != nil {
		t.Fatal(err)
	}
	for iid, want := range map[com.IID]com.IRpcStubBuffer{
		iidScientific: s, iidCalc: s, iidLog: nil, com.IID_IUnknown: nil,
	} {
		if got := s.IsIIDSupported(&iid); got != want {
			t.Errorf("%v: %v", iid, got)
		}
	}
}

func TestSetLocal(t *testing.T) {
	var local iCalc
	if com.SetLocal(&local, &ticker{}) || local != nil {
		t.Error("a value without the interface was taken")
	}
	c := &calculator{}
	if !com.SetLocal(&local, c) || local != iCalc(c) {
		t.Error("a value with the interface was not taken")
	}
}

// The pointers of a call are given back together: those of a bad reply as the
// caller's, arguments as the call's.
func TestReleaseAll(t *testing.T) {
	m, c, s := newProxies(t)
	s.AddUser(true)
	com.Keep(c)
	com.ReleaseAll([]any{c, nil, &calculator{}})
	if c.Users() != 1 || m.releases() != 0 {
		t.Errorf("count %d, %d times released", c.Users(), m.releases())
	}
	com.ReleaseArgs([]any{c, s})
	if c.Users() != 0 || s.Users() != 0 || m.releases() != 2 {
		t.Errorf("counts %d and %d, %d times released", c.Users(), s.Users(), m.releases())
	}
}
