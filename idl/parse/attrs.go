package parse

import (
	"strings"

	"oxid/com"
	"oxid/idl/ast"
	"oxid/idl/attr"
	"oxid/idl/diag"
	"oxid/idl/token"
)

// maxAttrs bounds the attributes of one thing. There are fewer in all.
const maxAttrs = 256

// attrs reads one or several lists of attributes in square brackets.
//
//	attributes = { "[" [ attribute { "," attribute } ] "]" } .
//	attribute  = name [ "(" arguments ")" ] .
func (p *parser) attrs() ast.Attrs {
	var out ast.Attrs
	for p.is(token.LBrack) && !p.bad {
		open := p.tok
		p.next()
		for !p.is(token.RBrack) && !p.bad {
			if p.accept(token.Comma) { // left over by a macro that expands to nothing
				continue
			}
			if len(out) == maxAttrs {
				p.errorAt(p.tok, "more than %d attributes", maxAttrs)
				break
			}
			if a := p.attr(open); a != nil {
				out = append(out, a)
			}
			if p.bad || p.is(token.RBrack) {
				break
			}
			if !p.accept(token.Comma) {
				if p.is(token.Ident) && attr.Lookup(p.tok.Text) != nil { // the comma was forgotten
					p.list.Errorf(p.tok.Pos, len(p.tok.Text), "expected ',' before attribute %s", p.tok.Text)
					continue
				}
				d := p.errorAt(p.tok, "expected ',' or ']' after the attribute, found %s", p.tok.Describe())
				d.At(open.Pos, "the list of attributes starts here")
			}
		}
		if p.bad {
			p.syncAttrs()
			continue
		}
		p.expect(token.RBrack)
	}
	return out
}

// syncAttrs recovers from an error in a list of attributes and notes it.
func (p *parser) syncAttrs() {
	p.attrsBroken = true
	p.skipAttrs()
}

// skipAttrs skips to behind the ']' of a list with an error in it, so that
// what it describes is still read. It gives up at tokens that attributes
// never hold.
func (p *parser) skipAttrs() {
	depth := 0
	for {
		switch p.tok.Kind {
		// No attribute holds these: the list was never closed.
		case token.EOF, token.Semi, token.LBrace, token.RBrace:
			return
		case token.LBrack:
			depth++
		case token.RBrack:
			if depth == 0 {
				p.next()
				p.bad = false
				return
			}
			depth--
		}
		if p.tok.Is(token.BOL) && (p.tok.Key == token.KwInterface || p.tok.Key == token.KwLibrary || startsItem(&p.tok)) {
			p.bad = false // the ']' is missing: what follows was found
			return
		}
		p.next()
	}
}

// attr reads one attribute. An unknown one is reported and left out, but its
// arguments are read.
func (p *parser) attr(open token.Token) *ast.Attr {
	if !p.is(token.Ident) {
		p.expected("an attribute").At(open.Pos, "the list of attributes starts here")
		return nil
	}
	a := &ast.Attr{Name: p.tok.Text, Pos: p.tok.Pos}
	// Attributes are written in lower case; some files shout.
	info := attr.Lookup(a.Name)
	if info == nil {
		info = attr.Lookup(strings.ToLower(a.Name))
	}
	at := p.tok
	p.next()
	if info == nil {
		d := p.list.Errorf(at.Pos, len(at.Text), "unknown attribute %s", a.Name)
		if near := diag.Nearest(a.Name, attr.Names()); near != "" {
			d.Fix("did you mean %s?", near)
		}
		if p.is(token.LParen) {
			p.skipBalanced()
		}
		return nil
	}
	a.Name = info.Name
	a.Args = p.is(token.LParen)
	switch {
	// What needs no argument may stand alone; what may have one, too.
	case !a.Args:
		if info.Form != attr.None && info.Form != attr.OptExprs && info.Form != attr.Raw {
			p.list.Errorf(at.Pos, len(at.Text), "attribute %s needs an argument", a.Name).Fix("write %s", example(info))
			return nil
		}
		return a
	case info.Form == attr.None:
		p.list.Errorf(p.tok.Pos, 1, "attribute %s takes no argument", a.Name)
		p.skipBalanced()
		return a
	}
	p.next()
	p.attrArgs(a, info)
	if !p.bad && !p.accept(token.RParen) {
		p.errorAt(p.tok, "expected ')' after the argument of %s, found %s", a.Name, p.tok.Describe())
	}
	if p.bad {
		return nil // half an attribute says nothing
	}
	return a
}

// example shows how an attribute is written.
func example(i *attr.Info) string {
	arg := map[attr.Form]string{
		attr.Exprs: "n", attr.GUID: "01234567-89ab-cdef-0123-456789abcdef", attr.String: `"text"`,
		attr.Strings: `"ncacn_ip_tcp:[135]"`, attr.Version: "1.0", attr.Type: "type", attr.Name: "name",
		attr.Handle: "handle_t name", attr.Custom: "guid, value",
	}[i.Form]
	if i.Name == "pointer_default" {
		arg = "unique"
	}
	return i.Name + "(" + arg + ")"
}

// attrArgs reads the arguments of an attribute in the form that the table gives:
//
//	exprs    [expr] { "," [expr] }
//	guid     tokens up to ")" or ","
//	custom   guid "," expr
//	strings  string { "," string }
//	type     specifier abstract-declarator
//	handle   specifier name
//	raw      anything with balanced brackets
func (p *parser) attrArgs(a *ast.Attr, info *attr.Info) {
	switch info.Form {
	case attr.Exprs, attr.OptExprs:
		for {
			if p.is(token.Comma) || p.is(token.RParen) {
				if len(a.Exprs) > 0 || p.is(token.Comma) {
					p.omitted(a)
				}
				a.Exprs = append(a.Exprs, nil)
			} else {
				a.Exprs = append(a.Exprs, p.expr())
			}
			if p.bad || !p.accept(token.Comma) {
				break
			}
		}
		// size_is() leaves out the only argument there is.
		if len(a.Exprs) == 1 && a.Exprs[0] == nil && !p.bad {
			p.errorAt(p.tok, "attribute %s needs an argument", a.Name)
		}
	case attr.GUID:
		a.GUID = p.guid()
	case attr.Custom:
		a.GUID = p.guid()
		if !p.bad && p.accept(token.Comma) {
			a.Exprs = []ast.Expr{p.expr()}
		}
	case attr.String:
		if !p.is(token.String) && !p.is(token.WString) {
			p.expected("a string")
			return
		}
		a.Text, _ = p.strings()
	case attr.Strings:
		var all []string
		for {
			if !p.is(token.String) {
				p.expected("a string")
				return
			}
			s, _ := p.strings()
			all = append(all, s)
			if !p.accept(token.Comma) {
				break
			}
		}
		a.Text = strings.Join(all, ",")
	case attr.Version, attr.Raw:
		a.Text = p.rawArgs()
	case attr.Type:
		a.Type = p.typeName()
	case attr.Name:
		a.Text = p.name("a name").Text
		if !p.bad && p.accept(token.Comma) && p.is(token.String) {
			p.next()
		}
	case attr.Handle:
		a.Type = &ast.TypeName{Spec: p.spec("a type")}
		if !p.bad {
			a.Type.Decl = p.declarator(false)
			a.Text = a.Type.Decl.Name.Text
		}
	}
}

// omitted reports an argument that is left out where it says something. Of
// the sizes of an array's dimensions, any may be left out.
func (p *parser) omitted(a *ast.Attr) {
	switch a.Name {
	case "size_is", "max_is", "min_is", "first_is", "last_is", "length_is":
	default:
		p.errorAt(p.tok, "an argument of %s is missing", a.Name)
	}
}

// rawArgs reads the text up to the closing bracket.
func (p *parser) rawArgs() string {
	var b strings.Builder
	depth := 0
	for !p.is(token.EOF) && !p.is(token.Semi) && !p.is(token.LBrace) {
		switch p.tok.Kind {
		case token.LParen:
			depth++
		case token.RParen:
			if depth == 0 {
				return b.String()
			}
			depth--
		}
		if b.Len() > 0 && p.tok.Is(token.Space) {
			b.WriteByte(' ')
		}
		b.WriteString(p.tok.Text)
		p.next()
	}
	return b.String()
}

// guid puts a GUID together from the tokens that it falls into.
func (p *parser) guid() com.GUID {
	at := p.tok
	var b strings.Builder
	for !p.is(token.EOF) && !p.is(token.RParen) && !p.is(token.Comma) && !p.is(token.Semi) && !p.is(token.RBrack) {
		b.WriteString(p.tok.Text)
		p.next()
	}
	// Some compilers want quotes around it, some do not; both are read.
	text := strings.Trim(b.String(), `"`)
	g, err := com.ParseGUID(text)
	if err != nil {
		end := p.prev
		if end.Pos.File == at.Pos.File && end.Pos.Off >= at.Pos.Off {
			at.Text = text // the width of the whole
		}
		p.bad = false
		p.list.Errorf(at.Pos, max(len(at.Text), 1), "%q is not a GUID", text).
			Fix("write 8-4-4-4-12 hexadecimal digits: 01234567-89ab-cdef-0123-456789abcdef")
	}
	return g
}
