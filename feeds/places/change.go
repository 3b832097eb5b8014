package places

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Addition is a name that an admin adds.
type Addition struct {
	Name  string   // spelt as in the data file: "Vila Nova", "?Lula", "=PT", "mexican(o|a)", "Jane Doe 2027.."
	Place string   // a country's code or a region's id; "" for a mask that belongs to no place
	Kind  string   // as the data file writes it
	Langs []string // the languages that use it; none means all
}

// ChangeError is a mistake in an addition or removal.
type ChangeError struct {
	Path string // of the mistake: "add[2].kind"
	Msg  string // what is wrong, and what would be right
}

func (e *ChangeError) Error() string { return "places." + e.Path + ": " + e.Msg }

// With is a copy of the gazetteer without the names to remove, which are written out in full and
// go whatever place they are for, and then with the names to add. Its error joins a *ChangeError
// for every mistake.
func (g *Gazetteer) With(add []Addition, remove []string) (*Gazetteer, error) {
	c := Gazetteer{places: g.places, m49: g.m49, names: slices.Clone(g.names)}
	var errs []error
	wrong := func(msg, path string, args ...any) {
		errs = append(errs, &ChangeError{Path: fmt.Sprintf(path, args...), Msg: msg})
	}
	for i, text := range remove {
		before := len(c.names)
		c.names = slices.DeleteFunc(c.names, func(n Name) bool { return strings.EqualFold(n.Text, text) })
		if len(c.names) == before {
			wrong(fmt.Sprintf("the gazetteer has no name %q; write a name in full, as places.txt does", text), "remove[%d]", i)
		}
	}
	for i, a := range add {
		names, key, err := g.read(a)
		for _, n := range names {
			if slices.ContainsFunc(c.names, func(o Name) bool { return o.Place == n.Place && o.Text == n.Text }) {
				key, err = "name", fmt.Errorf("%s has the name %q already; remove it first to change it", a.Place, n.Text)
				break
			}
			c.names = append(c.names, n)
			c.added++
		}
		if err != nil {
			wrong(err.Error(), "add[%d].%s", i, key)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &c, nil
}

// read gives the names of an addition, or the key of the mistake in it.
func (g *Gazetteer) read(a Addition) (names []Name, key string, err error) {
	kind, ok := parseKind(a.Kind)
	if !ok {
		return nil, "kind", fmt.Errorf("%q is not a kind of name; write one of %s", a.Kind, strings.Join(kindNames[:], ", "))
	}
	in := a.Place
	if p, ok := g.Place(in); ok {
		in = p.ID // a region may be named by its M49 code
	} else if in == "" && kind == Mask {
		in = nowhere
	} else {
		return nil, "place", fmt.Errorf("%q is not a place; write a country's code, such as MX, or a region's id, such as caribbean", in)
	}
	if err := fits(kind, in); err != nil {
		return nil, "kind", err
	}
	for _, l := range a.Langs {
		if !isLanguage(l) {
			return nil, "languages", fmt.Errorf("%q is not a language's code, such as es", l)
		}
	}
	for _, form := range forms(a.Name) {
		n, err := read(form, Name{Kind: kind, Place: in, Langs: a.Langs})
		if err != nil {
			return nil, "name", err
		}
		names = append(names, n)
	}
	return names, "", nil
}
