// Package objref is the verb "oxid objref": it explains a marshaled object
// reference.
package objref

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"oxid/orpc"
)

// maxInput bounds what is read: references are small.
const maxInput = 1 << 20

// Command returns the verb.
func Command() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "objref FILE|HEX|-",
		Short: "Decode and explain a marshaled object reference (OBJREF)",
		Long: "Takes the bytes of an OBJREF, from a file, as hexadecimal text or from standard input, and says what\n" +
			"every field means: which object, where its resolver is, what is odd about it. Bytes in front\n" +
			"of the reference are skipped, so a captured parameter will do. Exit status 1 when a receiver\n" +
			"would refuse it.",
		Example: "  oxid objref reference.bin\n" +
			"  oxid objref 4d454f5701000000...\n" +
			"  xxd -p reference.bin | oxid objref -\n" +
			"  oxid objref --json reference.bin",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			packet, err := input(strings.Join(args, ""), cmd.InOrStdin())
			if err != nil {
				return err
			}
			x := orpc.Describe(packet)
			if asJSON {
				enc := json.NewEncoder(cmd.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(x)
			} else {
				err = orpc.Explain(cmd.OutOrStdout(), packet)
			}
			if err == nil && x.Error != "" {
				err = errors.New("not a valid object reference: " + x.Error)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the explanation as JSON")
	return cmd
}

// input returns the bytes that the argument stands for.
func input(arg string, stdin io.Reader) ([]byte, error) {
	if arg == "-" {
		b, err := io.ReadAll(io.LimitReader(stdin, maxInput))
		if err != nil {
			return nil, err
		}
		if packet, ok := unhex(string(b)); ok {
			return packet, nil
		}
		return b, nil
	}
	if b, err := readFile(arg); err == nil {
		if packet, ok := unhex(string(b)); ok {
			return packet, nil
		}
		return b, nil
	} else if !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "name too long") {
		return nil, err
	}
	if packet, ok := unhex(arg); ok {
		return packet, nil
	}
	return nil, fmt.Errorf("%q is neither a file nor hexadecimal digits", shorten(arg))
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxInput))
}

// unhex reads hexadecimal digits, with any white space, colons and commas
// between them.
func unhex(s string) ([]byte, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n:,", r) {
			return -1
		}
		return r
	}, strings.TrimPrefix(s, "0x"))
	b, err := hex.DecodeString(digits)
	return b, err == nil && len(b) > 0
}

func shorten(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}
