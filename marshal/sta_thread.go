package marshal

import (
	"runtime"
	"sync"
)

// staThread is the thread of an apartment whose methods want to run on one: a
// goroutine that is locked to it. Handing a call to it costs some microseconds.
type staThread struct {
	jobs chan *staJob
	quit chan struct{} // closed when the apartment has ended
	gone chan struct{} // closed when the thread has
	end  sync.Once
}

// staJob is one function to run on the thread.
type staJob struct {
	run      func()
	done     chan struct{}
	panicked any
}

func newSTAThread() *staThread {
	t := &staThread{jobs: make(chan *staJob), quit: make(chan struct{}), gone: make(chan struct{})}
	go t.loop()
	return t
}

// loop is the thread's main function. The goroutine stays locked when it ends,
// so that the thread, and whatever state it was given, ends with it. here
// recognises the thread by this function's being on the stack.
func (t *staThread) loop() {
	runtime.LockOSThread()
	t.serve(t.quit)
	close(t.gone)
}

// serve runs jobs until over is closed.
func (t *staThread) serve(over <-chan struct{}) {
	for {
		select {
		case j := <-t.jobs:
			t.perform(j)
		case <-over:
			return
		}
	}
}

// perform runs one job. A job that ends its goroutine, as a failing test does,
// takes the thread with it; the apartment gets another one.
func (t *staThread) perform(j *staJob) {
	normal := false
	defer func() {
		if !normal {
			if j.panicked = recover(); j.panicked == nil {
				go t.loop()
			}
		}
		close(j.done)
	}()
	j.run()
	normal = true
}

// do runs f on the thread and waits for it. A panic comes back to the caller.
// When the thread has ended, before what the apartment was still at, f runs here.
func (t *staThread) do(f func()) {
	j := &staJob{run: f, done: make(chan struct{})}
	select {
	case t.jobs <- j:
	case <-t.gone:
		f()
		return
	}
	<-j.done
	if j.panicked != nil {
		panic(j.panicked)
	}
}

// await runs block on another goroutine and serves jobs until it is done. Only
// the thread itself may call it.
func (t *staThread) await(block func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		block()
	}()
	t.serve(done)
}

// here reports whether the calling goroutine is the thread, or that of another
// apartment.
func (t *staThread) here() bool { return onStack(threadLoop) }

// stop ends the thread after the job that it is at.
func (t *staThread) stop() { t.end.Do(func() { close(t.quit) }) }
