package interop

import (
	"bytes"
	"context"
	"encoding/hex"
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
	protocols []string // what must be there, as Wireshark's column has it
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
			problems, err := judge(t.Context(), file, want)
			if err != nil {
				t.Error(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
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

// judge lets Wireshark's dissectors look at a capture and returns what is wrong
// with it.
func judge(ctx context.Context, file string, want expectation) (problems []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, captureTimeout)
	defer cancel()
	shark := func(args ...string) (lines []string) {
		if err != nil {
			return nil
		}
		cmd := exec.CommandContext(ctx, "tshark", append([]string{"-n", "-r", file,
			"-o", "tcp.check_checksum:FALSE", "-o", "tcp.desegment_tcp_streams:TRUE", "-o", "dcerpc.reassemble_dcerpc:TRUE"}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, failed := cmd.Output()
		if failed != nil {
			err = fmt.Errorf("tshark %v: %w\n%s", args, failed, stderr.String())
		}
		return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
	}
	// Ports that have answered speak DCE/RPC: then so does whatever else comes
	// from there, even if it does not look like it.
	ports := shark("-Y", "dcerpc.pkt_type in {2, 3, 12, 13, 15}", "-T", "fields", "-e", "tcp.srcport")
	slices.Sort(ports)
	if ports = slices.Compact(ports); len(ports) == 0 {
		return []string{"nothing was answered"}, err
	}
	var as []string
	for _, p := range ports {
		as = append(as, "-d", "tcp.port=="+p+",dcerpc")
	}
	answers := "tcp.srcport in {" + strings.Join(ports, ",") + "}"
	bad := "(_ws.malformed || _ws.short || _ws.unreassembled || _ws.expert.severity == error)"
	if want.garbageIn {
		bad += " && " + answers
	}
	if want.except != "" {
		bad += " && !(" + want.except + ")"
	}
	for _, packet := range shark(append(as, "-Y", bad)...) {
		problems = append(problems, "malformed: "+packet)
	}
	seen := map[string]bool{}
	for _, p := range shark(append(as, "-Y", "dcerpc && "+answers, "-T", "fields", "-e", "_ws.col.Protocol")...) {
		seen[p] = true
	}
	for _, p := range want.protocols {
		if !seen[p] {
			problems = append(problems, fmt.Sprintf("no answers of protocol %s on ports %v", p, ports))
		}
	}
	return problems, err
}

// A capture with a packet that is not what it says is found out.
func TestJudge(t *testing.T) {
	t.Parallel()
	program(t, "tshark", "tshark")
	program(t, "text2pcap", "wireshark-common")
	const (
		bind = "05000b03100000004800000001000000d016d016000000000100000000000100" +
			"0883afe11f5dc91191a408002b14a0fa03000000" + "045d888aeb1cc9119fe808002b10486002000000"
		ackHead = "05000c03100000003c00000001000000d016d01611223344" + "040031333500" + "0000"
		results = "01000000" // how many follow
		tooMany = "09000000"
		ackTail = "00000000" + "045d888aeb1cc9119fe808002b10486002000000"
	)
	for _, x := range []struct {
		name    string
		packets []string // ours and theirs in turn
		want    expectation
		problem string
	}{
		{"something else", []string{bind, ackHead + results + ackTail}, expectation{protocols: []string{"DCERPC", "EPM"}}, "no answers of protocol EPM"},
		{"an answer cut off", []string{bind, ackHead + tooMany + ackTail}, expectation{garbageIn: true}, "malformed: "},
		{"a request cut off", []string{strings.Replace(bind, "d016d0160000000001", "d016d0160000000007", 1), ackHead + results + ackTail},
			expectation{protocols: []string{"DCERPC"}, garbageIn: true}, ""},
		{"one-sided", []string{bind}, expectation{}, "nothing was answered"},
	} {
		problems, err := judge(t.Context(), pcap(t, x.packets), x.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(problems, "\n"); !strings.HasPrefix(got, x.problem) || (got == "") != (x.problem == "") {
			t.Errorf("%s: %q, want %q", x.name, got, x.problem)
		}
	}
}

// pcap writes a capture of TCP packets in hexadecimal that go there and back.
func pcap(t *testing.T, packets []string) string {
	t.Helper()
	var text strings.Builder
	for i, p := range packets {
		b, err := hex.DecodeString(p)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%c\n000000 % x\n\n", "OI"[i%2], b)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "packets.txt"), filepath.Join(dir, "packets.pcap")
	if err := os.WriteFile(in, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := exec.Command("text2pcap", "-q", "-D", "-T", "40000,135", in, out).CombinedOutput(); err != nil {
		t.Fatalf("text2pcap: %v\n%s", err, b)
	}
	return out
}
