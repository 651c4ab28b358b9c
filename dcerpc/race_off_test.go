//go:build !race

package dcerpc

const raceEnabled = false
