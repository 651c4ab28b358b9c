package race

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var errRefused = errors.New("refused")

// peer is how an address behaves: it answers after a while, refuses after a
// while, or says nothing at all.
type peer struct {
	after  time.Duration
	err    error
	silent bool // until the context ends
	deaf   bool // to the end of the context
}

func TestRun(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		peers   []peer
		at      string
		failed  []string
		dropped []string
		took    time.Duration
	}{
		"the first answers":            {peers: []peer{{after: delay / 2}, {}}, at: "0", took: delay / 2},
		"a silent one is overtaken":    {peers: []peer{{silent: true}, {after: s}}, at: "1", took: delay + s},
		"each waits for the one ahead": {peers: []peer{{silent: true}, {silent: true}, {}}, at: "2", took: 2 * delay},
		"a refusal starts the next":    {peers: []peer{{err: errRefused}, {after: s}}, at: "1", took: s},
		"late, and first all the same": {peers: []peer{{after: delay + s}, {after: 2 * s}}, at: "0", took: delay + s},
		"two that answer":              {peers: []peer{{after: delay + s, deaf: true}, {after: s / 2}}, at: "1", dropped: []string{"0"}, took: delay + s},
		"all refuse":                   {peers: []peer{{after: s, err: errRefused}, {err: errRefused}}, failed: []string{"1", "0"}, took: s},
		"nobody to ask":                {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var addrs, dropped []string
				for i := range c.peers {
					addrs = append(addrs, string(rune('0'+i)))
				}
				start := time.Now()
				v, at, failed := Run(t.Context(), addrs, func(ctx context.Context, addr string) (string, error) {
					p := c.peers[addr[0]-'0']
					if p.silent {
						p.after = time.Hour
					}
					if p.deaf {
						ctx = context.WithoutCancel(ctx)
					}
					select {
					case <-time.After(p.after):
						return addr, p.err
					case <-ctx.Done():
						return "", ctx.Err()
					}
				}, func(v string) { dropped = append(dropped, v) })
				if at != c.at || v != c.at && at != "" || time.Since(start) != c.took {
					t.Errorf("%q at %q after %v; want %q after %v", v, at, time.Since(start), c.at, c.took)
				}
				var who []string
				for _, f := range failed {
					who = append(who, f.Addr)
					if !errors.Is(f.Err, errRefused) {
						t.Errorf("%s: %v", f.Addr, f.Err)
					}
				}
				if !slices.Equal(who, c.failed) || !slices.Equal(dropped, c.dropped) {
					t.Errorf("failed %v, dropped %v; want %v, %v", who, dropped, c.failed, c.dropped)
				}
			})
		})
	}
}

// When the caller gives up, no further address is tried.
func TestRunIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), delay/2)
		defer cancel()
		tried := 0
		_, at, failed := Run(ctx, []string{"a", "b", "c"}, func(ctx context.Context, _ string) (int, error) {
			tried++
			<-ctx.Done()
			return 0, ctx.Err()
		}, nil)
		if at != "" || tried != 1 || len(failed) != 1 || !errors.Is(failed[0].Err, context.DeadlineExceeded) {
			t.Errorf("at %q, %d tried, %v", at, tried, failed)
		}
	})
}
