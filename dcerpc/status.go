package dcerpc

import "oxid/com"

// Status is the status of a fault PDU: a value of the nca_s_* family ([C706]
// appendix E), a Windows error code below 0x10000, or an HRESULT.
type Status uint32

// Status codes that the runtime itself sends or looks at ([C706] appendix E,
// [MS-RPCE] 3.1.1.5.5).
const (
	StatusCommFailure          Status = 0x1C010001 // nca_s_comm_failure
	StatusOpRange              Status = 0x1C010002 // nca_op_rng_error: no such operation number
	StatusUnknownInterface     Status = 0x1C010003 // nca_unk_if: no such presentation context
	StatusProtocolError        Status = 0x1C01000B // nca_proto_error
	StatusOutArgsTooBig        Status = 0x1C010013 // nca_out_args_too_big
	StatusServerTooBusy        Status = 0x1C010014 // nca_server_too_busy
	StatusUnsupportedType      Status = 0x1C010017 // nca_unsupported_type: no such object type
	StatusInvalidTag           Status = 0x1C000006 // nca_s_fault_invalid_tag: union without an arm
	StatusInvalidBound         Status = 0x1C000007 // nca_s_fault_invalid_bound: array bound out of range
	StatusCancelled            Status = 0x1C00000D // nca_s_fault_cancel
	StatusUnspecified          Status = 0x1C000012 // nca_s_fault_unspec
	StatusContextMismatch      Status = 0x1C00001A // nca_s_fault_context_mismatch: no such context handle
	StatusRemoteNoMemory       Status = 0x1C00001B // nca_s_fault_remote_no_memory
	StatusInvalidPresContextID Status = 0x1C00001C // nca_invalid_pres_context_id
	StatusUnsupportedAuthLevel Status = 0x1C00001D // nca_unsupported_authn_level
	StatusAccessDenied         Status = 0x00000005 // ERROR_ACCESS_DENIED
	StatusNoCallActive         Status = 0x000006BD // RPC_S_NO_CALL_ACTIVE
	StatusCannotSupport        Status = 0x000006D8 // EPT_S_CANT_PERFORM_OP
	StatusOutOfResources       Status = 0x000006D9 // out of resources
	StatusBadStubData          Status = 0x000006F7 // RPC_X_BAD_STUB_DATA: the stub data does not decode
	StatusSecurityPackage      Status = 0x00000721 // RPC_S_SEC_PKG_ERROR
)

// ncaStatuses gives each known status its name and the Windows error code that
// a client turns it into; 0 stands for none.
var ncaStatuses = map[Status]struct {
	name  string
	win32 uint16
}{
	0x1C010001: {"nca_s_comm_failure", 1820},
	0x1C010002: {"nca_op_rng_error", 1745},
	0x1C010003: {"nca_unk_if", 1717},
	0x1C010006: {"nca_wrong_boot_time", 0},
	0x1C010009: {"nca_s_you_crashed", 1726},
	0x1C01000B: {"nca_proto_error", 1728},
	0x1C010013: {"nca_out_args_too_big", 1130},
	0x1C010014: {"nca_server_too_busy", 1723},
	0x1C010015: {"nca_fault_string_too_long", 0},
	0x1C010017: {"nca_unsupported_type", 1732},
	0x1C000001: {"nca_s_fault_int_div_by_zero", 1767},
	0x1C000002: {"nca_s_fault_addr_error", 1768},
	0x1C000003: {"nca_s_fault_fp_div_zero", 1769},
	0x1C000004: {"nca_s_fault_fp_underflow", 1770},
	0x1C000005: {"nca_s_fault_fp_overflow", 1771},
	0x1C000006: {"nca_s_fault_invalid_tag", 1733},
	0x1C000007: {"nca_s_fault_invalid_bound", 1734},
	0x1C000008: {"nca_rpc_version_mismatch", 1728},
	0x1C000009: {"nca_unspec_reject", 1726},
	0x1C00000A: {"nca_s_bad_actid", 1727},
	0x1C00000B: {"nca_who_are_you_failed", 1726},
	0x1C00000C: {"nca_manager_not_entered", 1727},
	0x1C00000D: {"nca_s_fault_cancel", 1818},
	0x1C00000E: {"nca_s_fault_ill_inst", 1768},
	0x1C00000F: {"nca_s_fault_fp_error", 1771},
	0x1C000010: {"nca_s_fault_int_overflow", 1768},
	0x1C000012: {"nca_s_fault_unspec", 1726},
	0x1C000013: {"nca_s_fault_remote_comm_failure", 1820},
	0x1C000014: {"nca_s_fault_pipe_empty", 1918},
	0x1C000015: {"nca_s_fault_pipe_closed", 1916},
	0x1C000016: {"nca_s_fault_pipe_order", 1831},
	0x1C000017: {"nca_s_fault_pipe_discipline", 1917},
	0x1C000018: {"nca_s_fault_pipe_comm_error", 1820},
	0x1C000019: {"nca_s_fault_pipe_memory", 14},
	0x1C00001A: {"nca_s_fault_context_mismatch", 6},
	0x1C00001B: {"nca_s_fault_remote_no_memory", 1130},
	0x1C00001C: {"nca_invalid_pres_context_id", 1728},
	0x1C00001D: {"nca_unsupported_authn_level", 1821},
	0x1C00001F: {"nca_invalid_checksum", 1726},
	0x1C000020: {"nca_invalid_crc", 1726},
	0x1C000021: {"nca_s_fault_user_defined", 0},
	0x1C000022: {"nca_s_fault_tx_open_failed", 0},
	0x1C000023: {"nca_s_fault_codeset_conv_error", 0},
	0x1C000024: {"nca_s_fault_object_not_found", 0},
	0x1C000025: {"nca_s_fault_no_client_stub", 0},
	0x00000005: {"access denied", 5},
	0x000006BD: {"no call active", 1725},
	0x000006D8: {"cannot perform", 1752},
	0x000006D9: {"out of resources", 1721},
	0x000006F7: {"bad stub data", 1783},
	0x00000721: {"security package error", 1825},
}

// Name returns the name of s in the specifications, such as
// "nca_op_rng_error", or "" when it has none here.
func (s Status) Name() string { return ncaStatuses[s].name }

// HRESULT returns what a COM client reports for s: an HRESULT travels as it
// is, everything else becomes HRESULT_FROM_WIN32 of the Windows error code
// that s maps to ([MS-RPCE] 3.1.1.5.5). A status without a mapping counts as
// RPC_S_CALL_FAILED.
func (s Status) HRESULT() com.HRESULT {
	if s&0x80000000 != 0 {
		return com.HRESULT(s)
	}
	if e, ok := ncaStatuses[s]; ok && e.win32 != 0 {
		return com.HRESULTFromWin32(uint32(e.win32))
	}
	if s != 0 && s < 0x10000 {
		return com.HRESULTFromWin32(uint32(s))
	}
	return com.RPC_S_CALL_FAILED
}

// statusByHRESULT is the way back, for the errors that handlers return: where
// two statuses map to one Windows code, the one that a server would send.
var statusByHRESULT = map[com.HRESULT]Status{
	com.RPC_S_COMM_FAILURE:            StatusCommFailure,
	com.RPC_S_PROCNUM_OUT_OF_RANGE:    StatusOpRange,
	com.RPC_S_UNKNOWN_IF:              StatusUnknownInterface,
	com.RPC_S_PROTOCOL_ERROR:          StatusProtocolError,
	com.RPC_S_SERVER_TOO_BUSY:         StatusServerTooBusy,
	com.RPC_S_UNSUPPORTED_TYPE:        StatusUnsupportedType,
	com.RPC_S_INVALID_TAG:             StatusInvalidTag,
	com.RPC_S_INVALID_BOUND:           StatusInvalidBound,
	com.RPC_S_CALL_CANCELLED:          StatusCancelled,
	com.RPC_S_UNSUPPORTED_AUTHN_LEVEL: StatusUnsupportedAuthLevel,
	com.RPC_S_NO_CALL_ACTIVE:          StatusNoCallActive,
	com.RPC_X_BAD_STUB_DATA:           StatusBadStubData,
	com.RPC_S_SEC_PKG_ERROR:           StatusSecurityPackage,
	com.RPC_S_OUT_OF_RESOURCES:        StatusOutOfResources,
	com.E_ACCESSDENIED:                StatusAccessDenied,
	com.E_HANDLE:                      StatusContextMismatch,
}

// neverSent lists statuses that a client may treat as a broken protocol
// ([MS-RPCE] 2.2.2.8): exceptions of the processor and warnings of Windows.
var neverSent = map[Status]bool{
	0: true, 0x80000001: true, 0x80000002: true, 0x80000003: true, 0xC0000005: true,
	0xC0000006: true, 0xC000001D: true, 0xC0000096: true, 0xC00000AA: true,
	0xC00000FD: true, 0xC0000194: true, 0xC0000235: true, 0xC0000409: true, 0xC0000420: true,
}

// sendable returns s, or a status that may be sent in its place.
func (s Status) sendable() Status {
	if neverSent[s] {
		return StatusUnspecified
	}
	return s
}
