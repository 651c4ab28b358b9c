package com

import (
	"errors"
	"fmt"
)

// ErrorInfo is what a method says of its failure besides the HRESULT, the
// content of IErrorInfo: it travels beside the results ([MS-DCOM] 2.2.21.2). A
// method returns it inside an [*Error] ([Errorf] makes one), and the caller
// finds it in the [*Error] that the call returns. It is immutable once returned.
type ErrorInfo struct {
	IID         IID    // the interface that defined the error; may be zero
	Source      string // program or class that failed
	Description string // one sentence for a person
	HelpFile    string
	HelpContext uint32
}

// text is the part of an error's sentence that i makes. It is quoted: it may
// come from a stranger.
func (i *ErrorInfo) text() string {
	switch {
	case i.Description == "" && i.Source == "":
		return ""
	case i.Source == "":
		return fmt.Sprintf(": %q", i.Description)
	case i.Description == "":
		return fmt.Sprintf(" (%q)", i.Source)
	}
	return fmt.Sprintf(": %q (%q)", i.Description, i.Source)
}

// Errorf is an error for a method to return: the caller is told hr and, through
// [ErrorInfo], the description. Nothing else that an error holds ever reaches
// the caller, so that paths, addresses and causes stay at home.
func Errorf(hr HRESULT, format string, args ...any) *Error {
	return &Error{HRESULT: hr, Info: &ErrorInfo{Description: fmt.Sprintf(format, args...)}}
}

// ErrorInfoOf returns the error information in err, or nil.
func ErrorInfoOf(err error) *ErrorInfo {
	var e *Error
	for errors.As(err, &e) {
		if e.Info != nil {
			return e.Info
		}
		err = e.Err
	}
	return nil
}

// MethodError is the error of a method that failed on the server with hr and
// said why. Proxies fill in the rest.
func MethodError(hr HRESULT, info *ErrorInfo) error { return &Error{HRESULT: hr, Info: info} }
