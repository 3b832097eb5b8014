package feeds

import "errors"

// Errors that a caller may test for.
var (
	ErrNotFound  = errors.New("not found")
	ErrLeaseLost = errors.New("the lease has run out and somebody else may hold the host")
	ErrReadWhole = errors.New("an item is known by what another one has that was left out: read the whole document")
)
