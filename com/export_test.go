package com

import "context"

// TwinCounter is a second Go type for the IID of com_test's iCounter: what
// another package would generate from the same IDL, with one method that has
// another Go signature.
type TwinCounter interface {
	Count(ctx context.Context, by int64) (int64, error)
}

// TwinCounterIID is the IID of both.
var TwinCounterIID = MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000001")

// TwinCounterDesc describes TwinCounter.
var TwinCounterDesc = Register[TwinCounter](Desc{IID: TwinCounterIID, Name: "ICounter", Methods: []string{"Count"}})

// TwinTicker has the methods of com_test's iTicker too, and the same IID.
type TwinTicker interface {
	Tick(ctx context.Context) error
}

// TwinTickerIID is the IID of both.
var TwinTickerIID = MustGUID("2f0ad0a1-6a2c-4f8e-9d2b-000000000002")

// TwinTickerDesc describes TwinTicker.
var TwinTickerDesc = Register[TwinTicker](Desc{IID: TwinTickerIID, Name: "ITicker", Methods: []string{"Tick"}})

// Classes returns how many Go types t has frozen.
func (t *Types) Classes() int {
	if m := t.classes.Load(); m != nil {
		return len(*m)
	}
	return 0
}

// HresultNames returns every value that has a name.
func HresultNames() map[HRESULT]string {
	names := make(map[HRESULT]string, len(hresultTable))
	for hr, e := range hresultTable {
		names[hr] = e.name
	}
	return names
}
