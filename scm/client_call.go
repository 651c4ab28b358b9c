package scm

import (
	"context"
	"errors"

	"oxid/com"
)

// withConn runs f on a connection to addr. A connection that was idle may have
// been closed by the server just now: then f runs once more, on a new one. So f
// has to be an operation that may be repeated.
func (c *Client) withConn(ctx context.Context, addr string, f func(rc *resolverConn) error) error {
	for {
		rc, old, err := c.connect(ctx, addr)
		if err != nil {
			return err
		}
		err = f(rc)
		if err == nil || !old || rc.conn.Err() == nil || ctx.Err() != nil {
			return err
		}
	}
}

// isOpRange reports whether a server lacks the operation.
func isOpRange(err error) bool { return errors.Is(err, com.RPC_S_PROCNUM_OUT_OF_RANGE) }

// status turns the error_status_t of a resolver into an error.
func status(code uint32) error {
	if hr := com.HRESULTFromWin32(code); hr != com.S_OK {
		return hr
	}
	return nil
}
