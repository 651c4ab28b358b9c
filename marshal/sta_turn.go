package marshal

import "context"

// turn runs application code that nobody called and nobody waits for, such as
// FinalRelease, in apartment a.
func (a *Apartment) turn(_ context.Context, f func(context.Context)) { f(a.context(a.rt.ctx)) }
