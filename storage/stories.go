package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tributary/feeds"
)

var errTurnLost = errors.New("another process has taken the turn")

// tells is the condition that what topic t shows depends on stories.
const tells = `(t.stories = '` + feeds.OneEntry + `' OR t.min_sources > 1)`

// shown is the condition that the documents of topic t, which shows stories, have its entry e: its article has been
// placed among the stories; enough sources tell the story; and of the topic's articles that tell it this is the one
// of the preferred source, else the one that came first. CROSS JOIN keeps SQLite to this order of the tables.
var shown = fmt.Sprintf(`(e.seq <= t.grouped
	AND (t.min_sources <= 1 OR EXISTS (SELECT 1 FROM story_article m WHERE m.article_id = e.article_id AND m.tellers >= t.min_sources))
	AND (t.stories <> '%s' OR NOT EXISTS (
		SELECT 1 FROM story_article m CROSS JOIN story_article o CROSS JOIN entry oe
		LEFT JOIN topic_prefer p ON p.topic_id = e.topic_id AND p.source_id = m.source_id
		LEFT JOIN topic_prefer op ON op.topic_id = e.topic_id AND op.source_id = o.source_id
		WHERE m.article_id = e.article_id AND o.story = m.story AND o.article_id <> m.article_id
			AND oe.article_id = o.article_id AND oe.topic_id = e.topic_id AND oe.seq <= t.grouped
			AND (coalesce(op.rank, %[2]d), oe.seq) < (coalesce(p.rank, %[2]d), e.seq))))`,
	feeds.OneEntry, int64(never))

// screenStories leaves out entries that their topics do not show because of the stories that they tell. They are
// of the topic with this id, or of any when it is 0.
func (d *DB) screenStories(ctx context.Context, s session, topic int64, from []candidate) (fit []candidate, err error) {
	var telling []int64
	telling, err = column(ctx, s, `SELECT id FROM topic t WHERE (id = $1 OR $1 = 0) AND `+tells, topic)
	if err != nil || len(telling) == 0 || len(from) == 0 {
		return from, err
	}
	type entry struct{ topic, seq int64 }
	kept := map[entry]bool{}
	articles := make([]int64, len(from))
	for i, c := range from {
		articles[i] = c.article
	}
	cond, args := among(d.engine, "e.article_id", 2, articles)
	err = s.query(ctx, func(r rowScanner) error {
		var e entry
		err := r.Scan(&e.topic, &e.seq)
		kept[e] = true
		return err
	}, `SELECT e.topic_id, e.seq FROM entry e JOIN topic t ON t.id = e.topic_id WHERE (t.id = $1 OR $1 = 0) AND `+cond+` AND `+tells+` AND `+shown,
		append([]any{topic}, args...)...)
	for _, c := range from {
		if kept[entry{c.topic, c.seq}] || !slices.Contains(telling, c.topic) {
			fit = append(fit, c)
		}
	}
	return fit, err
}

// preferred is a source whose articles stand for their stories in a topic.
type preferred struct {
	topic, source string
	rank          int
}

// preferences gives those of the topics, and says whether others are stored. Then it holds the hosts, because what
// is stored of preferences holds their sources: see lockHosts.
func (d *DB) preferences(ctx context.Context, s session, topics []feeds.Topic, sources []feeds.Source) (want map[preferred]bool, changed bool, err error) {
	want, have := map[preferred]bool{}, map[preferred]bool{}
	for _, t := range topics {
		for _, src := range sources {
			if i := slices.IndexFunc(t.Prefer, func(name string) bool { return isNamed(src.URL, name) }); i >= 0 {
				want[preferred{t.ID, src.URL, i}] = true
			}
		}
	}
	err = s.query(ctx, func(r rowScanner) error {
		var p preferred
		err := r.Scan(&p.topic, &p.source, &p.rank)
		have[p] = true
		return err
	}, `SELECT t.slug, s.url, p.rank FROM topic_prefer p JOIN topic t ON t.id = p.topic_id JOIN source s ON s.id = p.source_id`)
	if err != nil || maps.Equal(want, have) {
		return nil, false, err
	}
	return want, true, d.lockHosts(ctx, s)
}

// syncStories stores what the topics show of stories, and the preferences if they have changed. The topics' revisions
// are syncTopics' affair.
func (d *DB) syncStories(ctx context.Context, s session, topics []feeds.Topic, prefer map[preferred]bool, changed bool) error {
	var shows, rows [][]any
	for _, t := range topics {
		shows = append(shows, []any{t.ID, t.Stories, t.MinSources})
	}
	steps := []step{{`UPDATE topic SET stories = $2, min_sources = $3 WHERE slug = $1 AND (stories <> $2 OR min_sources <> $3)`, shows}}
	if changed {
		for p := range prefer {
			rows = append(rows, []any{p.topic, p.source, p.rank})
		}
		steps = append(steps, step{`DELETE FROM topic_prefer`, [][]any{{}}},
			step{`INSERT INTO topic_prefer (topic_id, source_id, rank)
				SELECT t.id, s.id, $3 FROM topic t, source s WHERE t.slug = $1 AND s.url = $2`, rows})
	}
	return s.each(ctx, steps...)
}

// isNamed says whether a name, a URL or a host, means the source with this URL. A host stands for its subdomains, too.
func isNamed(source, name string) bool {
	if strings.Contains(name, "://") {
		return source == name
	}
	rest, ok := strings.CutSuffix(HostOf(source), strings.ToLower(name))
	return ok && (rest == "" || strings.HasSuffix(rest, "."))
}

// storiesOf gives the stories of those of the articles whose event others tell, too, by the articles' ids.
func (d *DB) storiesOf(ctx context.Context, s session, articles []string) (map[string]feeds.Story, error) {
	stories := map[string]feeds.Story{}
	for some := range slices.Chunk(articles, asked) {
		uids := make([][]byte, len(some))
		for i, id := range some {
			uids[i], _ = publicBytes(id)
		}
		cond, args := among(d.engine, "me.uid", 1, uids)
		// Copies have the article's own address: they are no others.
		err := s.query(ctx, func(r rowScanner) error {
			var me, story []byte
			e, err := d.scanEntry(r, &me, &story)
			id := publicText(me)
			known := stories[id]
			stories[id] = feeds.Story{ID: publicText(story), Others: append(known.Others, e.Article)}
			return err
		}, `SELECT 0, 0, 0.0, '', `+articleColumns+`, NULL, 0, me.uid, mine.story
			FROM article me JOIN story_article mine ON mine.article_id = me.id
			JOIN story_article o ON o.story = mine.story AND o.article_id <> me.id
			JOIN article a ON a.id = o.article_id AND a.canon <> me.canon JOIN source s ON s.id = a.source_id
			WHERE `+cond+` ORDER BY a.id`, args...)
		if err != nil {
			return nil, err
		}
	}
	return stories, nil
}

// addStories fills in the stories of a topic's entries, if it shows one entry of each.
func (d *DB) addStories(ctx context.Context, s session, topic int64, entries []feeds.Entry) error {
	var mode string
	if _, err := one(ctx, s, []any{&mode}, `SELECT stories FROM topic WHERE id = $1`, topic); err != nil || mode != feeds.OneEntry {
		return err
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.Article.ID
	}
	stories, err := d.storiesOf(ctx, s, ids)
	for i := range entries {
		entries[i].Story = stories[ids[i]]
	}
	return err
}

// leaveStories gives a new revision to the topics whose documents name the articles beside others of their stories,
// because those articles are to be removed.
func (d *DB) leaveStories(ctx context.Context, s session, articles []int64, now display) error {
	var topics []int64
	cond, args := among(d.engine, "m.article_id", 1, articles)
	err := s.query(ctx, func(r rowScanner) error {
		var topic, article int64
		var window bool
		err := r.Scan(&topic, &article, &window)
		if (window || now.told[article]) && !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
		return err
	}, `SELECT t.id, a.id, NOT `+unseen(len(args)+1)+` FROM story_article m JOIN story_article o ON o.story = m.story AND o.article_id <> m.article_id
		JOIN article a ON a.id = o.article_id JOIN entry i ON i.article_id = a.id JOIN topic t ON t.id = i.topic_id
		WHERE `+cond+` AND t.stories = '`+feeds.OneEntry+`'`, append(args, now.args...)...)
	if err != nil || len(topics) == 0 {
		return err
	}
	cond, args = among(d.engine, "id", 1, topics)
	if _, err := column(ctx, s, `SELECT id FROM topic WHERE `+cond+` ORDER BY id`+d.engine.dialect().forUpdate, args...); err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE topic SET `+quietly+revise+` WHERE `+cond, args...)
	return err
}
