package orpc

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// explained returns the text of an explanation.
func explained(t *testing.T, packet []byte) string {
	t.Helper()
	var b strings.Builder
	if err := Explain(&b, packet); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wantText compares texts, ignoring the line end in front of a raw string.
func wantText(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestExplanationIsJSON(t *testing.T) {
	b, err := json.Marshal(Describe(unhex(t, goldenStandard)[:28]))
	want := `{"title":"OBJREF_STANDARD","offset":0,"size":28,"fields":[` +
		`{"offset":0,"size":4,"name":"signature","value":"\"MEOW\""},` +
		`{"offset":4,"size":4,"name":"flags","value":"0x00000001","meaning":"OBJREF_STANDARD: the receiver makes a proxy"},` +
		`{"offset":8,"size":16,"name":"iid","value":"00020400-0000-0000-c000-000000000046","meaning":"IDispatch"},` +
		`{"offset":24,"size":4,"name":"std.flags","value":"0x00000000"}],` +
		`"error":"ends within std.cPublicRefs: 0 bytes are there, 4 are needed"}`
	if err != nil || string(b) != want {
		t.Errorf("got %s\nwant %s\n%v", b, want, err)
	}
}

func TestExplainReturnsTheWritersError(t *testing.T) {
	if err := Explain(failingWriter{}, nil); !errors.Is(err, errWriter) {
		t.Errorf("got %v", err)
	}
}

var errWriter = errors.New("no space")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errWriter }
