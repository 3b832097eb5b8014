package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand says what was built, from what and with what.
type versionCommand struct{}

func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintf(t.out, "tributary %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version is the module's version, or the commit that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	set := map[string]string{}
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	v := cmp.Or(info.Main.Version, "(devel)")
	if rev := set["vcs.revision"]; v == "(devel)" && len(rev) >= 12 {
		v = rev[:12]
		if set["vcs.modified"] == "true" {
			v += "+changes"
		}
	}
	return v
}
