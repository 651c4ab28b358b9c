package scm

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/step"
)

// activated is what an activator answers when it worked.
type activated struct {
	info     marshal.ExporterInfo
	bindings orpc.PackedBindings
	results  []marshal.ActivationResult // as many as IIDs were asked for
}

// errExporterGone is matched by the errors of an exporter whose process went
// away before it could serve a call.
var errExporterGone = errors.New("the process of the class is gone")

// activate finds a process that serves the class and lets it do the work
// ([MS-DCOM] 3.1.2.5.2.3.3). Processes that are on their way out are passed
// over as long as there are others.
func (r *resolver) activate(ctx context.Context, act marshal.Activation, protseqs []uint16) (*activated, error) {
	if !speaksTCP(protseqs) {
		return nil, com.RPC_S_PROTSEQ_NOT_SUPPORTED
	}
	var err error = &com.Error{HRESULT: com.REGDB_E_CLASSNOTREG, Step: step.Class, Interface: act.CLSID.String()}
	for _, x := range r.classServers(act.CLSID) {
		var results []marshal.ActivationResult
		if results, err = x.Activate(ctx, act); err == nil {
			return r.outcome(x, act, results)
		}
		if !leaving(err) {
			break
		}
	}
	return nil, err
}

// leaving reports whether an activation failed because its process is going
// away, so that another process of the class may still succeed.
func leaving(err error) bool {
	return errors.Is(err, errExporterGone) || errors.Is(err, com.CO_E_SERVER_STOPPING) ||
		errors.Is(err, com.CO_E_NOTINITIALIZED) || errors.Is(err, com.REGDB_E_CLASSNOTREG)
}

// outcome completes what an exporter returned with where it listens.
func (r *resolver) outcome(x *exporterEntry, act marshal.Activation, results []marshal.ActivationResult) (*activated, error) {
	if len(results) != len(act.IIDs) {
		return nil, fmt.Errorf("scm: %d results for %d interfaces: %w", len(results), len(act.IIDs), com.E_UNEXPECTED)
	}
	for i := range results {
		// The protocol wants a packet exactly where the result is S_OK.
		if p := &results[i]; p.HR == com.S_OK && p.Packet == nil {
			p.HR = com.E_NOINTERFACE
		} else if p.HR != com.S_OK {
			p.Packet = nil
		}
	}
	info := x.Info()
	bindings, err := info.Bindings.Pack()
	if err != nil {
		return nil, err
	}
	return &activated{info: info, bindings: bindings, results: results}, nil
}

// activationRequest is what both activators ask for.
type activationRequest struct {
	this     orpc.ORPCTHIS
	act      marshal.Activation
	protseqs []uint16
	flags    uint32 // ACTVFLAGS_*
	session  *orpc.SpecialPropertiesData
	// fromFile is set when the object is to be created from a file or storage.
	fromFile bool
}

// check refuses what cannot be done here ([MS-DCOM] 3.1.2.5.2.3). Flags of
// ORPCTHIS mean nothing in an activation.
func (q *activationRequest) check() error {
	if err := orpc.CheckVersion(version, q.this.Version); err != nil {
		return err
	}
	// All processes of this host are of the resolver's own word size.
	unfit := orpc.ACTVFLAGS_ACTIVATE_32_BIT_SERVER
	if strconv.IntSize == 32 {
		unfit = orpc.ACTVFLAGS_ACTIVATE_64_BIT_SERVER
	}
	switch {
	case q.fromFile:
		return com.E_NOTIMPL
	case q.flags&unfit != 0:
		return com.REGDB_E_CLASSNOTREG
	case q.session != nil && q.session.RemoteThisSessionID && q.session.SessionID != orpc.AnySession && q.session.SessionID != 0:
		return com.CO_E_RUNAS_LOGON_FAILURE
	}
	return nil
}
