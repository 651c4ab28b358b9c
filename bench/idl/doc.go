// Command idl measures the IDL compiler's front end against widl, Wine's, on
// the interface definitions of Debian's libwine-dev: one process of "oxid idl
// --check" over all files, against widl over those that it accepts, a process
// each, because it takes one file at a time.
//
//	go run ./bench/idl                  7 rounds
//	go run ./bench/idl -rounds 11 -json
//	go run ./bench/idl -max 0.5         exit 1 when the ratio is above
//
// Both run in turn in every round, and what counts is the median of the
// rounds' ratios. widl does what is next to the least that it can: it writes a C
// header. Files are in the page cache after the first round, which is not
// counted.
//
// The time is that of the wall clock, with widl's processes one after the
// other; CPU time, of both processes and their kernel work, is told beside it.
package main
