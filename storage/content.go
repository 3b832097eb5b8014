package storage

import "fmt"

// How an article's content is stored.
const (
	plainText = 0
	zstdText  = 1
)

// worthwhile is the length below which compression gains nothing.
const worthwhile = 200

func (d *DB) compress(html string) (stored []byte, codec int) {
	if len(html) < worthwhile {
		return []byte(html), plainText
	}
	return d.enc.EncodeAll([]byte(html), make([]byte, 0, len(html)/2)), zstdText
}

func (d *DB) decompress(stored []byte, codec int) (html string, err error) {
	if codec == plainText {
		return string(stored), nil
	}
	b, err := d.dec.DecodeAll(stored, nil)
	if err != nil {
		return "", fmt.Errorf("decompress content: %w", err)
	}
	return string(b), nil
}
