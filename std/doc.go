// Package std holds the proxies and stubs of the standard interfaces.
// Importing it is enough: they are provided to the registry of package com.
package std
