package automation

import (
	"fmt"
	"math/big"
	"strings"

	"oxid/com"
	"oxid/ndr"
)

// CURRENCY is an amount in ten thousandths ([MS-OAUT] 2.2.24).
type CURRENCY int64

// ParseCurrency reads an amount such as "-12.5", of up to four decimal places.
func ParseCurrency(s string) (CURRENCY, error) {
	n, scale, err := parseFixed(s)
	if err != nil {
		return 0, err
	}
	for ; scale < 4; scale++ {
		n.Mul(n, ten)
	}
	if scale > 4 || !n.IsInt64() {
		return 0, fmt.Errorf("automation: %q as CURRENCY: %w", s, com.DISP_E_OVERFLOW)
	}
	return CURRENCY(n.Int64()), nil
}

// String returns the amount with the decimal places that it needs.
func (c CURRENCY) String() string { return trimZeros(fixed(big.NewInt(int64(c)), 4)) }

// Float64 returns the nearest float64.
func (c CURRENCY) Float64() float64 { return float64(c) / 1e4 }

// DECIMAL is an integer of 96 bits with a sign, divided by a power of ten
// ([MS-OAUT] 2.2.26). DECIMALs are comparable, but 1.0 and 1.00 are two of them.
type DECIMAL struct {
	Scale    byte // decimal places, 0 to 28
	Negative bool
	Hi       uint32
	Lo       uint64
}

// ParseDecimal reads a number such as "-12.50"; it keeps the decimal places.
func ParseDecimal(s string) (DECIMAL, error) {
	n, scale, err := parseFixed(s)
	if err != nil {
		return DECIMAL{}, err
	}
	abs := new(big.Int).Abs(n)
	if scale > 28 || abs.BitLen() > 96 {
		return DECIMAL{}, fmt.Errorf("automation: %q as DECIMAL: %w", s, com.DISP_E_OVERFLOW)
	}
	return DECIMAL{Scale: byte(scale), Negative: n.Sign() < 0, Lo: new(big.Int).And(abs, low64).Uint64(),
		Hi: uint32(new(big.Int).Rsh(abs, 64).Uint64())}, nil
}

// Rat returns the number.
func (d DECIMAL) Rat() *big.Rat {
	return new(big.Rat).SetFrac(d.int(), new(big.Int).Exp(ten, big.NewInt(int64(d.Scale)), nil))
}

// String returns the number with all of its decimal places.
func (d DECIMAL) String() string { return fixed(d.int(), int(d.Scale)) }

// int is the number without its decimal point.
func (d DECIMAL) int() *big.Int {
	n := new(big.Int).SetUint64(uint64(d.Hi))
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(d.Lo))
	if d.Negative {
		n.Neg(n)
	}
	return n
}

var (
	ten   = big.NewInt(10)
	low64 = new(big.Int).SetUint64(1<<64 - 1)
)

// parseFixed reads digits with at most one point among them.
func parseFixed(s string) (n *big.Int, scale int, err error) {
	whole, frac, _ := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-") + frac
	if len(digits) > 64 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, 0, fmt.Errorf("automation: %q is no number: %w", s, com.DISP_E_TYPEMISMATCH)
	}
	n, _ = new(big.Int).SetString(digits, 10)
	if strings.HasPrefix(whole, "-") {
		n.Neg(n)
	}
	return n, len(frac), nil
}

// fixed prints n / 10^scale.
func fixed(n *big.Int, scale int) string {
	s := new(big.Int).Abs(n).String()
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	if scale > 0 {
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if n.Sign() < 0 {
		s = "-" + s
	}
	return s
}

func trimZeros(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") }

// EncodeNDR encodes d.
func (d *DECIMAL) EncodeNDR(e *ndr.Encoder) { d.encode(e, 0) }

// encode writes a DECIMAL; a VARIANT has its type in the reserved word.
func (d *DECIMAL) encode(e *ndr.Encoder, reserved uint16) {
	e.Align(8, 8)
	e.Uint16(reserved)
	e.Byte(d.Scale)
	e.Byte(d.sign())
	e.Uint32(d.Hi)
	e.Uint64(d.Lo)
}

// sign is the sign on the wire.
func (d *DECIMAL) sign() byte { return byte(ndr.Int(d.Negative)) << 7 }

// DecodeNDR decodes d.
func (d *DECIMAL) DecodeNDR(dec *ndr.Decoder) {
	dec.Align(8, 8)
	dec.Uint16()
	d.Scale = dec.Byte()
	d.Negative = dec.Byte()&0x80 != 0
	d.Hi = dec.Uint32()
	d.Lo = dec.Uint64()
}
