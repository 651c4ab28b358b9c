package epm

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"oxid/com"
	"oxid/dcerpc"
)

var testIface = dcerpc.SyntaxID{UUID: com.MustGUID("12345678-1234-abcd-ef00-01234567cffb"), Major: 1, Minor: 2}

// tcpTower is the tower of testIface at 10.0.0.5[1025] ([C706] appendix L).
const tcpTower = `0500
	1300 0d 785634123412cdabef0001234567cffb 0100 0200 0200
	1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000
	0100 0b 0200 0000
	0100 07 0200 0401
	0100 09 0400 0a000005`

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "")), ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestTower(t *testing.T) {
	tower := TCPTower(testIface, dcerpc.NDR20, [4]byte{10, 0, 0, 5}, 1025)
	b := tower.Append(nil)
	if want := unhex(tcpTower); !bytes.Equal(b, want) || len(b) != 75 {
		t.Errorf("Append:\n% x\nwant\n% x", b, want)
	}
	got, err := ParseTower(b)
	if err != nil || !reflect.DeepEqual(got, tower) {
		t.Errorf("ParseTower = %v, %v", got, err)
	}
	iface, ok1 := got.Interface()
	transfer, ok2 := got.Transfer()
	ip, port, ok3 := got.TCP()
	if !ok1 || !ok2 || !ok3 || iface != testIface || transfer != dcerpc.NDR20 || ip != [4]byte{10, 0, 0, 5} || port != 1025 {
		t.Errorf("%v %v %v %d", iface, transfer, ip, port)
	}
	for n := range b {
		if _, err := ParseTower(b[:n]); err == nil {
			t.Errorf("%d of %d bytes are accepted", n, len(b))
		}
	}
	if _, err := ParseTower(append([]byte{17, 0}, make([]byte, 100)...)); err == nil {
		t.Error("17 floors are accepted")
	}
}

func TestTowerString(t *testing.T) {
	for want, tower := range map[string]Tower{
		"ncacn_ip_tcp:10.0.0.5[1025]":       TCPTower(testIface, dcerpc.NDR20, [4]byte{10, 0, 0, 5}, 1025),
		`ncacn_np[\PIPE\x]`:                 PipeTower(testIface, dcerpc.NDR20, "HOST", `\PIPE\x`),
		"protocol 0x1f":                     NewTower(testIface, dcerpc.NDR20, Floor{LHS: []byte{ProtoHTTP}}),
		"12345678-1234-abcd-ef00":           NewTower(testIface, dcerpc.NDR20),
		"00000000-0000-0000-0000-000000000": {{}, {}, {}, {}},
	} {
		if got := tower.String(); !strings.Contains(got, want) {
			t.Errorf("String() = %q; want %q in it", got, want)
		}
	}
	if _, _, ok := PipeTower(testIface, dcerpc.NDR20, "H", "P").TCP(); ok {
		t.Error("a pipe tower has a TCP port")
	}
}

func FuzzParseTower(f *testing.F) {
	f.Add(unhex(tcpTower))
	f.Add(PipeTower(testIface, dcerpc.NDR64, "HOST", `\PIPE\x`).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		tower, err := ParseTower(b)
		if err != nil {
			return
		}
		_ = tower.String()
		again := tower.Append(nil)
		if !bytes.HasPrefix(b, again) {
			t.Errorf("% x became % x", b, again)
		}
	})
}
