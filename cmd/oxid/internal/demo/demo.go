// Package demo is the verb "oxid demo": the main job of oxid, shown between
// three processes on this machine.
package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// pingPeriod is short so that the death of a client is noticed while somebody
// watches. DCOM prescribes two minutes.
const pingPeriod = 400 * time.Millisecond

// limit bounds the whole demo.
const limit = 15 * time.Second

// Command returns the verb.
func Command() *cobra.Command {
	var asJSON bool
	var role, server string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show a server and its clients at work, in processes of their own",
		Long: "Starts a server with the class Calculator and two clients, as separate processes on\n" +
			"loopback. The first client activates, calls, queries, is called back, clones and\n" +
			"releases; the second one is killed without warning, and the server lets its objects go.",
		Example: "  oxid demo          each step with the time it took\n" +
			"  oxid demo --json   the same for programs",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), limit)
			defer cancel()
			switch role {
			case "server":
				return runServer(ctx, cmd.InOrStdin(), cmd.OutOrStdout())
			case "client":
				return runClient(ctx, server, cmd.OutOrStdout())
			case "doomed":
				return runDoomed(ctx, server, cmd.OutOrStdout())
			}
			return run(ctx, cmd.OutOrStdout(), asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the steps as JSON")
	cmd.Flags().StringVar(&role, "role", "", "what this process is in the demo")
	cmd.Flags().StringVar(&server, "server", "", "address of the demo's server")
	cmd.Flags().MarkHidden("role")
	cmd.Flags().MarkHidden("server")
	return cmd
}

// Step is one thing that happened.
type Step struct {
	Who    string  `json:"who"`
	What   string  `json:"what"`
	Detail string  `json:"detail,omitempty"`
	MS     float64 `json:"ms"`
}

// report collects the steps and prints them as they come.
type report struct {
	w      io.Writer
	json   bool
	start  time.Time
	Steps  []Step  `json:"steps"`
	OK     bool    `json:"ok"`
	Error  string  `json:"error,omitempty"`
	Note   string  `json:"note"`
	Total  float64 `json:"total_ms"`
	Period float64 `json:"ping_period_ms"`
}

const note = "The ping period is 400 ms here so that the end can be watched; DCOM prescribes 2 minutes."

func newReport(w io.Writer, asJSON bool) *report {
	r := &report{w: w, json: asJSON, start: time.Now(), Note: note, Period: ms(pingPeriod)}
	if !asJSON {
		fmt.Fprintf(w, "A server and two clients, three processes on this machine, DCOM over TCP between them.\n%s\n\n", note)
	}
	return r
}

func (r *report) step(s Step) {
	r.Steps = append(r.Steps, s)
	if !r.json {
		line := fmt.Sprintf("  %-8s %-58s %9.2f ms", s.Who, s.What, s.MS)
		if s.Detail != "" {
			line += "   " + s.Detail
		}
		fmt.Fprintln(r.w, line)
	}
}

// end prints the last line and returns err.
func (r *report) end(err error) error {
	r.OK, r.Total = err == nil, ms(time.Since(r.start))
	if err != nil {
		r.Error = err.Error()
	}
	if r.json {
		enc := json.NewEncoder(r.w)
		enc.SetIndent("", "  ")
		if e := enc.Encode(r); e != nil {
			return e
		}
		return err
	}
	if err == nil {
		fmt.Fprintf(r.w, "\nDone in %.1f s; every object is gone and every process has ended.\n", r.Total/1000)
	}
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
