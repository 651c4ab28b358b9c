package std_test

import (
	"context"
	"testing"
	"time"

	"oxid"
	"oxid/com"
	"oxid/idl/gen/testdata/arm"
	"oxid/std"
)

var clsidArms = com.MustGUID("7d6a3f0c-52b8-4c07-9d5c-0a1b2c3d4e60")

// arms reads what it is given.
type arms struct{ _ int }

func (*arms) Tell(ctx context.Context, v arm.VALUE) (string, error) {
	if n, ok := v.Number(); ok {
		return string(rune(n)), nil
	}
	if s, ok := v.Text(); ok {
		if s == nil {
			return "nothing", nil
		}
		return *s, nil
	}
	stm, _ := v.Stream()
	if stm == nil {
		return "no stream", nil
	}
	b := make([]byte, 64)
	n, err := stm.Read(ctx, b)
	return string(b[:n]), err
}

func (*arms) Echo(_ context.Context, _ int32, v arm.VALUE) (arm.VALUE, error) { return v, nil }

// counted says when nobody holds it any more.
type counted struct {
	*stream
	final chan bool
}

func (c *counted) FinalRelease(context.Context) { close(c.final) }

// TestCF_449_InterfacePointerInAUnion: an object in the default arm is called
// back while the call runs, comes back as itself, and is held by nobody
// afterwards.
func TestCF_449_InterfacePointerInAUnion(t *testing.T) {
	server, client := process(t), process(t)
	ctx := t.Context()
	err := server.RegisterClass(ctx, clsidArms, func(context.Context) (any, error) { return new(arms), nil }, arm.ExposeIArms)
	if err != nil {
		t.Fatal(err)
	}
	obj, err := oxid.CreateInstance[arm.IArms](ctx, client, clsidArms, oxid.At(server.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	defer oxid.Release(obj)

	text := "some text"
	mine := &counted{newStream([]byte("of the stream")), make(chan bool)}
	for _, c := range []struct {
		v    arm.VALUE
		want string
	}{
		{arm.VALUE_Number('x'), "x"},
		{arm.VALUE_Text(&text), "some text"},
		{arm.VALUE_Text(nil), "nothing"},
		{arm.VALUE_Stream(3, mine), "of the stream"},
		{arm.VALUE_Stream(-1, nil), "no stream"},
	} {
		if got, err := obj.Tell(ctx, c.v); err != nil || got != c.want {
			t.Errorf("Tell(%d): %q, %v; want %q", c.v.Tag(), got, err, c.want)
		}
	}
	select {
	case <-mine.final:
	case <-time.After(10 * time.Second):
		t.Fatal("the stream is held after the call that it was given to")
	}

	mine = &counted{newStream(nil), make(chan bool)}
	back, err := obj.Echo(ctx, 3, arm.VALUE_Stream(3, mine))
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := back.Stream(); !ok || got != std.IStream(mine) {
		t.Errorf("what comes back is %T", got)
	}
	select {
	case <-mine.final:
	case <-time.After(10 * time.Second):
		t.Fatal("the stream is held after it came back")
	}
}
