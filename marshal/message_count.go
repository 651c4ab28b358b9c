package marshal

// countMessage, when a test has set it, is told of every message that a channel
// takes from a pool and gives back: one that is never freed is a leak that
// nothing else shows.
var countMessage func(n int64)

func count(n int64) {
	if countMessage != nil {
		countMessage(n)
	}
}
