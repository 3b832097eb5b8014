package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDeployedConfigs: what the image and the instructions make of the reference is a good config.
func TestDeployedConfigs(t *testing.T) {
	for file, storage := range map[string]string{"Dockerfile": "tributary.db", "README.md": "postgres://tributary@database/tributary"} {
		t.Run(file, func(t *testing.T) {
			command := regexp.MustCompile(`sed (-e )?'.*' (\.\./)?config\.yaml`).FindString(string(read(t, "../../deploy/"+file)))
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir = "../.."
			if strings.HasSuffix(command, "../config.yaml") {
				cmd.Dir = "../../deploy"
			}
			text, err := cmd.Output()
			if err != nil {
				t.Fatalf("%q: %v", command, err)
			}
			made := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(made, text, 0o644); err != nil {
				t.Fatal(err)
			}
			p, err := readPlan(made)
			if err != nil {
				t.Fatal(err)
			}
			if p.Listen != ":8080" || p.Storage != storage {
				t.Errorf("it listens on %s and stores in %s", p.Listen, p.Storage)
			}
		})
	}
}

// TestImageHasOurGo: the image is built with the Go that go.mod asks for.
func TestImageHasOurGo(t *testing.T) {
	asked := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(read(t, "../../go.mod")))
	if image := "FROM --platform=$BUILDPLATFORM golang:" + asked[1] + "-"; !strings.Contains(string(read(t, "../../deploy/Dockerfile")), image) {
		t.Errorf("deploy/Dockerfile does not say %s", image)
	}
}
