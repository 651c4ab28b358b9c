package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// torture is one run of smbtorture.
type torture struct {
	test    string
	args    []string
	options string // of the binding
	mapped  bool   // the endpoint mapper is asked for the port
	// passes lists what has to succeed, by smbtorture's own names; nothing else
	// may be there.
	passes []string
	says   string // somewhere in the output
}

var tortureSmbConf = `[global]
interfaces = lo
bind interfaces only = yes
workgroup = OXID
client use kerberos = off
private dir = %[1]s
lock directory = %[1]s
state directory = %[1]s
cache directory = %[1]s
`

// verdictLine is how smbtorture begins the verdict on a test.
var verdictLine = regexp.MustCompile(`(?m)^(success|failure|error|skip|PANIC)\b:? ?([^\s\[]*).*(?:\n.*)?`)

// run runs smbtorture in n.
func (x *torture) run(t *testing.T, n *namespace) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dir := t.TempDir()
	conf := filepath.Join(dir, "smb.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, tortureSmbConf, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	var inside []string
	if !x.mapped {
		inside = append(inside, "135")
	}
	if x.options != "" {
		inside = append(inside, x.options)
	}
	binding := "ncacn_ip_tcp:127.0.0.1"
	if len(inside) > 0 {
		binding += "[" + strings.Join(inside, ",") + "]"
	}
	cmd := n.command(ctx, "smbtorture", append(append([]string{binding, "-U%"}, x.args...), x.test)...)
	cmd.Env = append(os.Environ(), "SMB_CONF_PATH="+conf)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var passed []string
	for _, m := range verdictLine.FindAllStringSubmatch(string(out), -1) {
		if m[1] != "success" {
			t.Error(strings.TrimSpace(m[0]))
			continue
		}
		passed = append(passed, m[2])
	}
	slices.Sort(passed)
	if want := slices.Sorted(slices.Values(x.passes)); !slices.Equal(passed, want) {
		t.Errorf("passed: %v\nwant: %v", passed, want)
	}
	if !strings.Contains(string(out), x.says) {
		t.Errorf("does not say %q", x.says)
	}
	if err != nil {
		t.Errorf("smbtorture: %v", err)
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

// countCalls counts the operations of an interface by calling them without
// parameters; last is the highest opnum that is there.
func countCalls(iface string, last int) torture {
	return torture{
		test: "rpc.countcalls", args: []string{"--option=countcalls:interface=" + iface},
		passes: []string{"countcalls"}, says: fmt.Sprintf("Found %d calls\n", last),
	}
}

// Services of the well-known port: resolver, endpoint mapper, association
// groups, and two that try operations one after the other on everything that
// the endpoint mapper knows.
func TestTorture(t *testing.T) {
	t.Parallel()
	program(t, "smbtorture", "samba-testsuite")
	n := newNamespace(t)
	startFixture(t, n)
	stop := capture(t, n)
	for _, x := range []torture{
		{test: "rpc.oxidresolve.oxidresolver.ServerAlive", passes: []string{"oxidresolver.ServerAlive"}},
		{test: "rpc.oxidresolve.oxidresolver.ServerAlive2", passes: []string{"oxidresolver.ServerAlive2"}},
		{test: "rpc.epmapper.epmapper.Map_simple", passes: []string{"epmapper.Map_simple"}},
		{test: "rpc.epmapper.epmapper.Lookup_simple", passes: []string{"epmapper.Lookup_simple"}},
		{test: "rpc.epmapper.epmapper.Lookup_terminate_search", passes: []string{"epmapper.Lookup_terminate_search"}},
		{test: "rpc.bind.assoc_group_handles_external", passes: []string{"assoc_group_handles_external"}},
		{test: "rpc.mgmt", mapped: true, passes: []string{"mgmt"}},
		{test: "rpc.altercontext", mapped: true, passes: []string{"altercontext"}},
		{test: "rpc.objectuuid", mapped: true, passes: []string{"random-uuid"}},
	} {
		t.Run(x.test, func(t *testing.T) { x.run(t, n) })
	}
	// Wireshark 4.0 aligns the arms of this union to the largest of them; NDR 2.0
	// aligns each arm to its own. The shortest arm, in a reply of 36 bytes, looks
	// cut off to it. Package dssetup has its bytes as a test.
	const shortArm = "dssetup && dcerpc.pkt_type == 2 && dcerpc.cn_frag_len == 36"
	stop(expectation{protocols: []string{"IOXIDResolver", "EPM", "MGMT", "LSARPC", "DSSETUP"}, except: shortArm})
}

// Two that call every operation with garbage or with nothing at all.
func TestTortureGarbage(t *testing.T) {
	t.Parallel()
	program(t, "smbtorture", "samba-testsuite")
	n := newNamespace(t)
	startFixture(t, n)
	stop := capture(t, n)
	for name, x := range map[string]torture{
		"scanner":           {test: "rpc.scanner", mapped: true, passes: []string{"scanner"}},
		"epmapper":          countCalls("epmapper", 6),
		"mgmt":              countCalls("mgmt", 4),
		"IOXIDResolver":     countCalls("IOXIDResolver", 5),
		"IRemoteActivation": countCalls("IRemoteActivation", 0),
		// The first operations of this one are not for the wire.
		"ISystemActivator": countCalls("ISystemActivator", -1),
	} {
		t.Run(name, func(t *testing.T) { x.run(t, n) })
	}
	stop(expectation{protocols: []string{"IOXIDResolver", "EPM", "MGMT"}, garbageIn: true})
}

// Every construct of NDR that rpcecho has, in both byte orders and in NDR64:
// arrays beyond a fragment, strings, unions, alignment, calls at a time.
func TestTortureEcho(t *testing.T) {
	t.Parallel()
	program(t, "smbtorture", "samba-testsuite")
	passes := strings.Fields("echo.addone echo.sinkdata echo.echodata echo.sourcedata echo.testcall echo.testcall2" +
		" echo.enum echo.surrounding echo.doublepointer echo.sleep")
	n := newNamespace(t)
	startFixture(t, n)
	stop := capture(t, n)
	// All at once: they sleep most of the time.
	var running sync.WaitGroup
	for name, options := range map[string]string{"little-endian": "", "big-endian": "bigendian", "NDR64": "ndr64"} {
		x := torture{test: "rpc.echo", mapped: true, options: options, passes: passes}
		running.Go(func() { t.Run(name, func(t *testing.T) { x.run(t, n) }) })
	}
	running.Wait()
	stop(expectation{protocols: []string{"EPM"}})
}
