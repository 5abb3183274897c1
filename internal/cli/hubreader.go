package cli

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/hub"
)

// hubReader says which server is asked for what it knows.
type hubReader struct {
	url, tokenFile, ca string
}

func (h *hubReader) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&h.url, "hub", "", "ask the server at this address for what it knows, such as https://kspm.example.com")
	f.StringVar(&h.tokenFile, "hub-token-file", "", "file with the token that the hub knows you by; else the variable KSPM_HUB_TOKEN")
	f.StringVar(&h.ca, "hub-ca", "", "file with the authorities, in PEM, that the hub's certificate is of, instead of the system's")
}

func (h *hubReader) asked() bool { return h.url != "" }

func (h *hubReader) open() (*hub.Client, error) {
	token := os.Getenv("KSPM_HUB_TOKEN")
	if h.tokenFile != "" {
		text, err := os.ReadFile(h.tokenFile)
		if err != nil {
			return nil, err
		}
		token = string(text)
	}
	var authorities []byte
	if h.ca != "" {
		var err error
		if authorities, err = os.ReadFile(h.ca); err != nil {
			return nil, err
		}
	}
	c, err := hub.New(h.url, strings.TrimSpace(token), authorities)
	if err != nil {
		return nil, usagef("--hub: %v", err)
	}
	return c, nil
}
