package main

import (
	_ "embed"
	"io"
)

// configSchema describes config.yaml in JSON Schema, draft 7, for editors. A test makes it of the
// structs in config.go and the comments of the reference; its flag -update writes it anew.
//
//go:embed config.schema.json
var configSchema string

// schemaCommand prints the schema, for a config that stands away from the repository.
type schemaCommand struct{}

func (schemaCommand) Run(t terminal) error {
	_, err := io.WriteString(t.out, configSchema)
	return err
}
