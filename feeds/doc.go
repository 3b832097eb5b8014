// Package feeds is the vocabulary of Tributary: plain types that every other package speaks, and
// nothing that does work. It imports nothing of ours. This comment is also the architecture note.
//
// # Words, used one way only
//
//	source   a publisher's feed that we read
//	visit    one fetch of one source, and all that it changes
//	article  one item of a source, normalised and cleaned; stored once
//	story    the articles of different sources that tell the same event
//	topic    a rule, and the stream of articles that it admits
//	entry    an article's place in a topic: its sequence number, score and evidence
//	feed     what we publish: a topic (or a search) in one format
//	place    a node of the gazetteer: country, region, city
//
// # One article, from publisher to subscriber
//
//  1. crawl claims a host that has due sources, under a lease.
//  2. fetch asks for the source, conditionally; after a 304 the trip goes straight to 6.
//  3. parse leaves out the items whose bytes storage remembers, and turns the others into articles,
//     normalised and cleaned.
//  4. storage finds out which are new, changed or another copy of a known one.
//  5. match says which topics, with score and evidence.
//  6. storage commits articles, entries and the source's state in one transaction.
//  7. stories finds, beside the visits, which articles of other sources tell the same event.
//  8. web renders and compresses a feed once per change, and answers everybody from those bytes.
//
// # Who may import whom
//
// Arrows point at feeds; siblings do not know each other except as listed. A test in cmd/tributary
// reads this table and fails on any other arrow. Nobody imports cmd/tributary, so no package can reach
// the config.
//
//	feeds                  nothing
//	feeds/fetch            nothing
//	feeds/fold             nothing
//	feeds/places           feeds
//	feeds/match            feeds, feeds/fold, feeds/places
//	feeds/parse            feeds
//	feeds/render           feeds
//	feeds/render/rendertest nothing
//	feeds/stories          feeds, feeds/fold, feeds/places
//	feeds/trial            feeds, feeds/match
//	storage                feeds, feeds/fold
//	feeds/crawl            feeds, feeds/fetch, feeds/parse
//	feeds/discover         feeds, feeds/fetch, feeds/parse
//	feeds/push             feeds, feeds/fetch
//	feeds/web              feeds, feeds/render
//	storage/storagetest    feeds, feeds/crawl, feeds/web, storage
//	cmd/tributary          all
//	cmd/farm               nothing
//	cmd/bench              nothing
//
// What discover names it has fetched and parsed: an address that only looks like a feed is no find.
//
// # Rules the design stands on
//
//   - A visit is one transaction. Validators, articles, entries and the next due time commit
//     together, under the lease's fence token; kill -9 anywhere loses nothing and doubles nothing.
//   - The database is the queue. Due times, pauses and failure streaks live there, so a restart
//     polls nobody early. Config says what should be; the database says what is.
//   - When to visit next is a pure function of numbers.
//   - Everything that can fail in a config happens before anything changes.
//   - Order is the order of entry into a topic, and ids never change. News enters at its arrival,
//     back-fill (a source's first visit, a changed rule) at its publication time: nothing old is
//     announced as new.
//   - Bytes are a function of state: no clock, no request and no map order in a rendered document.
//   - Nothing a publisher sends can hurt us: bounded, sanitised, and never able to touch another
//     source's articles.
//   - One place per extension: a map of formats, a map of engines. No init registries.
//   - Constructors are inert; Run(ctx) blocks; one errgroup in `serve`.
package feeds
