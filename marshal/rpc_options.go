package marshal

import (
	"context"
	"time"

	"oxid/com"
)

// rpcOptions is the IRpcOptions of a proxy manager (CF-230).
type rpcOptions struct{ com.Proxy }

// Values of COMBND_RPCTIMEOUT: how much time connecting may take, without a
// scale ([C706] RPC_C_BINDING timeouts). Calls are bounded by their contexts.
const (
	bindingDefaultTimeout  = 5
	bindingInfiniteTimeout = 10
)

// Set implements [com.IRpcOptions]: only COMBND_RPCTIMEOUT can be set, from 0
// to 10.
func (o *rpcOptions) Set(ctx context.Context, proxy any, property com.RPCOPT, value uintptr) error {
	pm, err := managerOf(&o.Proxy)
	if err != nil {
		return err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return err
	}
	if property != com.COMBND_RPCTIMEOUT || value > bindingInfiniteTimeout {
		return com.E_INVALIDARG
	}
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	pm.set(x.proxy()).timeout = uint8(value) + 1
	return nil
}

// Query implements [com.IRpcOptions].
func (o *rpcOptions) Query(ctx context.Context, proxy any, property com.RPCOPT) (uintptr, error) {
	pm, err := managerOf(&o.Proxy)
	if err != nil {
		return 0, err
	}
	x, err := pm.interfaceOf(ctx, proxy)
	if err != nil {
		return 0, err
	}
	switch property {
	case com.COMBND_RPCTIMEOUT:
		pm.core.apt.mu.Lock()
		defer pm.core.apt.mu.Unlock()
		if s := pm.settingsOf(x.proxy()); s != nil && s.timeout > 0 {
			return uintptr(s.timeout - 1), nil
		}
		return bindingDefaultTimeout, nil
	case com.COMBND_SERVER_LOCALITY:
		switch {
		case pm.core.exp.home != nil:
			return 0, nil
		case pm.core.exp.destCtx() == com.MSHCTX_DIFFERENTMACHINE:
			return 2, nil
		}
		return 1, nil
	}
	return 0, com.E_INVALIDARG
}

// endless stands for no bound where a bound is needed.
const endless = 24 * time.Hour

// connectContext bounds connecting for one channel as its client has set it:
// the default is a minute, and each step down or up a sixth of it.
func (ch *channel) connectContext(ctx context.Context) (context.Context, context.CancelFunc) {
	pm := ch.mgr
	pm.core.apt.mu.Lock()
	defer pm.core.apt.mu.Unlock()
	if pm.rare != nil {
		for x := range pm.proxies {
			s := pm.settingsOf(x.proxy())
			if &x.channel != ch || s == nil || s.timeout == 0 {
				continue
			}
			if s.timeout-1 == bindingInfiniteTimeout {
				return context.WithTimeout(ctx, endless)
			}
			return context.WithTimeout(ctx, time.Duration(s.timeout)*connectTimeout/(bindingDefaultTimeout+1))
		}
	}
	return ctx, func() {}
}
