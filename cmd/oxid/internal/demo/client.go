package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"oxid"
	"oxid/com"
	"oxid/samples/calc"
)

// sink is the client's object that the server calls back.
type sink struct{ results chan float64 }

// OnResult implements calc.ICalcEvents.
func (s *sink) OnResult(_ context.Context, value float64) error {
	s.results <- value
	return nil
}

// client is a client process of the demo.
type client struct {
	p *oxid.Process
	n *news
	t time.Time
}

func startClient(ctx context.Context, out io.Writer) (*client, error) {
	p, err := oxid.Start(ctx, oxid.NoDaemon(), oxid.PingPeriod(pingPeriod), oxid.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return nil, err
	}
	return &client{p: p, n: newNews(out), t: time.Now()}, nil
}

// done reports a step, with the time since the one before.
func (c *client) done(what, format string, args ...any) {
	c.n.send(event{Step: Step{"client", what, fmt.Sprintf(format, args...), ms(time.Since(c.t))}})
	c.t = time.Now()
}

// runClient is the client that does everything right.
func runClient(ctx context.Context, server string, out io.Writer) error {
	c, err := startClient(ctx, out)
	if err != nil {
		return err
	}
	defer c.p.Close()
	if err := c.work(ctx, server); err != nil {
		c.n.send(event{Error: err.Error()})
		return err
	}
	c.n.send(event{Ready: true})
	return nil
}

func (c *client) work(ctx context.Context, server string) error {
	calculator, err := oxid.CreateInstance[calc.ICalc](ctx, c.p, calc.CLSID_Calculator, oxid.At(server))
	if err != nil {
		return err
	}
	c.done("activates the Calculator by its CLSID", "{%s}", calc.CLSID_Calculator)

	sum, err := calculator.Add(ctx, 20, 22)
	if err != nil || sum != 42 {
		return fmt.Errorf("Add(20, 22) = %d, %w", sum, err)
	}
	c.done("calls Add(20, 22)", "= %d", sum)

	values := make([]float64, 100_000)
	for i := range values {
		values[i] = 0.5
	}
	total, err := calculator.Sum(ctx, values)
	if err != nil || total != 50_000 {
		return fmt.Errorf("method Sum = %v, %w", total, err)
	}
	c.done("calls Sum with 100,000 doubles", "= %.0f", total)

	text, err := calculator.Echo(ctx, "Grüße, 世界")
	if err != nil || text != "Grüße, 世界" {
		return fmt.Errorf("method Echo = %q, %w", text, err)
	}
	c.done("calls Echo", "%q", text)

	sci, err := oxid.QueryInterface[calc.IScientific](ctx, calculator)
	if err != nil {
		return err
	}
	root, err := sci.Sqrt(ctx, 2)
	if err != nil {
		return err
	}
	c.done("queries IScientific of the same object, calls Sqrt(2)", "= %.6f", root)
	if !oxid.Same(calculator, sci) {
		return errors.New("two interfaces of one object do not compare the same")
	}
	if _, err := sci.Sqrt(ctx, -1); !errors.Is(err, com.E_INVALIDARG) {
		return fmt.Errorf("Sqrt(-1): %w", err)
	}
	c.done("is told of a mistake: Sqrt(-1)", "E_INVALIDARG")

	if err := c.callback(ctx, calculator); err != nil {
		return err
	}
	clone, err := calculator.Clone(ctx)
	if err != nil {
		return err
	}
	if sum, err = clone.Add(ctx, 1, 1); err != nil || sum != 2 {
		return fmt.Errorf("the clone's Add(1, 1) = %d, %w", sum, err)
	}
	if oxid.Same(clone, calculator) {
		return errors.New("the clone is the calculator")
	}
	c.done("clones it, and calls the clone", "1 + 1 = %d", sum)

	for _, x := range []any{clone, sci, calculator} {
		if err := oxid.ReleaseContext(ctx, x); err != nil {
			return err
		}
	}
	if _, err := calculator.Add(ctx, 1, 1); !errors.Is(err, com.CO_E_RELEASED) {
		return fmt.Errorf("a call after Release: %w", err)
	}
	c.done("releases all of them, and waits until the server knows", "")
	return nil
}

// callback has the server call this process.
func (c *client) callback(ctx context.Context, calculator calc.ICalc) error {
	s := &sink{results: make(chan float64, 1)}
	cookie, err := calculator.Advise(ctx, s)
	if err != nil {
		return err
	}
	if _, err := calculator.Add(ctx, 3, 4); err != nil {
		return err
	}
	select {
	case v := <-s.results:
		c.done("advises a sink, calls Add(3, 4), and is called back", "OnResult(%v)", v)
	case <-ctx.Done():
		return fmt.Errorf("no callback: %w", ctx.Err())
	}
	return calculator.Unadvise(ctx, cookie)
}

// runDoomed is the client that is killed: it never releases anything.
func runDoomed(ctx context.Context, server string, out io.Writer) error {
	c, err := startClient(ctx, out)
	if err != nil {
		return err
	}
	var hold []calc.ICalc
	for range 3 {
		x, err := oxid.CreateInstance[calc.ICalc](ctx, c.p, calc.CLSID_Calculator, oxid.At(server))
		if err != nil {
			c.n.send(event{Error: err.Error()})
			return err
		}
		hold = append(hold, x)
	}
	if _, err := hold[0].Advise(ctx, &sink{results: make(chan float64, 1)}); err != nil {
		c.n.send(event{Error: err.Error()})
		return err
	}
	c.n.send(event{Ready: true})
	<-ctx.Done() // long before that the parent kills this process
	return fmt.Errorf("not killed; still holding %d objects: %w", len(hold), ctx.Err())
}
