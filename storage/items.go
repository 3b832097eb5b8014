package storage

import (
	"context"
	"encoding/binary"
	"fmt"

	"tributary/feeds"
)

// Items gives what is remembered of a source's last document: nothing when there was none.
func (d *DB) Items(ctx context.Context, source string) (items []feeds.Item, err error) {
	var stored []byte
	err = d.engine.look(ctx, func(s session) error {
		_, err := one(ctx, s, []any{&stored}, `
			SELECT i.items FROM last_document i JOIN source s ON s.id = i.source_id WHERE s.url = $1`, source)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the items of %s: %w", source, err)
	}
	return unpackItems(stored), nil
}

// itemsStep remembers a document's items in place of the one before.
func itemsStep(source int64, items []feeds.Item) step {
	return step{`INSERT INTO last_document (source_id, items) VALUES ($1, $2)
		ON CONFLICT (source_id) DO UPDATE SET items = excluded.items`, [][]any{{source, packItems(items)}}}
}

// emptiedSteps makes the next request of a source an unconditional one when it says that nothing is new
// but none of what its last document held is here any more, as after a restore.
func emptiedSteps(source int64) []step {
	return []step{
		{`UPDATE source SET etag = $2, last_modified = $2, body_hash = $2 WHERE id = $1`, [][]any{{source, []byte{}}}},
		{`DELETE FROM last_document WHERE source_id = $1`, [][]any{{source}}},
	}
}

// emptied is the condition that source s held something in its last document, and nothing of it is here.
const emptied = `EXISTS (SELECT 1 FROM last_document WHERE source_id = s.id AND length(items) > 0)
	AND NOT EXISTS (SELECT 1 FROM article_key WHERE source_id = s.id)`

// itemSize is an item's place in the column: its hash, and two numbers of eight bytes.
const itemSize = len(feeds.RawHash{}) + 8 + 8

func packItems(items []feeds.Item) []byte {
	b := make([]byte, 0, len(items)*itemSize)
	for _, it := range items {
		b = append(b, it.Raw[:]...)
		b = binary.BigEndian.AppendUint64(b, uint64(millis(it.Published)))
		b = binary.BigEndian.AppendUint64(b, uint64(it.Article))
	}
	return b
}

func unpackItems(b []byte) []feeds.Item {
	items := make([]feeds.Item, 0, len(b)/itemSize)
	for ; len(b) >= itemSize; b = b[itemSize:] {
		it := feeds.Item{Raw: feeds.RawHash(b)}
		numbers := b[len(it.Raw):]
		it.Published = moment(int64(binary.BigEndian.Uint64(numbers)))
		it.Article = int64(binary.BigEndian.Uint64(numbers[8:]))
		items = append(items, it)
	}
	return items
}
