package probe

import "errors"

var (
	errDisturbed = errors.New("so many forged or other frames came that what was sent may have been lost among them")
	errUnsent    = errors.New("its kernel took none of the frames that were to be sent")
	errUnechoed  = errors.New("frames were heard both ways, and none of them said that the other way works: what was heard is in doubt")
)
