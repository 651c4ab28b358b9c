// Command oxid serves, shows and explains COM objects.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"oxid/cmd/oxid/internal/demo"
	"oxid/cmd/oxid/internal/idlcmd"
	"oxid/cmd/oxid/internal/objref"
	"oxid/cmd/oxid/internal/serve"
	"oxid/com"
)

func main() {
	root := &cobra.Command{
		Use:   "oxid",
		Short: "COM objects on any operating system",
		Long: "oxid serves, shows and explains COM objects: DCOM as client and server, in pure Go.\n" +
			"Every verb has --help with examples.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(demo.Command(), idlcmd.Command(), objref.Command(), serve.Command())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "oxid:", err)
		var e *com.Error
		if errors.As(err, &e) && e.Hint == "" {
			fmt.Fprintln(os.Stderr, "oxid: step", e.Step)
		}
		stop()
		os.Exit(1)
	}
}
