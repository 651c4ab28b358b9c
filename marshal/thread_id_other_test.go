//go:build !linux

package marshal_test

// threadID would name the thread that the caller runs on.
func threadID() int { return 0 }
