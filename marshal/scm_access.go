package marshal

// Apartment returns the apartment behind the exporter: activators call
// [Apartment.Activate] there.
func (e *Exporter) Apartment() *Apartment { return e.apt }
