package diag

import "strings"

// Nearest returns the name that most resembles word, or "" when none is near
// enough to be a slip of the pen. Only names of about the same length are
// compared, so the cost is small even for thousands of names.
func Nearest(word string, names []string) string {
	if len(word) < 2 || len(word) > 64 {
		return ""
	}
	// One slip in a short word, one more for every five letters.
	limit := 1 + len(word)/5
	best, at := "", limit+1
	for _, n := range names {
		if abs(len(n)-len(word)) >= at {
			continue
		}
		if strings.EqualFold(n, word) {
			return n
		}
		if d := distance(word, n, at); d < at {
			best, at = n, d
		}
	}
	return best
}

// abs returns the distance of n from 0.
func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// distance is the number of edits (insert, delete, replace, swap neighbours)
// that make a into b, or limit when it is not smaller.
func distance(a, b string, limit int) int {
	// Three rows of the table are enough: swapping neighbours looks back two.
	var rows [3][66]int
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	if len(b) > 64 {
		return limit
	}
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
			least = min(least, d)
		}
		// Distances only grow from here.
		if least >= limit {
			return limit
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
