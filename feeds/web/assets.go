package web

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed static/pico.classless.min.css
var pico []byte

//go:embed static/tributary.css
var ownStyle []byte

// style is the one style sheet: Pico's, then ours.
var style = sync.OnceValue(func() *document {
	return newDocument(slices.Concat(pico, []byte("\n"), ownStyle), time.Time{}, assetHeader("text/css; charset=utf-8"), cached(day))
})

//go:embed static/tributary.js
var ownScript []byte

// script is the one script. Every page is whole without it.
var script = sync.OnceValue(func() *document {
	return newDocument(ownScript, time.Time{}, assetHeader("text/javascript; charset=utf-8"), cached(day))
})

//go:embed static/icon.svg
var ownIcon []byte

// icon is what browsers show beside the title.
var icon = sync.OnceValue(func() *document {
	return newDocument(ownIcon, time.Time{}, assetHeader("image/svg+xml"), cached(day))
})

// version names an asset's bytes in its address, so that caches never mix two of them.
func version(d *document) string { return strings.Trim(d.variant(identity).etag, `"`)[:8] }
