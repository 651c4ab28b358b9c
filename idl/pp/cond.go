package pp

import (
	"oxid/idl/token"
)

// open obeys #if, #ifdef and #ifndef.
func (p *Preprocessor) open(dir token.Token) {
	c := cond{name: dir.Text, pos: dir.Pos}
	c.pos.Off-- // the # is what people look for
	c.taken = p.test(dir)
	p.top().conds = append(p.top().conds, c)
	if !c.taken {
		p.skip()
	}
}

// test evaluates the condition behind #if, #ifdef, #ifndef and their elif forms.
func (p *Preprocessor) test(dir token.Token) bool {
	switch dir.Text {
	case "if", "elif":
		return p.condition(dir)
	}
	t, more := p.lineToken()
	if !more || t.Kind != token.Ident {
		p.list.Errorf(dir.Pos, len(dir.Text), "#%s needs a name", dir.Text)
		p.top().SkipLine()
		return false
	}
	p.endLine(dir.Text)
	defined := p.macros[t.Text] != nil
	return defined == (dir.Text == "ifdef" || dir.Text == "elifdef")
}

// current returns the innermost open group of the current file, or nil after
// having complained that dir has none.
func (p *Preprocessor) current(dir token.Token) *cond {
	cs := p.top().conds
	if len(cs) == 0 {
		p.list.Errorf(dir.Pos, len(dir.Text), "#%s without #if", dir.Text)
		p.top().SkipLine()
		return nil
	}
	return &cs[len(cs)-1]
}

// alternative obeys #elif and #else met while a group is being read: the rest
// of the conditional is skipped.
func (p *Preprocessor) alternative(dir token.Token) {
	c := p.current(dir)
	if c == nil {
		return
	}
	p.afterElse(c, dir)
	p.top().SkipLine()
	c.taken = true
	p.skip()
}

// afterElse checks the order of groups and notes #else.
func (p *Preprocessor) afterElse(c *cond, dir token.Token) {
	if c.els {
		p.list.Errorf(dir.Pos, len(dir.Text), "#%s after #else", dir.Text).At(c.pos, "the conditional starts here")
	}
	c.els = c.els || dir.Text == "else"
}

// close obeys #endif.
func (p *Preprocessor) close(dir token.Token) {
	if p.current(dir) == nil {
		return
	}
	in := p.top()
	in.conds = in.conds[:len(in.conds)-1]
	p.endLine("endif")
}

// skip passes over lines until a group of the innermost conditional is to be
// read or the conditional ends.
func (p *Preprocessor) skip() {
	in := p.top()
	// What is skipped need not even be tokens: an apostrophe in prose is no fault.
	in.Quiet = true
	defer func() { in.Quiet = false }()
	depth := 0 // conditionals inside what is skipped
	for {
		t := in.Next()
		if t.Kind == token.EOF {
			return
		}
		if t.Kind != token.Hash || !t.Is(token.BOL) {
			in.SkipLine()
			continue
		}
		dir, more := p.lineToken()
		if !more {
			continue
		}
		switch dir.Text {
		case "if", "ifdef", "ifndef":
			depth++
		case "endif":
			if depth == 0 {
				in.Quiet = false
				p.close(dir)
				return
			}
			depth--
		case "else", "elif", "elifdef", "elifndef":
			if depth > 0 {
				break
			}
			c := &in.conds[len(in.conds)-1]
			in.Quiet = false
			p.afterElse(c, dir)
			// A group is read if none before it was; its condition is not even
			// looked at otherwise, as C has it.
			if !c.taken && (dir.Text == "else" || p.test(dir)) {
				c.taken = true
				if dir.Text == "else" {
					p.endLine("else")
				}
				return
			}
			in.Quiet = true
		}
		in.SkipLine()
	}
}
