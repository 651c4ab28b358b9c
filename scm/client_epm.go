package scm

import (
	"context"

	"oxid/com"
)

func (c *Client) mapResolver(ctx context.Context, addr string) (string, error) {
	return "", com.EPT_S_NOT_REGISTERED
}
