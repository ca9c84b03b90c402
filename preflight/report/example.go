package report

import (
	"fmt"
	"io"
)

// exampleBanner begins and ends what is about no real host.
const exampleBanner = "EXAMPLE DATA: recorded hosts that come with migcheck, not yours"

// Framed lets write its text to w, and where it is about no real host says so
// before and after it. It returns write's error, or else one of w.
func Framed(w io.Writer, example bool, write func() error) error {
	if !example {
		return write()
	}
	if _, err := fmt.Fprintf(w, "%s\n\n", exampleBanner); err != nil {
		return err
	}
	err := write()
	if _, last := fmt.Fprintf(w, "\n%s\n", exampleBanner); err == nil {
		err = last
	}
	return err
}
