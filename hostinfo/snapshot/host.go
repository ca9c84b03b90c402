package snapshot

import (
	"encoding/json"
	"fmt"

	"migcheck/hostinfo"
)

// EncodeHost is a host file's content for a host without its guests, in one
// line, for those who keep hosts elsewhere than in a directory.
func EncodeHost(h *hostinfo.Host) ([]byte, error) {
	data, err := json.Marshal(&hostFile{Schema: Schema, Facts: hostinfo.EveryFact(), Host: h})
	if err != nil {
		return nil, fmt.Errorf("record host %s: %w", h.Name, err)
	}
	return data, nil
}

// DecodeHost reads what EncodeHost or Write made of a host. What was not thought
// of when it was recorded is a gap.
func DecodeHost(data []byte) (*hostinfo.Host, error) {
	f, err := decodeHost(data)
	if err != nil {
		return nil, fmt.Errorf("the record %w", err)
	}
	return f.Host, nil
}
