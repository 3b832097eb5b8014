package storage

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"tributary/feeds"
)

// TestSameBut: whatever a visit changes beside what a quiet visit writes is noticed, in every field there is.
func TestSameBut(t *testing.T) {
	written := []string{"NextVisit", "Because", "LastVisit", "LastSuccess", "LastBody", "Result", "Ignored"}
	neverStored := "Duplicate"
	for _, field := range reflect.VisibleFields(reflect.TypeFor[feeds.State]()) {
		var a, b feeds.State
		switch v := reflect.ValueOf(&b).Elem().FieldByIndex(field.Index); v.Interface().(type) {
		case time.Time:
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
		case []byte:
			v.SetBytes([]byte{1})
		default:
			if v.Kind() == reflect.String {
				v.SetString("x")
			} else {
				v.Set(reflect.ValueOf(1).Convert(v.Type()))
			}
		}
		want := field.Name == neverStored || slices.Contains(written, field.Name)
		if got := sameBut(&a, &b); got != want {
			t.Errorf("with another %s, sameBut is %v", field.Name, got)
		}
	}
}
