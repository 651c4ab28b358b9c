package automation

import (
	"math"
	"time"
)

// DATE is a point in time: days since the 30th of December 1899, with the time
// of day as their fraction. Before that day the fraction still counts forward:
// -1.25 is six o'clock in the morning of the 29th. There is no time zone; by
// convention it is the local one of whoever shows it ([MS-OAUT] 2.2.25).
type DATE float64

var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

const (
	dayMicros = 24 * 60 * 60 * 1e6
	minDate   = -657434 // the first of January 100
	endDate   = 2958466 // the day behind the last one of 9999
)

// DateOf returns the date and time that a clock in t's location shows.
func DateOf(t time.Time) DATE {
	_, offset := t.Zone()
	secs := t.Unix() + int64(offset) - dayZero.Unix()
	day := secs / (24 * 60 * 60)
	if secs %= 24 * 60 * 60; secs < 0 {
		day--
		secs += 24 * 60 * 60
	}
	frac := (float64(secs)*1e6 + float64(t.Nanosecond()/1e3)) / dayMicros
	if day < 0 {
		return DATE(float64(day) - frac)
	}
	return DATE(float64(day) + frac)
}

// Time returns d in UTC, to the microsecond. A DATE has no finer resolution
// between 1989 and 2079, and a coarser one later. Outside of the years 100 to
// 9999, which programs agree upon, it is the zero Time.
func (d DATE) Time() time.Time {
	f := float64(d)
	if !(f > minDate-1 && f < endDate) { // NaN, too
		return time.Time{}
	}
	day, frac := math.Modf(f)
	micros := int64(math.Round(math.Abs(frac) * dayMicros))
	return dayZero.AddDate(0, 0, int(day)).Add(time.Duration(micros) * time.Microsecond)
}
