package interop

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// expectation is what a capture has to show.
type expectation struct {
	protocols []string // Wireshark's names of what must be there
	garbageIn bool     // the suite sends malformed requests, so that only answers count
	except    string   // filter of packets that Wireshark itself gets wrong
}

// captureTimeout bounds each step of a capture, but not the suite between them.
const captureTimeout = time.Minute

// capture records the loopback interface of n. stop ends that and judges what
// was recorded, in a subtest; without tshark that subtest is skipped. Packets
// are recorded to a folder of the test, which is gone afterwards.
func capture(t *testing.T, n *namespace) (stop func(expectation)) {
	t.Helper()
	const debianPackage = "tshark"
	if _, err := exec.LookPath("tshark"); err != nil {
		return func(expectation) { t.Run("capture", func(t *testing.T) { program(t, "tshark", debianPackage) }) }
	}
	file := filepath.Join(t.TempDir(), "capture.pcapng")
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	cmd := n.command(ctx, "dumpcap", "-q", "-i", "lo", "-f", "tcp or udp port 9", "-w", file)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	fail := func(t *testing.T, err error) {
		t.Helper()
		cancel()
		<-ended
		t.Fatalf("%v\ndumpcap said:\n%s", err, stderr.String())
	}
	if err := n.mark(file, "oxid capture begins"); err != nil {
		fail(t, err)
	}
	return func(want expectation) {
		t.Run("capture", func(t *testing.T) {
			if err := n.mark(file, "oxid capture ends"); err != nil {
				fail(t, err)
			}
			cancel() // an interrupt: it closes the file
			<-ended
			judge(t, file, want)
		})
	}
}

// mark sends a datagram with this text until the capture has it: then it also
// has everything that was sent before.
func (n *namespace) mark(file, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), captureTimeout)
	defer cancel()
	for {
		// Nobody listens there; the error does not matter.
		n.command(ctx, "bash", "-c", `printf %s "$0" > /dev/udp/127.0.0.1/9`, text).Run()
		for range 10 {
			if b, err := os.ReadFile(file); err == nil && bytes.Contains(b, []byte(text)) {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("the mark %q is not in the capture", text)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}

// judge lets Wireshark's dissectors look at a capture.
func judge(t *testing.T, file string, want expectation) {
	t.Helper()
	shark := func(args ...string) []string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), captureTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, "tshark", append([]string{"-n", "-r", file,
			"-o", "tcp.check_checksum:FALSE", "-o", "tcp.desegment_tcp_streams:TRUE", "-o", "dcerpc.reassemble_dcerpc:TRUE"}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("tshark %v: %v\n%s", args, err, stderr.String())
		}
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
	}
	// Every port that was connected to and answered speaks DCE/RPC.
	ports := shark("-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 1", "-T", "fields", "-e", "tcp.srcport")
	slices.Sort(ports)
	ports = slices.Compact(ports)
	var as []string
	for _, p := range ports {
		as = append(as, "-d", "tcp.port=="+p+",dcerpc")
	}
	answers := "tcp.srcport in {" + strings.Join(ports, ",") + "}"
	if len(shark(append(as, "-Y", "dcerpc && "+answers)...)) == 0 {
		t.Fatalf("no DCE/RPC in the capture; ports that answered: %v", ports)
	}
	bad := "(_ws.malformed || _ws.short || _ws.unreassembled || _ws.expert.severity == error)"
	if want.garbageIn {
		bad += " && " + answers
	}
	if want.except != "" {
		bad += " && !(" + want.except + ")"
	}
	for _, packet := range shark(append(as, "-Y", bad)...) {
		t.Errorf("malformed: %s", packet)
	}
	for _, p := range want.protocols {
		if len(shark(append(as, "-Y", p)...)) == 0 {
			t.Errorf("no packet of protocol %s", p)
		}
	}
}
