package orpc

import (
	"testing"

	"oxid/com"
)

func TestKnownNames(t *testing.T) {
	if KnownName(com.IID_IUnknown) != "IUnknown" || KnownName(goldenCID) != "" {
		t.Error("names are mixed up")
	}
	if AuthnSvcName(16) != "Kerberos" || AuthnSvcName(77) != "provider 77" {
		t.Error("providers are mixed up")
	}
}
