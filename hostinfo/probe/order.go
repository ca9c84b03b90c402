package probe

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// MaxLine is how long a line between both programs may be, in bytes.
const MaxLine = 16 << 10

// Order is one line to the program on a host. Each is answered by one line.
type Order struct {
	Do string `json:"do"` // one of the words below

	// For Open: the device by name and ifindex, the other end's address and what
	// the run is.
	Device    string    `json:"device,omitempty"`
	Index     int       `json:"index,omitempty"`
	Peer      string    `json:"peer,omitempty"`
	Direction Direction `json:"direction,omitempty"`
	Run       string    `json:"run,omitempty"` // hexadecimal, as is the key
	Key       string    `json:"key,omitempty"`

	// For Send: how many frames of which size; for Await: what to wait for, and
	// how long in milliseconds.
	Size    int  `json:"size,omitempty"`
	Frames  int  `json:"frames,omitempty"`
	Echo    bool `json:"echo,omitempty"`
	Patient int  `json:"patient_ms,omitempty"`

	// For Trial: the macvtap mode, in libvirt's words.
	Mode string `json:"mode,omitempty"`
}

// The words of orders.
const (
	Open  = "open"  // take the device; answered with its address, MTU and version
	Send  = "send"  // send some frames
	Await = "await" // say what was heard, as soon as it is what was waited for
	Trial = "trial" // make a macvtap on the device and take it away
)

// Answer is one line from the program on a host.
type Answer struct {
	// For Open: the device's address and MTU, and the version of the program's
	// frames.
	MAC     string `json:"mac,omitempty"`
	MTU     int    `json:"mtu,omitempty"`
	Version int    `json:"version,omitempty"`
	// For Send: how many frames the kernel took.
	Sent int `json:"sent,omitempty"`
	// For Await.
	Heard *Heard `json:"heard,omitempty"`
	// For Trial: what the kernel refused it with; empty if it did not.
	Refused string `json:"refused,omitempty"`
	// Error is why the order was not carried out.
	Error *Trouble `json:"error,omitempty"`
}

// Trouble is why an order was not carried out on a host.
type Trouble struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"` // what was attempted, and what the kernel said
}

// Kind tells the troubles apart that have a remedy of their own.
type Kind string

// The kinds of trouble.
const (
	Denied Kind = "denied" // no right to send and receive frames
	Down   Kind = "down"   // the device is down, or went down
	Gone   Kind = "gone"   // the device is not there, or is another one now
	Failed Kind = "failed" // anything else
)

func (t *Trouble) Error() string { return t.Text }

// SetRun gives an order the run's secrets.
func (o *Order) SetRun(run RunID, key Key) {
	o.Run, o.Key = hex.EncodeToString(run[:]), hex.EncodeToString(key[:])
}

// Secrets are the run's id and key that an order carries.
func (o *Order) Secrets() (run RunID, key Key, err error) {
	r, err1 := hex.DecodeString(o.Run)
	k, err2 := hex.DecodeString(o.Key)
	if errors.Join(err1, err2) != nil || len(r) != len(run) || len(k) != len(key) {
		return run, key, errors.New("the run's id or key is not what one looks like")
	}
	return RunID(r), Key(k), nil
}

// ReadAnswer reads a line that came from a host.
func ReadAnswer(line []byte) (*Answer, error) {
	var a Answer
	if err := json.Unmarshal(line, &a); err != nil {
		return nil, fmt.Errorf("read the answer %.60q: %w", line, err)
	}
	if h := a.Heard; h != nil && (h.Frames < 0 || h.Duplicates < 0 || h.Returned < 0 || h.Forged < 0 || h.Lost < 0 || len(h.Sizes) > maxSizes) || a.Sent < 0 || a.MTU < 0 {
		return nil, fmt.Errorf("the answer %.60q can't be true", line)
	}
	return &a, nil
}
