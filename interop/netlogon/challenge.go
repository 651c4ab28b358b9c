package netlogon

import (
	"context"
	"crypto/rand"
)

// Challenge is the server. It has no state.
type Challenge struct{}

// ServerReqChallenge returns a random challenge.
func (Challenge) ServerReqChallenge(context.Context, *string, string, NetlogonCredential) (status uint32, c NetlogonCredential, err error) {
	_, err = rand.Read(c.Data[:])
	return 0, c, err
}
