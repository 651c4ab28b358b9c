package marshal

import (
	"oxid/com"
	"oxid/orpc"
)

// ErrorInfoPolicy says what a process tells its clients of a method's failure
// besides the HRESULT.
type ErrorInfoPolicy uint8

const (
	// ErrorInfoDeclared sends what a method says in so many words, as a
	// [com.ErrorInfo]; [com.Errorf] makes one.
	ErrorInfoDeclared ErrorInfoPolicy = iota
	// ErrorInfoNone sends nothing.
	ErrorInfoNone
	// ErrorInfoAll sends the text of any error that has nothing better: paths,
	// addresses and what else it tells included.
	ErrorInfoAll
)

// maxErrorText bounds each text of error information in bytes, so that it never
// crowds out the results.
const maxErrorText = 4 << 10

// errorInfo returns what policy allows to tell of a method's error, or nil.
func (rt *Runtime) errorInfo(err error) *com.ErrorInfo {
	if rt.opt.ErrorInfo == ErrorInfoNone {
		return nil
	}
	info := com.ErrorInfoOf(err)
	if info == nil {
		if rt.opt.ErrorInfo != ErrorInfoAll {
			return nil
		}
		if _, bare := err.(com.HRESULT); bare {
			return nil // the code says it all
		}
		info = &com.ErrorInfo{Description: err.Error()}
	}
	i := *info
	for _, s := range []*string{&i.Source, &i.Description, &i.HelpFile} {
		*s = clip(*s)
	}
	return &i
}

// clip cuts a text at the limit and at a NUL, which the wire cannot carry.
func clip(s string) string {
	for i := range s {
		if s[i] == 0 || i > maxErrorText {
			return s[:i]
		}
	}
	return s
}

// failed notes what the running method says of its failure.
func (s *callState) failed(err error) {
	if info := s.apt.rt.errorInfo(err); info != nil {
		s.change(func(m *stateMore) { m.failure = info })
	}
}

// failure returns what the method said of its failure, or nil.
func (s *callState) failure() *com.ErrorInfo {
	if m := s.more.Load(); m != nil {
		return m.failure
	}
	return nil
}

// errorExtent is the extent that carries i ([MS-DCOM] 2.2.21.2).
func errorExtent(i *com.ErrorInfo) (orpc.Extent, error) {
	w := orpc.ErrorInfo{HelpContext: i.HelpContext, IID: i.IID, Source: i.Source, Description: i.Description, HelpFile: i.HelpFile}
	return w.Extent()
}

// errorInfoIn returns the error information among the extents of a reply, nil
// when there is none that can be read.
func errorInfoIn(list []orpc.Extent) *com.ErrorInfo {
	data, ok := orpc.FindExtent(list, orpc.EXTENT_Error)
	if !ok {
		return nil
	}
	w, err := orpc.ParseErrorInfo(data)
	if err != nil {
		return nil
	}
	return &com.ErrorInfo{IID: w.IID, Source: w.Source, Description: w.Description, HelpFile: w.HelpFile, HelpContext: w.HelpContext}
}
