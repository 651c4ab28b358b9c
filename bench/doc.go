// Command bench measures oxid against raw TCP and net/rpc in one run: client
// and server are processes of their own, peers are interleaved, every figure
// is the median of the rounds, and what counts are the ratios, because the
// microseconds belong to the machine and to the moment.
//
//	go run ./bench                     all scenarios, 5 rounds
//	go run ./bench -rounds 9 -only unary-1
//	go run ./bench -json > figures.json
//
// Placement decides a lone caller's time: "same CPU" pins both processes to
// one CPU (taskset, Linux), "free" leaves them to the scheduler. raw and
// net/rpc move the same bytes as the call does, raw over one connection for
// each caller, everything else over one connection for all.
package main
