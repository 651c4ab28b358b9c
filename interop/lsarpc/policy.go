package lsarpc

import (
	"context"
	"math"
	"strings"
	"unicode/utf16"

	"oxid/com"
	"oxid/dcerpc"
	"oxid/ndr"
)

// Policy is the server. It has no state but its context handles.
type Policy struct{}

// policyHandle is the kind of the handles of OpenPolicy2.
type policyHandle struct{}

// statusInvalidParameter is STATUS_INVALID_PARAMETER ([MS-ERREF] 2.3.1).
const statusInvalidParameter = 0xC000000D

// Close closes a handle of [Policy.OpenPolicy2].
func (Policy) Close(ctx context.Context, handle ndr.ContextHandle) (status uint32, null ndr.ContextHandle, err error) {
	c, err := call(ctx)
	if err == nil {
		_, err = c.CloseHandle(policyHandle{}, handle.UUID)
	}
	return 0, null, err
}

// OpenPolicy2 makes a handle.
func (Policy) OpenPolicy2(ctx context.Context, _ *string, a LsaObjectAttributes, _ uint32) (uint32, ndr.ContextHandle, error) {
	if a.RootDirectory != nil || a.ObjectName != nil || a.SecurityDescriptor != nil {
		return statusInvalidParameter, ndr.ContextHandle{}, nil
	}
	c, err := call(ctx)
	if err != nil {
		return 0, ndr.ContextHandle{}, err
	}
	id, err := c.NewHandle(policyHandle{}, nil, nil)
	return 0, ndr.ContextHandle{UUID: id}, err
}

// GetUserName returns account and domain of the client as it authenticated
// itself.
func (Policy) GetUserName(ctx context.Context, _ *string, _ *LsaString, domain **LsaString) (uint32, *LsaString, **LsaString, error) {
	c, err := call(ctx)
	if err != nil {
		return 0, nil, nil, err
	}
	authority, account := "NT AUTHORITY", "ANONYMOUS LOGON"
	if client := c.Auth().Client; client != "" {
		var ok bool
		if authority, account, ok = strings.Cut(client, `\`); !ok {
			authority, account = "", client
		}
	}
	if domain != nil { // who does not ask gets no answer
		s := NewLsaString(utf16.Encode([]rune(authority)))
		domain = &s
	}
	return 0, NewLsaString(utf16.Encode([]rune(account))), domain, nil
}

// call returns the call that ctx belongs to: handles are the connection's.
func call(ctx context.Context) (*dcerpc.ServerCall, error) {
	if c := dcerpc.CallFromContext(ctx); c != nil {
		return c, nil
	}
	return nil, com.E_UNEXPECTED
}

// NewLsaString makes an LsaString of UTF-16 units, at most 32,767.
func NewLsaString(units []uint16) *LsaString {
	n := uint16(2 * min(len(units), math.MaxInt16))
	return &LsaString{Length: n, MaximumLength: n, Buffer: units[:n/2]}
}
