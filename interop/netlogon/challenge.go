package netlogon

import (
	"context"
	"crypto/rand"
)

// Challenge is the server. It has no state.
type Challenge struct{}

// ServerReqChallenge returns a random challenge.
func (Challenge) ServerReqChallenge(context.Context, *string, string, NetlogonCredential) (c NetlogonCredential, status uint32, err error) {
	_, err = rand.Read(c.Data[:])
	return c, 0, err
}
