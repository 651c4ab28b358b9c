package orpc

import (
	"fmt"

	"oxid/com"
	"oxid/step"
)

// The versions that exist ([MS-DCOM] 1.7). 5.1 is the first release, 5.2 adds
// IObjectExporter::ResolveOxid2, 5.4 changes how arrays of interface pointers
// and embedded conformant structures travel, 5.6 adds OBJREF_HANDLER,
// OBJREF_EXTENDED, IRemoteSCMActivator, ServerAlive2 and IRemUnknown2, and 5.7
// tells that the newer UDT marshaling of automation is understood.
var (
	Version51 = COMVERSION{5, 1}
	Version52 = COMVERSION{5, 2}
	Version54 = COMVERSION{5, 4}
	Version56 = COMVERSION{5, 6}
	Version57 = COMVERSION{5, 7}
)

// String returns "5.7".
func (v COMVERSION) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// AtLeast reports whether v is w or later within the same major version.
func (v COMVERSION) AtLeast(w COMVERSION) bool { return v.Major == w.Major && v.Minor >= w.Minor }

// Negotiate returns the version that a client puts into ORPCTHIS: the lower
// of its own and the server's ([MS-DCOM] 3.2.4.2). It fails with
// RPC_E_VERSION_MISMATCH when the major versions differ.
func Negotiate(own, server COMVERSION) (COMVERSION, error) {
	if own.Major != server.Major {
		return COMVERSION{}, versionMismatch(own, server)
	}
	return COMVERSION{own.Major, min(own.Minor, server.Minor)}, nil
}

// CheckVersion is the server's first check of a call: it fails with
// RPC_E_VERSION_MISMATCH when the client's major version differs or its minor
// is higher than own (CF-294).
func CheckVersion(own, client COMVERSION) error {
	if own.Major != client.Major || client.Minor > own.Minor {
		return versionMismatch(own, client)
	}
	return nil
}

func versionMismatch(own, peer COMVERSION) error {
	return &com.Error{
		HRESULT: com.RPC_E_VERSION_MISMATCH,
		Step:    step.Call,
		Err:     fmt.Errorf("the peer speaks DCOM %s, this side %s", peer, own),
	}
}
