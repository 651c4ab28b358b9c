package demo

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"sync"

	"oxid"
	"oxid/samples/calc"
	"oxid/samples/calc/calculator"
)

// news writes events as lines of JSON. It is safe for concurrent use.
type news struct {
	mu   sync.Mutex
	enc  *json.Encoder
	live int
}

func newNews(w io.Writer) *news { return &news{enc: json.NewEncoder(w)} }

func (n *news) send(e event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.enc.Encode(e)
}

// objects counts objects that clients hold, and tells the parent.
func (n *news) objects(delta int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.live += delta
	n.enc.Encode(event{Live: n.live})
}

// runServer is the server process. It ends when its input does.
func runServer(ctx context.Context, in io.Reader, out io.Writer) error {
	n := newNews(out)
	p, err := oxid.Start(ctx, oxid.NoDaemon(), oxid.PingPeriod(pingPeriod), oxid.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	defer p.Close()
	err = p.RegisterClass(ctx, calc.CLSID_Calculator, func(context.Context) (any, error) {
		n.objects(+1)
		c := calculator.New()
		c.OnFinalRelease = func() { n.objects(-1) }
		c.OnClone = func() { n.objects(+1) }
		return c, nil
	}, calc.ExposeICalc, calc.ExposeIScientific)
	if err != nil {
		return err
	}
	n.send(event{Addr: p.Addr()})
	io.Copy(io.Discard, in) // until the parent closes it or dies
	return nil
}
