package orpc

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"oxid/com"
)

// unhex reads the golden bytes of a test; blanks, line ends and '|' are decoration.
func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	s = strings.NewReplacer(" ", "", "\n", "", "\t", "", "|", "").Replace(s)
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// unhexed is unhex for golden bytes that are known to be right.
func unhexed(s string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// wantBytes fails with a hex dump of both sides.
func wantBytes(tb testing.TB, got, want []byte) {
	tb.Helper()
	if !bytes.Equal(got, want) {
		tb.Fatalf("bytes differ\ngot:\n%swant:\n%s", hex.Dump(got), hex.Dump(want))
	}
}

// wantHRESULT fails unless err carries hr.
func wantHRESULT(tb testing.TB, err error, hr com.HRESULT) {
	tb.Helper()
	if got := com.HRESULTOf(err); got != hr {
		tb.Fatalf("got %v (%v), want %v", got, err, hr)
	}
}

// memStream is an in-memory com.IStream that hands out at most step bytes a
// read (0: no limit) although more are there.
type memStream struct {
	b    []byte
	pos  int
	step int
	err  error // returned at the end of the data instead of a short count
}

func (s *memStream) Read(_ context.Context, p []byte) (int, error) {
	if s.step > 0 && len(p) > s.step {
		p = p[:s.step]
	}
	n := copy(p, s.b[s.pos:])
	s.pos += n
	if n == 0 && s.err != nil {
		return 0, s.err
	}
	return n, nil
}

func (s *memStream) Write(_ context.Context, p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

func (s *memStream) Seek(_ context.Context, move int64, _ com.STREAM_SEEK) (uint64, error) {
	s.pos = int(move)
	return uint64(s.pos), nil
}
