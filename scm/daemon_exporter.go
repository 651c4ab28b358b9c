package scm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"oxid/com"
	"oxid/marshal"
	"oxid/orpc"
	"oxid/scm/internal/private"
)

// linkExporter is an exporter of a linked process. Where it listens is what the
// process said when it registered; everything else is asked.
type linkExporter struct {
	process *private.IScmProcessClient
	pid     uint32
	program string
	info    marshal.ExporterInfo
}

func (x *linkExporter) Info() marshal.ExporterInfo { return x.info }

func (x *linkExporter) Owns(ctx context.Context, oids []orpc.OID) ([]bool, error) {
	owned := make([]bool, 0, len(oids))
	for part := range slices.Chunk(oids, int(private.MaxOIDs)) {
		list, err := x.process.Own(ctx, x.info.OXID, part)
		if err != nil {
			return nil, err
		}
		owned = append(owned, list...)
	}
	return owned, nil
}

func (x *linkExporter) Unpinged(ctx context.Context, periods int) ([]orpc.OID, error) {
	return x.process.Unpinged(ctx, x.info.OXID, uint32(periods))
}

func (x *linkExporter) Rundown(ctx context.Context, oids []orpc.OID) (kept []orpc.OID, err error) {
	for part := range slices.Chunk(oids, int(private.MaxOIDs)) {
		list, err := x.process.Rundown(ctx, x.info.OXID, part)
		if err != nil {
			return nil, err
		}
		kept = append(kept, list...)
	}
	return kept, nil
}

func (x *linkExporter) Activate(ctx context.Context, act marshal.Activation) ([]marshal.ActivationResult, error) {
	list, err := x.process.Activate(ctx, x.info.OXID, act.CLSID, act.ClassObject, act.Dest, act.IIDs)
	// A process that dies meanwhile is an activation that another process of the
	// class may still serve.
	if errors.Is(err, com.RPC_S_CALL_FAILED) || errors.Is(err, com.RPC_S_CALL_FAILED_DNE) {
		return nil, &com.Error{HRESULT: com.CO_E_SERVER_STOPPING, Err: fmt.Errorf("%w: %w", errExporterGone, err)}
	}
	if err != nil {
		return nil, err
	}
	results := make([]marshal.ActivationResult, len(list))
	for i, r := range list {
		results[i] = marshal.ActivationResult{Packet: r.Packet, HR: r.HR}
	}
	return results, nil
}
