package com_test

import (
	"context"
	"testing"

	"oxid/com"
)

// answering is a manager that answers every query with one value.
type answering struct {
	fakeManager
	v any
}

func (m *answering) QueryInterface(context.Context, *com.IID) (any, error) { return m.v, nil }
func (m *answering) QueryDesc(context.Context, *com.Desc) (any, error)     { return m.v, nil }

// A manager that answers with nothing, or with another type than it was asked
// for, is E_NOINTERFACE for the caller, and what it handed out is given back.
func TestQuery_WrongAnswer(t *testing.T) {
	ctx := context.Background()
	_, other, _ := newProxies(t)
	for _, v := range []any{nil, other} {
		m := &answering{v: v}
		p := new(calcProxy)
		p.Init(m, calcDesc)
		p.AddUser(true)
		s, err := com.Query[iScientific](ctx, p)
		if s != nil || com.HRESULTOf(err) != com.E_NOINTERFACE || err.Error() == "" {
			t.Errorf("%T: %v, %v", v, s, err)
		}
		if v == nil {
			_, err = com.QueryInterface(ctx, p, &iidScientific)
			wantHRESULT(t, err, com.E_NOINTERFACE)
		}
	}
	if other.Users() != 0 {
		t.Errorf("the wrong answer has the count %d", other.Users())
	}
}

// QueryInterface, QueryDesc and Query are one thing in three forms.
func TestQuery_Forms(t *testing.T) {
	ctx := context.Background()
	c := &calculator{}
	byIID, err1 := com.QueryInterface(ctx, c, &iidScientific)
	byDesc, err2 := com.QueryDesc(ctx, c, sciDesc)
	byType, err3 := com.Query[iScientific](ctx, c)
	if byIID != any(c) || byDesc != any(c) || byType != iScientific(c) {
		t.Errorf("%v %v %v: %v %v %v", byIID, byDesc, byType, err1, err2, err3)
	}
}

// QueryInterface is reflexive, symmetric and transitive over the interfaces of
// an object, tear-offs included ([MS-DCOM] leaves it to COM: the rules of
// IUnknown).
func TestQueryInterface_Rules(t *testing.T) {
	ctx := context.Background()
	l := &lister{}
	l.list = []com.Entry{
		com.EntryOf[iScientific](l),
		com.EntryOf[iRed](&part{owner: l}),
		com.EntryOf[iLog](&loggingTearOff{tearOff{l}}),
	}
	iids := []com.IID{com.IID_IUnknown, iidCalc, iidScientific, iidRed, iidLog}
	for _, a := range iids {
		from, err := com.QueryInterface(ctx, l, &a)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range iids {
			to, err := com.QueryInterface(ctx, from, &b)
			if err != nil || !com.Same(from, to) {
				t.Errorf("from %v to %v: %v", a, b, err)
			}
		}
		if _, err := com.QueryInterface(ctx, from, &iidBlue); com.HRESULTOf(err) != com.E_NOINTERFACE {
			t.Errorf("from %v to an interface that is not there: %v", a, err)
		}
	}
}
