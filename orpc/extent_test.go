package orpc

import (
	"encoding/binary"
	"reflect"
	"testing"

	"oxid/com"
)

func TestCF_291_ExtentsKeepTheirExactSize(t *testing.T) {
	for count := 1; count <= 5; count++ {
		for size := 0; size <= 17; size++ {
			var list []Extent
			for i := range count {
				data := make([]byte, size+i)
				for j := range data {
					data[j] = byte(0x80 + j)
				}
				list = append(list, Extent{com.GUID{Data1: uint32(i)}, data})
			}
			that := ORPCTHAT{Extents: list}
			b := that.Append(nil)
			if len(b)%8 != 0 {
				t.Fatalf("%d extents of %d: %d bytes", count, size, len(b))
			}
			got, n, err := ParseORPCTHAT(b, drepLittle)
			if err != nil || n != len(b) || !reflect.DeepEqual(got.Extents, list) {
				t.Fatalf("%d extents of %d: took %d of %d: %v", count, size, n, len(b), err)
			}
		}
	}
}

func TestExtentArrayThatIsEmptyButNotNull(t *testing.T) {
	// One peer's RemoteActivation sends {0, 0, non-NULL pointer to nothing}.
	b := append(unhex(t, goldenThis)[:28], unhex(t, "78560000 00000000 00000000 34120000 00000000 aabbccdd")...)
	got, n, err := ParseORPCTHIS(b, drepLittle)
	if err != nil || n != 48 || got.Extents != nil {
		t.Fatalf("got %+v after %d bytes: %v", got, n, err)
	}
	// And the array may be NULL.
	b = append(unhex(t, goldenThis)[:28], unhex(t, "78560000 00000000 00000000 00000000")...)
	if got, n, err = ParseORPCTHIS(b, drepLittle); err != nil || n != 44 || got.Extents != nil {
		t.Fatalf("got %+v after %d bytes: %v", got, n, err)
	}
}

func TestExtentArrayOfOddLength(t *testing.T) {
	b := unhex(t, `00000000 00000200 01000000 00000000 04000200 01000000 08000200
		03000000 1c030000 0000 0000 c000000000000046 03000000 616263`)
	got, n, err := ParseORPCTHAT(b, drepLittle)
	if err != nil || n != len(b) || len(got.Extents) != 1 || string(got.Extents[0].Data) != "abc" {
		t.Fatalf("got %+v after %d of %d bytes: %v", got, n, len(b), err)
	}
}

func TestExtentsThatLie(t *testing.T) {
	patch := func(off int, v uint32) []byte {
		b := unhex(t, goldenThis)
		binary.LittleEndian.PutUint32(b[off:], v)
		return b
	}
	cases := []struct {
		name string
		wire []byte
		want com.HRESULT
	}{
		{"array longer than the packet", patch(44, 0xffffffff), com.RPC_E_INVALID_HEADER},
		{"data longer than the packet", patch(56, 0xfffffff8), com.RPC_E_INVALID_HEADER},
		{"size beyond the array", patch(76, 9), com.RPC_E_INVALID_EXTENSION},
		{"second extent missing", patch(52, 1), com.RPC_E_INVALID_HEADER},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := ParseORPCTHIS(c.wire, drepLittle)
			wantHRESULT(t, err, c.want)
		})
	}
}

func TestLimitsOfExtents(t *testing.T) {
	many := make([]Extent, MaxExtents+1)
	big := []Extent{{Data: make([]byte, MaxExtentsSize+1)}}
	for name, list := range map[string][]Extent{"many": many, "big": big} {
		wantHRESULT(t, CheckExtents(list), com.RPC_E_INVALID_EXTENSION)
		this := ORPCTHIS{Version: Version57, Extents: list}
		_, _, err := ParseORPCTHIS(this.Append(nil), drepLittle)
		if com.HRESULTOf(err) != com.RPC_E_INVALID_EXTENSION {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := CheckExtents(many[1:]); err != nil {
		t.Error(err)
	}
}

func TestFindExtent(t *testing.T) {
	list := []Extent{{EXTENT_Debug, nil}, {EXTENT_Error, []byte("first")}, {EXTENT_Error, []byte("second")}}
	if data, ok := FindExtent(list, EXTENT_Error); !ok || string(data) != "first" {
		t.Errorf("got %q, %v", data, ok)
	}
	if _, ok := FindExtent(list, EXTENT_Context); ok {
		t.Error("found what is not there")
	}
}
