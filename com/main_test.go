package com_test

import (
	"testing"

	"oxid/internal/leak"
)

// TestMain checks that nothing outlives the tests, allocator blocks included.
func TestMain(m *testing.M) { leak.Main(m) }
