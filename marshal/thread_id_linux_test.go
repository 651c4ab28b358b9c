package marshal_test

import "syscall"

// threadID names the thread that the caller runs on.
func threadID() int { return syscall.Gettid() }
