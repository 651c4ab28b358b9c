package lsarpc

import (
	"context"
	"strings"
	"unicode/utf16"

	"oxid/com"
	"oxid/dcerpc"
)

// Policy is the server. It has no state but its context handles.
type Policy struct{}

// policyHandle is the kind of the handles of OpenPolicy2.
type policyHandle struct{}

// statusInvalidParameter is STATUS_INVALID_PARAMETER ([MS-ERREF] 2.3.1).
const statusInvalidParameter = 0xC000000D

// Close closes a handle of [Policy.OpenPolicy2].
func (Policy) Close(ctx context.Context, handle LsaHandle) (LsaHandle, uint32, error) {
	c, err := call(ctx)
	if err == nil {
		_, err = c.CloseHandle(policyHandle{}, handle.UUID)
	}
	return LsaHandle{}, 0, err
}

// OpenPolicy2 makes a handle.
func (Policy) OpenPolicy2(ctx context.Context, _ *string, a LsaObjectAttributes, _ uint32) (LsaHandle, uint32, error) {
	if a.RootDirectory != nil || a.ObjectName != nil || a.SecurityDescriptor != nil {
		return LsaHandle{}, statusInvalidParameter, nil
	}
	c, err := call(ctx)
	if err != nil {
		return LsaHandle{}, 0, err
	}
	id, err := c.NewHandle(policyHandle{}, nil, nil)
	return LsaHandle{UUID: id}, 0, err
}

// GetUserName returns account and domain of the client as it authenticated
// itself.
func (Policy) GetUserName(ctx context.Context, _ *string, _ *LsaString, domain **LsaString) (*LsaString, **LsaString, uint32, error) {
	c, err := call(ctx)
	if err != nil {
		return nil, nil, 0, err
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
	return NewLsaString(utf16.Encode([]rune(account))), domain, 0, nil
}

// call returns the call that ctx belongs to: handles are the connection's.
func call(ctx context.Context) (*dcerpc.ServerCall, error) {
	if c := dcerpc.CallFromContext(ctx); c != nil {
		return c, nil
	}
	return nil, com.E_UNEXPECTED
}
