package feeds

// Subscription is a feed as a list of feeds names it (OPML 2.0, "subscription lists").
type Subscription struct {
	URL      string // of the feed
	Title    string // "" when the list does not name it
	SiteURL  string // the publisher's page for people
	Language string // BCP 47
	Tags     []string
}
