package marshal

import "oxid/internal/live"

// What tests count: messages of channels that were taken and not freed, objects
// that are held for others, and objects of others that are held. A leak of one of
// those shows nowhere else.
var (
	messages = live.New("messages of channels")
	stubs    = live.New("stub managers")
	remotes  = live.New("proxy managers")
)
