package storage

import "testing"

// FuzzPublicID: a stranger's text is an article's id or none, and nothing else is read as one.
func FuzzPublicID(f *testing.F) {
	for _, id := range []string{"", "aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaab", "\naaaaaaaaaaaaaaaaaaaaaaaaa", "mzxw6ytboimzxw6ytboimzxw6y"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		uid, ok := publicBytes(id)
		if ok && (len(uid) != uidSize || publicText(uid) != id) {
			t.Errorf("%q was read as %x", id, uid)
		}
		if uid, ok := publicBytes(publicText(append([]byte(id), make([]byte, uidSize)...)[:uidSize])); !ok || len(uid) != uidSize {
			t.Errorf("an id of ours is not read")
		}
	})
}
