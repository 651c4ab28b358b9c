package tree

import "strings"

// String implements [Expr].
func (l *Literal) String() string { return l.Text }

// String implements [Expr].
func (c *ConstRef) String() string { return c.Const.Name }

// String implements [Expr].
func (e *EnumRef) String() string { return e.Member.Name }

// String implements [Expr].
func (p *ParamRef) String() string { return p.Param.Name }

// String implements [Expr].
func (f *FieldRef) String() string { return f.Field.Name }

// String implements [Expr].
func (u *Unary) String() string { return u.Op + operand(u.X) }

// String implements [Expr].
func (b *Binary) String() string { return operand(b.X) + " " + b.Op + " " + operand(b.Y) }

// String implements [Expr].
func (c *Cond) String() string {
	return operand(c.C) + " ? " + operand(c.X) + " : " + operand(c.Y)
}

// String implements [Expr].
func (c *Cast) String() string { return "(" + c.To.String() + ")" + operand(c.X) }

// String implements [Expr].
func (s *SizeOf) String() string { return "sizeof(" + s.Of.String() + ")" }

// String implements [Expr].
func (m *Member) String() string {
	op := "."
	if m.Arrow {
		op = "->"
	}
	return operand(m.X) + op + m.Field.Name
}

// operand prints x so that it binds tightly: normal form has brackets around
// every inner operator instead of relying on precedence.
func operand(x Expr) string {
	s := x.String()
	switch x := x.(type) {
	case *Binary, *Cond:
		return "(" + s + ")"
	case *Literal:
		if strings.HasPrefix(x.Text, "-") {
			return "(" + s + ")"
		}
	}
	return s
}
