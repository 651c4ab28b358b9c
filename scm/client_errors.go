package scm

import (
	"context"
	"errors"
	"net"
	"strings"

	"oxid/com"
	"oxid/internal/race"
	"oxid/step"
)

// stepOf returns the step that an error names, or the resolver's. That it came
// up in a call says no more than that.
func stepOf(err error) step.Step {
	var e *com.Error
	if errors.As(err, &e) && e.Step != "" && e.Step != step.Call {
		return e.Step
	}
	return step.Resolver
}

// unreachable is the error of a machine that no connection could be made to.
// It tells what a person can do, which differs a lot by cause.
func unreachable(addr string, err error) error {
	e := &com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Step: step.TCP, Peer: addr, Err: err}
	host, port, _ := net.SplitHostPort(addr)
	var dns *net.DNSError
	var ne net.Error
	switch {
	case errors.As(err, &dns):
		e.Step = step.Name
		e.Hint = "the name " + host + " cannot be resolved: check its spelling, or use the address"
	case errors.Is(err, context.Canceled):
		e.HRESULT = com.RPC_E_CALL_CANCELED
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		e.HRESULT = com.HRESULTOf(context.DeadlineExceeded)
		e.Hint = "nothing answered in time: the machine is off, or a firewall drops connections to port " + port
	case strings.Contains(err.Error(), "refused"):
		// The system's texts say so everywhere; its codes have no common name.
		e.Hint = "nothing listens there: "
		if port == WellKnownPort {
			e.Hint += "run \"oxid serve\" on " + host + ", or name the port of the process as " + net.JoinHostPort(host, "PORT")
		} else {
			e.Hint += "check the port and whether the process runs"
		}
	}
	return e
}

// notRPC is the error of a port that is open and that the conversation with
// failed. The cause keeps its own code and step.
func notRPC(addr string, err error) error {
	e := &com.Error{HRESULT: com.HRESULTOf(err), Step: step.RPC, Peer: addr, Interface: "IObjectExporter", Err: err}
	switch {
	case errors.Is(err, com.E_ACCESSDENIED):
		e.Step = step.Auth
		e.Hint = "the server wants authentication even for what the protocol leaves open"
	case errors.Is(err, com.RPC_S_PROTOCOL_ERROR):
		e.Hint = "what listens there does not speak DCE/RPC: check the port"
	}
	return e
}

// attempts tells of the addresses of which none won a race.
func attempts(failed []race.Failure) []com.Attempt {
	list := make([]com.Attempt, len(failed))
	for i, f := range failed {
		list[i] = com.Attempt{Step: stepOf(f.Err), Target: f.Addr, Err: f.Err}
	}
	return list
}

// resolveError sums up the failures of all bindings of a resolver. An answer
// counts more than silence: a resolver that does not know an exporter is a
// better explanation than three addresses that nobody has.
func resolveError(method, peer string, attempts []com.Attempt) error {
	e := &com.Error{HRESULT: com.RPC_S_SERVER_UNAVAILABLE, Step: step.Resolver, Interface: "IObjectExporter", Method: method,
		Peer: peer, Attempts: attempts,
		Hint: "none of the addresses in the reference answers: its machine is off, a firewall closes the port, or the addresses are only known inside its network"}
	for _, a := range attempts {
		switch hr := com.HRESULTOf(a.Err); hr {
		case com.OR_INVALID_OXID:
			e.HRESULT, e.Step = hr, step.Resolver
			e.Hint = "the process that the object lived in has ended"
			return e
		case com.E_ACCESSDENIED:
			e.HRESULT, e.Step = hr, step.Auth
			e.Hint = "the resolver wants authentication"
		case com.RPC_E_CALL_CANCELED, com.RPC_E_TIMEOUT:
			if e.HRESULT == com.RPC_S_SERVER_UNAVAILABLE {
				e.HRESULT = hr
			}
		}
	}
	return e
}

// activationError is the error of an activation that the server refused, with
// hr, or that failed on the way, with err.
func activationError(method, peer string, clsid com.CLSID, err error) error {
	e := &com.Error{HRESULT: com.HRESULTOf(err), Step: step.Activate, Interface: "class " + clsid.String(), Method: method, Peer: peer, Err: err}
	switch e.HRESULT {
	case com.REGDB_E_CLASSNOTREG, com.CLASS_E_CLASSNOTAVAILABLE:
		e.Step = step.Class
		e.Hint = "no running process at " + peer + " has registered this class: start its server there, and check the CLSID"
	case com.E_NOINTERFACE:
		e.Step = step.Interface
		e.Hint = "the class has none of the interfaces that were asked for, or its server cannot marshal them: check the IIDs"
	case com.E_ACCESSDENIED:
		e.Step = step.Auth
		e.Hint = "the server does not let this caller activate: give an account, or allow the caller there"
	case com.CO_E_SERVER_STOPPING, com.CO_E_SERVER_EXEC_FAILURE:
		e.Hint = "the process of the class is shutting down or could not be started"
	case com.RPC_S_UNKNOWN_IF:
		e.Hint = "what listens there resolves objects and activates none: name the port of a process or of a host's daemon"
	case com.RPC_S_CALL_FAILED, com.RPC_S_CALL_FAILED_DNE:
		e.Hint = "the connection ended during the activation: the process has ended, or is not what it was taken for"
	}
	return e
}
