//go:build unix

package main

import "syscall"

// cpuMicroseconds returns the CPU time of this process, user and system.
func cpuMicroseconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}
