package automation_test

import (
	"testing"

	"oxid/internal/leak"
)

// TestMain checks that nothing outlives the tests.
func TestMain(m *testing.M) { leak.Main(m) }
