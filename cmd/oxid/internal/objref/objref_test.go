package objref

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oxid/com"
	"oxid/orpc"
)

func packet() []byte {
	r := orpc.OBJREF{Flags: orpc.OBJREF_STANDARD, IID: com.IID_IClassFactory}
	r.Std = orpc.STDOBJREF{PublicRefs: 5, OXID: 1, OID: 2, IPID: com.NewGUID()}
	return r.Append(nil)
}

func run(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	cmd := Command()
	var out bytes.Buffer
	cmd.SetArgs(args)
	cmd.SetIn(strings.NewReader(stdin))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceUsage = true
	err := cmd.Execute()
	return out.String(), err
}

func TestForms(t *testing.T) {
	p := packet()
	hexed := ""
	for _, b := range p {
		hexed += string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15]) + " "
	}
	file := filepath.Join(t.TempDir(), "ref.bin")
	if err := os.WriteFile(file, p, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{"file": {file}, "hex": {hexed}, "several words": strings.Fields(hexed)} {
		out, err := run(t, "", args...)
		if err != nil || !strings.Contains(out, "IClassFactory") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	for name, in := range map[string]string{"bytes": string(p), "digits": hexed} {
		out, err := run(t, in, "-")
		if err != nil || !strings.Contains(out, "IClassFactory") {
			t.Errorf("%s on standard input: %v\n%s", name, err, out)
		}
	}
	out, err := run(t, "", "--json", file)
	var x orpc.Explanation
	if err != nil || json.Unmarshal([]byte(out), &x) != nil || x.Title != "OBJREF_STANDARD" {
		t.Errorf("JSON: %v\n%s", err, out)
	}
}

func TestFaultyInput(t *testing.T) {
	for name, args := range map[string][]string{
		"no file":   {"no-such-file"},
		"odd hex":   {"4d4"},
		"truncated": {"4d454f5701000000"},
		"nothing":   {},
	} {
		if out, err := run(t, "", args...); err == nil {
			t.Errorf("%s: no error\n%s", name, out)
		}
	}
}
