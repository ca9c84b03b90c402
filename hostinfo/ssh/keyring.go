package ssh

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/crypto/ssh"
)

// maxKeyFile is far more than any private key or certificate.
const maxKeyFile = 1 << 20

// keyring are private keys from files, read and unlocked once for all hosts.
type keyring struct {
	ask Prompt // nil: nobody to ask

	mu    sync.Mutex
	files map[string]*keyFile

	asking sync.Mutex // one question at a time
}

// keyFile is one identity file.
type keyFile struct {
	path   string
	public ssh.PublicKey // nil if err is set
	signer ssh.Signer    // nil as long as the key is encrypted
	pem    []byte        // the encrypted key
	err    error         // why the file cannot be used; os.ErrNotExist if it is not there
	locked error         // why it could not be unlocked
}

var errNobodyToAsk = errors.New("it is encrypted, and there is no terminal to ask for its passphrase")

// load reads an identity file, once.
func (k *keyring) load(path string) *keyFile {
	k.mu.Lock()
	defer k.mu.Unlock()
	if f := k.files[path]; f != nil {
		return f
	}
	f := readKeyFile(path)
	if k.files == nil {
		k.files = map[string]*keyFile{}
	}
	k.files[path] = f
	return f
}

func readKeyFile(path string) *keyFile {
	f := &keyFile{path: path}
	b, err := readFile(path, maxKeyFile)
	if err != nil {
		f.public, _ = readPublicKey(path + ".pub") // the agent may have the other half
		f.err = err
		return f
	}
	if pub, _, _, _, err := ssh.ParseAuthorizedKey(b); err == nil {
		f.public, f.err = pub, errors.New("it holds a public key only")
		return f
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		f.err = fmt.Errorf("its permissions %04o are too open", info.Mode().Perm())
		return f
	}
	signer, err := ssh.ParsePrivateKey(b)
	var missing *ssh.PassphraseMissingError
	switch {
	case err == nil:
		f.signer, f.public = signer, signer.PublicKey()
	case errors.As(err, &missing):
		f.pem = b
		if f.public = missing.PublicKey; f.public == nil {
			f.public, err = readPublicKey(path + ".pub")
			if err != nil {
				f.err = fmt.Errorf("it is encrypted in the old format, and its public key is needed too: %w", err)
			}
		}
	default:
		f.err = err
	}
	return f
}

func readPublicKey(path string) (ssh.PublicKey, error) {
	b, err := readFile(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	pub, _, _, _, err := ssh.ParseAuthorizedKey(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return pub, nil
}

// unlock asks for the passphrase of an encrypted key, three times at most, and
// never again after that.
func (k *keyring) unlock(ctx context.Context, f *keyFile) (ssh.Signer, error) {
	k.asking.Lock()
	defer k.asking.Unlock()
	if f.signer != nil || f.locked != nil {
		return f.signer, f.locked
	}
	if k.ask == nil {
		f.locked = errNobodyToAsk
		return nil, f.locked
	}
	for range 3 {
		secret, err := k.ask(ctx, fmt.Sprintf("passphrase of %s: ", f.path))
		if err != nil {
			if ctx.Err() == nil {
				f.locked = fmt.Errorf("ask for its passphrase: %w", err)
			}
			return nil, err
		}
		signer, err := ssh.ParsePrivateKeyWithPassphrase(f.pem, secret)
		clear(secret)
		if err == nil {
			f.signer = signer
			return signer, nil
		}
		if !errors.Is(err, x509.IncorrectPasswordError) {
			f.locked = err
			return nil, err
		}
	}
	f.locked = errors.New("the passphrase was wrong three times")
	return nil, f.locked
}

// lockedSigner offers an encrypted key and unlocks it when the server wants it.
type lockedSigner struct {
	file   *keyFile
	unlock func(*keyFile) (ssh.Signer, error)
}

func (s *lockedSigner) PublicKey() ssh.PublicKey { return s.file.public }

func (s *lockedSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return s.SignWithAlgorithm(rand, data, "")
}

func (s *lockedSigner) SignWithAlgorithm(rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	signer, err := s.unlock(s.file)
	if err != nil {
		return nil, err
	}
	return signWith(signer, rand, data, algorithm)
}

// signWith signs with the algorithm if the key can choose one.
func signWith(signer ssh.Signer, rand io.Reader, data []byte, algorithm string) (*ssh.Signature, error) {
	if as, ok := signer.(ssh.AlgorithmSigner); ok && algorithm != "" {
		return as.SignWithAlgorithm(rand, data, algorithm)
	}
	return signer.Sign(rand, data)
}
