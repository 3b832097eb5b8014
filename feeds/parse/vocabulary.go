package parse

import (
	"maps"
	"strings"
)

// context says whose children the guard is looking at.
type context uint8

const (
	outside      context = iota // before the root
	rssRoot                     // rss or rdf:RDF
	rssFeed                     // channel
	rssItem                     // item
	atomFeed                    // feed
	atomItem                    // entry
	atomOwner                   // source of an entry
	person                      // author, contributor
	picture                     // image of a channel
	hours                       // skipHours, skipDays
	media                       // media:group, media:content
	leaf                        // an element of text: markup inside is dropped, its text stays
	sitemap                     // urlset
	sitemapPage                 // url
	sitemapNews                 // news:news, news:publication
	sitemapImage                // image:image
	nowhere                     // an element that nobody reads
)

// action says what the guard does with an element.
type action uint8

const (
	skip   action = iota // drop it with all that is inside
	enter                // copy the tags, if they have a name, and go on inside
	inline               // copy the tags and the text
	keep                 // put the raw text aside; the decoder reads its number in the place of it
)

// rule is what happens to an element: what is done, under which name the decoder sees it, and
// whose children follow.
type rule struct {
	do     action
	name   string
	inside context
}

// namespaces are those of which something is read, lower case and without the end that publishers
// vary. "" stands for the vocabulary of the document itself.
var namespaces = map[string]string{
	"http://purl.org/rss/1.0":                         "rss",
	"http://purl.org/net/rss1.1":                      "rss",
	"http://my.netscape.com/rdf/simple/0.9":           "rss",
	"http://channel.netscape.com/rdf/simple/0.9":      "rss",
	"http://backend.userland.com/rss":                 "rss",
	"http://backend.userland.com/rss2":                "rss",
	"http://blogs.law.harvard.edu/tech/rss":           "rss",
	"http://www.w3.org/1999/02/22-rdf-syntax-ns":      "rdf",
	"http://www.w3.org/2005/atom":                     "atom",
	"http://purl.org/atom/ns":                         "atom",
	"http://purl.org/dc/elements/1.0":                 "dc",
	"http://purl.org/dc/elements/1.1":                 "dc",
	"http://purl.org/dc/terms":                        "dcterms",
	"http://purl.org/rss/1.0/modules/content":         "content",
	"http://purl.org/rss/1.0/modules/syndication":     "sy",
	"http://search.yahoo.com/mrss":                    "media",
	"http://www.itunes.com/dtds/podcast-1.0.dtd":      "itunes",
	"http://example.com/dtds/podcast-1.0.dtd":         "itunes",
	"http://rssnamespace.org/feedburner/ext/1.0":      "feedburner",
	"http://www.w3.org/1999/xhtml":                    "xhtml",
	"http://www.google.com/schemas/sitemap-news/0.9":  "news",
	"http://www.google.com/schemas/sitemap-image/1.1": "image",
}

// foreign is the namespace of elements that we do not read.
const foreign = "?"

// namespace names the vocabulary that a URI stands for.
func namespace(uri string) string {
	uri = strings.ToLower(strings.TrimSpace(uri))
	if uri == "" {
		return ""
	}
	if name, ok := namespaces[strings.TrimRight(uri, "/#")]; ok {
		return name
	}
	return foreign
}

// prefixes are the names that stand for themselves where a document forgot to declare them.
var prefixes = func() map[string]bool {
	m := map[string]bool{}
	for name := range maps.Values(namespaces) {
		m[name] = true
	}
	return m
}()

// Elements that mean the same in a channel, a feed, an item and an entry. The prefix "x" marks what
// the decoder has no place of its own for.
var everywhere = map[string]rule{
	"title":                      {keep, "title", leaf},
	"id":                         {keep, "id", leaf},
	"rights":                     {keep, "rights", leaf},
	"copyright":                  {keep, "copyright", leaf},
	"dc:title":                   {keep, "dc:title", leaf},
	"dc:rights":                  {keep, "dc:rights", leaf},
	"dc:description":             {keep, "dc:description", leaf},
	"itunes:title":               {keep, "itunes:title", leaf},
	"itunes:summary":             {keep, "itunes:summary", leaf},
	"itunes:subtitle":            {keep, "itunes:subtitle", leaf},
	"pubdate":                    {inline, "pubDate", leaf},
	"published":                  {inline, "published", leaf},
	"issued":                     {inline, "issued", leaf},
	"updated":                    {inline, "updated", leaf},
	"modified":                   {inline, "modified", leaf},
	"created":                    {inline, "x:created", leaf},
	"lastmod":                    {inline, "x:updated", leaf},
	"dc:date":                    {inline, "dc:date", leaf},
	"dcterms:issued":             {inline, "dcterms:issued", leaf},
	"dcterms:created":            {inline, "dcterms:created", leaf},
	"dcterms:modified":           {inline, "dcterms:modified", leaf},
	"atom:updated":               {inline, "atom:updated", leaf},
	"atom:published":             {inline, "atom:published", leaf},
	"category":                   {inline, "category", leaf},
	"dc:subject":                 {inline, "dc:subject", leaf},
	"itunes:category":            {enter, "itunes:category", media},
	"itunes:keywords":            {inline, "itunes:keywords", leaf},
	"media:category":             {inline, "media:category", leaf},
	"media:keywords":             {inline, "media:keywords", leaf},
	"dc:creator":                 {inline, "dc:creator", leaf},
	"dc:author":                  {inline, "dc:author", leaf},
	"itunes:author":              {inline, "itunes:author", leaf},
	"atom:author":                {enter, "atom:author", person},
	"language":                   {inline, "language", leaf},
	"dc:language":                {inline, "dc:language", leaf},
	"atom:link":                  {inline, "atom:link", nowhere},
	"itunes:image":               {inline, "itunes:image", leaf},
	"media:thumbnail":            {inline, "media:thumbnail", leaf},
	"feedburner:origlink":        {keep, "x:link", leaf},
	"feedburner:awareness":       {skip, "", nowhere},
	"feedburner:browserfriendly": {keep, "x:info", leaf},
}

// Elements that a feed has, whatever its format.
var inFeeds = map[string]rule{
	"description":         {keep, "description", leaf},
	"abstract":            {keep, "description", leaf},
	"subtitle":            {keep, "subtitle", leaf},
	"tagline":             {keep, "tagline", leaf},
	"info":                {keep, "x:info", leaf},
	"managingeditor":      {inline, "managingEditor", leaf},
	"lastbuilddate":       {inline, "lastBuildDate", leaf},
	"ttl":                 {inline, "ttl", leaf},
	"skiphours":           {enter, "skipHours", hours},
	"skipdays":            {enter, "skipDays", hours},
	"sy:updateperiod":     {inline, "sy:updatePeriod", leaf},
	"sy:updatefrequency":  {inline, "sy:updateFrequency", leaf},
	"itunes:new-feed-url": {inline, "itunes:new-feed-url", leaf},
	"icon":                {keep, "icon", leaf},
	"logo":                {keep, "logo", leaf},
	"image":               {enter, "image", picture},
}

// Elements that an item or entry has, whatever its format.
var inItems = map[string]rule{
	"description":       {keep, "description", leaf},
	"abstract":          {keep, "description", leaf},
	"content:encoded":   {keep, "content:encoded", leaf},
	"encoded":           {keep, "content:encoded", leaf},
	"fullitem":          {keep, "x:body", leaf},
	"body":              {keep, "x:body", leaf},
	"xhtml:body":        {keep, "x:body", leaf},
	"xhtml:div":         {keep, "x:body", leaf},
	"atom:content":      {keep, "x:body", leaf},
	"atom:summary":      {keep, "x:summary", leaf},
	"dcterms:abstract":  {keep, "x:summary", leaf},
	"media:title":       {keep, "media:title", leaf},
	"media:description": {keep, "media:description", leaf},
	"guid":              {keep, "guid", leaf},
	"enclosure":         {inline, "enclosure", nowhere},
	"media:content":     {enter, "media:content", media},
	"media:group":       {enter, "media:group", media},
	"media:credit":      {inline, "media:credit", leaf},
}

// elements has, for each context, the elements that are read in it. Everything else is dropped
// before the decoder sees it.
var elements = [...]map[string]rule{
	outside: {
		"rss":     {enter, "rss", rssRoot},
		"rdf":     {enter, "rdf", rssRoot},
		"channel": {enter, "channel", rssFeed},
		"feed":    {enter, "feed", atomFeed},
		"urlset":  {enter, "channel", sitemap},
	},
	rssRoot: {
		"rss":     {enter, "", rssRoot}, // of a list of documents
		"channel": {enter, "channel", rssFeed},
		"item":    {enter, "item", rssItem},
		"image":   {enter, "image", picture},
	},
	rssFeed: merge(everywhere, inFeeds, map[string]rule{
		"item":   {enter, "item", rssItem},
		"link":   {keep, "link", leaf},
		"author": {inline, "x:author", leaf},
	}),
	rssItem: merge(everywhere, inItems, map[string]rule{
		"link":    {keep, "link", leaf},
		"author":  {inline, "author", leaf},
		"summary": {keep, "x:summary", leaf},
		"content": {keep, "x:body", leaf},
		"image":   {inline, "x:image", picture},
		"source":  {inline, "source", leaf},
	}),
	atomFeed: merge(everywhere, inFeeds, map[string]rule{
		"entry":  {enter, "entry", atomItem},
		"link":   {inline, "link", nowhere},
		"author": {enter, "author", person},
	}),
	atomItem: merge(everywhere, inItems, map[string]rule{
		"link":    {inline, "link", nowhere},
		"author":  {enter, "author", person},
		"summary": {keep, "summary", leaf},
		"content": {keep, "content", leaf},
		"source":  {enter, "source", atomOwner},
	}),
	atomOwner: {
		"author": {enter, "author", person},
		"rights": {keep, "rights", leaf},
	},
	person: {
		"name":     {inline, "name", leaf},
		"email":    {inline, "email", leaf},
		"uri":      {inline, "uri", leaf},
		"url":      {inline, "uri", leaf},
		"homepage": {inline, "uri", leaf},
	},
	picture: {
		"url": {inline, "url", leaf},
	},
	hours: {
		"hour": {inline, "hour", leaf},
		"day":  {inline, "day", leaf},
	},
	media: {
		"media:content":     {enter, "media:content", media},
		"media:thumbnail":   {inline, "media:thumbnail", leaf},
		"media:title":       {keep, "media:title", leaf},
		"media:description": {keep, "media:description", leaf},
		"media:credit":      {inline, "media:credit", leaf},
		"media:category":    {inline, "media:category", leaf},
		"media:keywords":    {inline, "media:keywords", leaf},
		"itunes:category":   {enter, "itunes:category", media},
	},
	sitemap: {
		"url": {enter, "item", sitemapPage},
	},
	sitemapPage: {
		"loc":         {keep, "link", leaf},
		"lastmod":     {inline, "x:updated", leaf},
		"news:news":   {enter, "", sitemapNews},
		"image:image": {enter, "", sitemapImage},
	},
	sitemapNews: {
		"news:publication":      {enter, "", sitemapNews},
		"news:name":             {keep, publication, leaf},
		"news:language":         {inline, "language", leaf},
		"news:publication_date": {inline, "pubDate", leaf},
		"news:title":            {keep, "title", leaf},
		"news:keywords":         {inline, "itunes:keywords", leaf},
	},
	sitemapImage: {
		"image:loc": {inline, "x:image", leaf},
	},
	leaf:    {},
	nowhere: {},
}

func merge(tables ...map[string]rule) map[string]rule {
	all := map[string]rule{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
