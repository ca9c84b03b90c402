package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"migcheck/hostinfo"
)

// What a client takes from an agent.
const (
	// MaxInventory is how many bytes an inventory may have.
	MaxInventory = 32 << 20
	// maxLine bounds a line of changes, a version and an agent's complaint.
	maxLine = 256 << 10
	// patience is how long an answer may take. An agent gives up before.
	patience = 15 * time.Second
	maxTag   = 256
)

// Client asks one agent over one connection, which it opens again if it is
// lost. Close it. It is safe for concurrent use.
type Client struct {
	http      http.Client
	transport *http.Transport

	mu   sync.Mutex     // held while an inventory is asked for
	tag  string         // of the last answer
	last *hostinfo.Host // with that tag

	sockets hostinfo.Tri // libvirt's, at the last answer
}

// NewClient is a client that reaches its agent by dial.
func NewClient(dial func(context.Context) (net.Conn, error)) *Client {
	c := &Client{transport: &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		MaxConnsPerHost:        2, // one of them for changes
		MaxIdleConnsPerHost:    1,
		DisableCompression:     true, // a bound on what is read is one on what it becomes
		MaxResponseHeaderBytes: 8 << 10,
		ResponseHeaderTimeout:  patience,
	}}
	c.http.Transport = c.transport
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Local reaches the agent of this machine, at path.
func Local(path string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
}

// Close ends the connection.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Inventory asks for the host as it is, or was at most so long ago. Its Name is
// the caller's to set, and what libvirt knows is not in it, not even as a gap.
// Devices are shared with later answers and must not be changed.
func (c *Client) Inventory(ctx context.Context, maxAge time.Duration) (*hostinfo.Host, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	header := http.Header{"Cache-Control": {"max-age=" + strconv.Itoa(int(maxAge/time.Second))}}
	if c.tag != "" {
		header.Set("If-None-Match", c.tag)
	}
	asked := time.Now()
	res, err := c.get(ctx, "/inventory", header)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNotModified {
		body, err := readAll(res.Body, MaxInventory)
		if err != nil {
			return nil, fmt.Errorf("read the agent's inventory: %w", err)
		}
		if c.last, err = decode(body); err != nil {
			return nil, fmt.Errorf("read the agent's inventory: %w", err)
		}
		if c.tag = res.Header.Get("ETag"); len(c.tag) > maxTag {
			c.tag = "" // nobody needs one so long
		}
	}
	h := *c.last
	h.Gaps = slices.Clone(h.Gaps)
	takeMemory(&h, res.Header.Get(memoryHeader))
	c.sockets = takeSockets(res.Header.Get(socketsHeader))
	h.Gathered = asked.Add(-ageOf(res.Header)).UTC()
	return &h, nil
}

// Tag is the ETag of the last inventory; empty if there is none.
func (c *Client) Tag() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tag
}

// ageOf is how old an answer may be. Who says nothing of use is taken to be as
// old as an agent that keeps to the rules allows.
func ageOf(h http.Header) time.Duration {
	n, err := strconv.ParseUint(h.Get("Age"), 10, 31)
	if err != nil {
		return MaxAge
	}
	return time.Duration(n) * time.Second
}

// Version asks who answers.
func (c *Client) Version(ctx context.Context) (*Version, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	res, err := c.get(ctx, "/version", nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := readAll(res.Body, maxLine)
	v := &Version{}
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err == nil {
		err = older(v.Schema, schema)
	}
	if err != nil {
		return nil, fmt.Errorf("read the agent's version: %w", err)
	}
	return v, nil
}

// Changes calls each with every change until that returns false, ctx ends or the
// agent does, which is the error. The first one is the state to begin with.
func (c *Client) Changes(ctx context.Context, each func(Change) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	res, err := c.get(ctx, "/changes", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return lines(res.Body, each)
}

// get asks for a path. The error is for every answer but 200 and 304.
func (c *Client) get(ctx context.Context, path string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://agent"+path, nil)
	if err != nil {
		return nil, err
	}
	if header != nil {
		req.Header = header
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the agent: %w", unwrapURL(err))
	}
	conditional := header.Get("If-None-Match") != ""
	if res.StatusCode == http.StatusOK || res.StatusCode == http.StatusNotModified && conditional {
		return res, nil
	}
	said, _ := io.ReadAll(io.LimitReader(res.Body, 300))
	res.Body.Close()
	return nil, fmt.Errorf("ask the agent: status %d: %.300q", res.StatusCode, said)
}

var errTooLong = errors.New("it does not end where it should")

func readAll(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%w: more than %d bytes", errTooLong, most)
	}
	return b, err
}
