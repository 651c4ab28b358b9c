package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// report is everything that a run found out.
type report struct {
	Dir  string `json:"dir"`
	Widl string `json:"widl,omitempty"` // its path, "" when it was not asked

	Files        int `json:"files"`
	Accepted     int `json:"accepted"`
	WidlAccepted int `json:"widl_accepted"`
	// HeaderInterfaces are the interfaces in widl's headers.
	HeaderInterfaces int `json:"widl_interfaces"`
	Generated        int `json:"generated_files"` // imported headers included
	Packages         int `json:"packages"`
	Bytes            int `json:"bytes"`

	Objects       int `json:"object_interfaces"`
	RPC           int `json:"rpc_interfaces"`
	Methods       int `json:"methods"`
	Plain         int `json:"plain_interfaces"` // IUnknown, and those around types alone
	LocalIfaces   int `json:"local_interfaces"`
	CarvedMethods int `json:"methods_without_wire_form"`

	Verdicts []verdict  `json:"verdicts"`
	CarveOut []carveOut `json:"carve_outs"`
	// Missing, TypeErrors and Building tell what is wrong.
	Missing    []string  `json:"missing,omitempty"`
	TypeErrors []string  `json:"type_errors,omitempty"`
	Building   *building `json:"building,omitempty"`
}

// faults lists what makes a run a failure.
func (r *report) faults() (out []string) {
	for _, v := range r.Verdicts {
		switch {
		case v.Accepted:
		case v.Widl == "accepts":
			out = append(out, "refused, but widl accepts it: "+v.Message)
		case v.Nameless || v.Message == "":
			out = append(out, v.File+" is refused without naming the fault in it")
		}
	}
	for _, m := range r.Missing {
		out = append(out, "missing: "+m)
	}
	for _, m := range r.TypeErrors {
		out = append(out, "type error: "+m)
	}
	if b := r.Building; b != nil {
		if !b.Built {
			out = append(out, "does not build:\n"+b.BuildErrors)
		}
		if !b.Vetted {
			out = append(out, "does not vet:\n"+b.VetErrors)
		}
	}
	return out
}

// count returns the carve-outs of a kind.
func (r *report) count(kind string) (n int) {
	for _, c := range r.CarveOut {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// carvedKinds are the kinds in the order of the report, with what they mean.
var carvedKinds = [][2]string{
	{carvedWinRT, "constructs of the Windows Runtime: parsed, not generated"},
	{carvedLocal, "interfaces that never leave their process: types without proxy"},
	{carvedMethod, "methods that never leave their process: their places in the vtable are kept"},
	{carvedNoCode, "methods that keep their numbers and nothing else"},
	{carvedNoUUID, "interfaces that nobody could ask for"},
	{carvedForm, "methods with something that no marshaler could carry"},
}

// print writes the report for people.
func (r *report) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n\n", r.Dir)
	fmt.Fprintf(t, "files\t%d\n", r.Files)
	fmt.Fprintf(t, "accepted\t%d\n", r.Accepted)
	if r.Widl != "" {
		fmt.Fprintf(t, "accepted by widl\t%d; its headers have %d interfaces\n", r.WidlAccepted, r.HeaderInterfaces)
	}
	fmt.Fprintf(t, "generated\t%d files, with what they import, in %d packages, %.1f MB\n", r.Generated, r.Packages, float64(r.Bytes)/1e6)
	fmt.Fprintf(t, "object interfaces\t%d with proxy and stub\n", r.Objects)
	fmt.Fprintf(t, "RPC interfaces\t%d with client and server\n", r.RPC)
	fmt.Fprintf(t, "methods\t%d that travel\n", r.Methods)
	fmt.Fprintf(t, "nothing to generate\t%d interfaces: IUnknown, and those around types alone\n", r.Plain)
	if b := r.Building; b != nil {
		fmt.Fprintf(t, "built\t%s in %.0f s\n", yes(b.Built), b.BuildTime)
		fmt.Fprintf(t, "vetted\t%s in %.0f s\n", yes(b.Vetted), b.VetTime)
	}
	fmt.Fprintf(t, "\nrefused\twidl\tfaults\tthe first of them\n")
	for _, v := range r.Verdicts {
		if v.Accepted {
			continue
		}
		help := ""
		if v.Help != "" {
			help = " (" + v.Help + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s%s\n", v.File, v.Widl, v.Errors, strings.TrimPrefix(v.Message, v.File+":"), help)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, k := range carvedKinds {
		fmt.Fprintf(w, "\n%s: %d %s\n", k[0], r.count(k[0]), k[1])
		r.printCarved(w, k[0])
	}
	faults := r.faults()
	for _, f := range faults {
		fmt.Fprintf(w, "\nFAULT %s\n", f)
	}
	_, err := fmt.Fprintf(w, "\n%d faults\n", len(faults))
	return err
}

// printCarved lists the carve-outs of a kind: with reasons a line each, those
// that need none by file.
func (r *report) printCarved(w io.Writer, kind string) {
	file := ""
	for _, c := range r.CarveOut {
		switch {
		case c.Kind != kind:
		case kind == carvedForm || kind == carvedNoUUID && c.Why != "":
			fmt.Fprintf(w, "  %s: %s: %s\n", c.File, c.Name, c.Why)
		case c.File != file:
			if file != "" {
				fmt.Fprintln(w)
			}
			fmt.Fprintf(w, "  %s: %s", c.File, c.Name)
			file = c.File
		default:
			fmt.Fprintf(w, ", %s", c.Name)
		}
	}
	if file != "" {
		fmt.Fprintln(w)
	}
}

// printJSON writes the report for programs.
func (r *report) printJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "NO"
}
