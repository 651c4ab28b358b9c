// Command codec measures generated encoding and decoding against the same work
// by hand, in one process, turn by turn:
//
//	go run ./bench/codec                 31 rounds of 10 ms for each measurement
//	go run ./bench/codec -rounds 9 -json
//
// The structure has 8 fields with six strings, 302 bytes in NDR 2.0. By hand
// (byhand.go) means written for this one structure, little-endian NDR 2.0 and
// ASCII alone, without limits of nesting and with no error but the end of the
// data. A million doubles go through a generated proxy, by a channel that keeps
// the bytes, and are measured against copy of the same 8 MB.
//
// What counts are the ratios, each the median of the rounds' own ratios:
// neighbouring moments of one process see the same machine.
package main
