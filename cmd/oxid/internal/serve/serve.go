// Package serve is the verb "oxid serve": the host's daemon, the object
// resolver and the activators of every oxid process on the machine.
package serve

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"oxid/scm"
)

// closeTimeout bounds how long running calls may take to end.
const closeTimeout = 5 * time.Second

// Command returns the verb.
func Command() *cobra.Command {
	var o scm.DaemonOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the host's object resolver and activators (the daemon on port 135)",
		Long: "Answers on the well-known port for every oxid process of this machine: activation, object\n" +
			"resolution and pings. Processes find it by its unix socket and register with it; where it\n" +
			"does not run, each process answers for itself. It ends with an interrupt.",
		Example: "  oxid serve                                 all addresses, port 135 (needs the right to bind it)\n" +
			"  oxid serve --listen 127.0.0.1:135          loopback alone\n" +
			"  oxid serve --advertise plc-gw.example      the name that goes into references, behind NAT",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := scm.StartDaemon(o)
			if err != nil {
				return err
			}
			for _, a := range d.Addrs() {
				fmt.Fprintln(cmd.OutOrStdout(), "listening on", a)
			}
			fmt.Fprintln(cmd.OutOrStdout(), "processes register at", d.Socket())
			select {
			case <-cmd.Context().Done():
			case <-d.Done():
			}
			ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
			defer cancel()
			if err := d.Err(); err != nil {
				d.Close(ctx)
				return err
			}
			return d.Close(ctx)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.Addresses, "listen", nil, "address to listen on, \"host:port\" or \"host\" for port 135 (repeatable)")
	f.StringArrayVar(&o.Advertise, "advertise", nil, "host that goes into references, best first (repeatable)")
	f.StringVar(&o.Socket, "socket", "", "path of the unix socket for the processes of this machine (default "+scm.DefaultSocket()+")")
	f.DurationVar(&o.PingPeriod, "ping-period", 0, "how often clients ping; every process needs the same (default 2m0s)")
	return cmd
}
