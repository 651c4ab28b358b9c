package main

import "runtime"

// memory is what a process holds at a quiet moment.
type memory struct {
	Heap       int64 `json:"heap"`       // reachable
	Records    int64 `json:"records"`    // the Go runtime's own
	Goroutines int   `json:"goroutines"` //
}

// held collects garbage and measures.
func held() memory {
	for range 3 { // sync.Pool keeps things for two collections
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{
		Heap:       int64(m.HeapAlloc),
		Records:    int64(m.MSpanInuse + m.OtherSys + m.GCSys + m.BuckHashSys),
		Goroutines: runtime.NumGoroutine(),
	}
}

// since returns the difference for each of n references.
func (m memory) since(before memory, n int) (heap, all float64) {
	heap = float64(m.Heap-before.Heap) / float64(n)
	return heap, heap + float64(m.Records-before.Records)/float64(n)
}
