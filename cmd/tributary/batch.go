package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// answerLines reads JSON lines and writes a line of JSON for each. answer gets what a line says, or as
// much of it as can be read and what is wrong with it: a bad line costs no other. Empty lines are
// passed over.
func answerLines[In any](in io.Reader, out io.Writer, answer func(In, error) any) error {
	r, w := bufio.NewReader(in), bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, end := r.ReadBytes('\n')
		if end != nil && end != io.EOF {
			return fmt.Errorf("read batch: %w", end)
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var input In
			err := json.Unmarshal(line, &input)
			if err != nil {
				err = fmt.Errorf("read line %d of the batch: %w", n, err)
			}
			if err := enc.Encode(answer(input, err)); err != nil {
				return err
			}
			if err := w.Flush(); err != nil { // whoever feeds us may wait for each answer
				return err
			}
		}
		if end == io.EOF {
			return nil
		}
	}
}

// headerValue is the value of a header field, given as a text or as a list of them (RFC 9110 §5.3).
type headerValue string

func (v *headerValue) UnmarshalJSON(b []byte) error {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		*v = headerValue(strings.Join(list, ", "))
		return nil
	}
	return json.Unmarshal(b, (*string)(v))
}
