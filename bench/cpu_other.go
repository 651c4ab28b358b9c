//go:build !unix

package main

// cpuMicroseconds is not measured here.
func cpuMicroseconds() float64 { return 0 }
