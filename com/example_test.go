package com_test

import (
	"context"
	"fmt"

	"oxid/com"
)

// A plain Go value is an object: it has the interfaces that its methods satisfy.
func ExampleQuery() {
	ctx := context.Background()
	var c iCalc = &calculator{}
	sci, err := com.Query[iScientific](ctx, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(com.Same(c, sci))
	// Output: true
}

// A class names its interfaces; what it does not name it does not have.
func ExampleNewClassFactory() {
	ctx := context.Background()
	factory := com.NewClassFactory(new(com.Types),
		func(context.Context) (any, error) { return &calculator{}, nil },
		exposeCalc)
	obj, err := factory.CreateInstance(ctx, nil, &iidCalc)
	if err != nil {
		fmt.Println(err)
		return
	}
	sum, err := obj.(iCalc).Add(ctx, 1, 2)
	fmt.Println(sum, err)
	_, err = factory.CreateInstance(ctx, nil, &iidScientific)
	fmt.Println(com.HRESULTOf(err).Name())
	// Output:
	// 3 <nil>
	// E_NOINTERFACE
}

// A value that is no pointer becomes an object with an identity of its own.
func ExampleNewObject() {
	_, err := com.IdentityOf(value{n: 10})
	fmt.Println(com.HRESULTOf(err).Name())
	obj := com.NewObject(value{n: 10})
	sum, err := obj.(iCalc).Add(context.Background(), 1, 2)
	fmt.Println(sum, err)
	// Output:
	// E_INVALIDARG
	// 13 <nil>
}
