package byvalue

//go:generate go run oxid/cmd/oxid idl byvalue.idl
