package gen

import (
	"strings"

	"oxid/idl/tree"
)

// directive is what the comment before a declaration tells the generator.
type directive struct {
	text      string // the comment without directives
	hresult   bool   // oxid:hresult, or oxid:partial
	partial   bool   // oxid:partial
	enum16    bool   // oxid:enum16
	signature string // oxid:signature, from the opening parenthesis on
	goType    string // oxid:type, import path and name
	goDesc    string
}

// parseDirectives separates the directives in a comment from its text.
func parseDirectives(doc string) directive {
	// Nearly all comments have none.
	if !strings.Contains(doc, "oxid:") {
		return directive{text: doc}
	}
	var d directive
	var text []string
	for _, line := range strings.Split(doc, "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "oxid:hresult":
			d.hresult = true
		case "oxid:partial":
			d.hresult, d.partial = true, true
		case "oxid:enum16":
			d.enum16 = true
		case "oxid:signature":
			d.signature = rest
		case "oxid:type":
			d.goType, d.goDesc, _ = strings.Cut(rest, " ")
			d.goDesc = strings.TrimSpace(d.goDesc)
		default:
			text = append(text, line)
		}
	}
	d.text = strings.Trim(strings.Join(text, "\n"), "\n")
	return d
}

// goTypeOf returns the Go type that the comment of a typedef or a structure
// names, "" for most of them. For an interface it means another thing: see
// [iface].
func goTypeOf(t tree.Type) (importPath, name string) {
	doc := ""
	switch x := t.(type) {
	case *tree.Alias:
		doc = x.Doc
	case *tree.Struct:
		if doc = x.Doc; x.Typedef != nil && !strings.Contains(doc, "oxid:type") {
			doc = x.Typedef.Doc
		}
	}
	if d := parseDirectives(doc); d.goType != "" {
		return splitQualified(d.goType)
	}
	return "", ""
}

// splitQualified separates "oxid/com.IClassFactory" into import path and name.
func splitQualified(s string) (path, name string) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return "", s
	}
	return s[:i], s[i+1:]
}
