package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"time"

	"oxid/com"
	"oxid/idl/gen/testdata/record"
	"oxid/ndr"
)

// pair is one measurement: ours and what it is measured against.
type pair struct {
	name, theirs string
	run, against func()
}

// row is the outcome of a pair.
type row struct {
	Name    string  `json:"name"`
	Ours    float64 `json:"ours_ns"`
	Theirs  float64 `json:"theirs_ns"`
	Ratio   float64 `json:"ratio"`
	Allocs  float64 `json:"allocs"`        // a run of ours
	Against float64 `json:"allocs_theirs"` // a run of theirs
	What    string  `json:"against"`
}

func main() {
	rounds := flag.Int("rounds", 31, "rounds; figures are their medians")
	length := flag.Duration("time", 10*time.Millisecond, "length of one measurement")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	pairs, err := pairs()
	if err != nil {
		fmt.Fprintln(os.Stderr, "codec:", err)
		os.Exit(1)
	}
	var rows []row
	for _, p := range pairs {
		rows = append(rows, p.measure(*rounds, *length))
	}
	if *asJSON {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		e.Encode(rows)
		return
	}
	fmt.Printf("%-28s %12s %12s %8s %8s %8s   %s\n", "", "ns", "against ns", "ratio", "allocs", "theirs", "against")
	for _, r := range rows {
		fmt.Printf("%-28s %12.1f %12.1f %8.2f %8.1f %8.1f   %s\n", r.Name, r.Ours, r.Theirs, r.Ratio, r.Allocs, r.Against, r.What)
	}
}

// measure runs both in turns.
func (p pair) measure(rounds int, length time.Duration) row {
	var ours, theirs, ratios []float64
	for range rounds {
		a, b := timed(p.run, length), timed(p.against, length)
		ours, theirs, ratios = append(ours, a), append(theirs, b), append(ratios, a/b)
	}
	return row{
		Name: p.name, What: p.theirs, Ours: median(ours), Theirs: median(theirs), Ratio: median(ratios),
		Allocs: allocs(p.run), Against: allocs(p.against),
	}
}

// timed returns the nanoseconds of one run of f.
func timed(f func(), length time.Duration) float64 {
	n := 0
	start := time.Now()
	for batch := 1; ; batch *= 2 {
		for range batch {
			f()
		}
		n += batch
		if d := time.Since(start); d >= length {
			return float64(d.Nanoseconds()) / float64(n)
		}
	}
}

func allocs(f func()) float64 {
	const n = 100
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func sampleRecord() *record.RECORD {
	r := &record.RECORD{
		Id: 4711, Name: "Calculator.Instance.1", Title: "an object behind the network!",
		Score: 0.5, Flags: 7, Time: 1 << 40, Key: com.IID_IUnknown,
	}
	for _, s := range []string{"red", "green", "blue", "grey"} {
		r.Tags = append(r.Tags, &s)
	}
	return r
}

// pairs makes the measurements, after seeing that both sides of each do the
// same.
func pairs() ([]pair, error) {
	ctx := context.Background()
	v := sampleRecord()
	m := &com.RPCOLEMESSAGE{Buffer: make([]byte, 0, 1024), DataRep: 0x10}
	encode := func() {
		m.Buffer = m.Buffer[:0]
		e := ndr.NewEncoder(ctx, m)
		v.EncodeNDR(&e)
		v.EncodeDeferredNDR(&e)
		if err := e.Finish(); err != nil {
			panic(err)
		}
	}
	var byHand []byte
	encodeByHand := func() { byHand = appendRecord(byHand[:0], v) }
	encode()
	encodeByHand()
	if !bytes.Equal(m.Buffer, byHand) {
		return nil, fmt.Errorf("generated code encodes\n% x, by hand it is\n% x", m.Buffer, byHand)
	}
	in := &com.RPCOLEMESSAGE{Buffer: bytes.Clone(byHand), DataRep: 0x10}
	var got *record.RECORD
	decode := func() {
		got = new(record.RECORD)
		d := ndr.NewDecoder(ctx, in)
		got.DecodeNDR(&d)
		got.DecodeDeferredNDR(&d)
		if d.Err() != nil {
			panic(d.Err())
		}
	}
	decodeByHand := func() {
		got = new(record.RECORD)
		if !readRecord(in.Buffer, got) {
			panic("short")
		}
	}
	decode()
	a := got
	decodeByHand()
	if !reflect.DeepEqual(a, got) {
		return nil, fmt.Errorf("generated code decodes %+v, by hand it is %+v", a, got)
	}

	doubles, err := million(ctx)
	if err != nil {
		return nil, err
	}
	return append([]pair{
		{name: "encode 8 fields", theirs: "by hand", run: encode, against: encodeByHand},
		{name: "decode 8 fields", theirs: "by hand", run: decode, against: decodeByHand},
	}, doubles...), nil
}
