// Package alert tells people what changed: transitions of findings become
// messages for Alertmanager, chat and webhooks, grouped by cluster, team and
// rule. It knows posture and the store's outbox, and no cluster.
package alert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Config is a file that says who is told of what.
type Config struct {
	APIVersion string      `yaml:"apiVersion"`
	Kind       string      `yaml:"kind"`
	Receivers  []*Receiver `yaml:"receivers"`
	// Routes say who is told of what; without any, everybody is of everything.
	Routes []*Route `yaml:"routes"`
	// Wait is how long events are gathered before they are told of, 30 s where
	// it is left out.
	Wait *time.Duration `yaml:"wait"`

	path string
}

// Receiver is one place that messages go to: exactly one of its kinds is set.
type Receiver struct {
	Name         string        `yaml:"name"`
	Alertmanager *Alertmanager `yaml:"alertmanager"`
	Slack        *Slack        `yaml:"slack"`
	Webhook      *Webhook      `yaml:"webhook"`

	line int
}

// Load reads a file of receivers and routes. Every mistake is an error that
// names the line: an alert that silently went nowhere would be missed.
func Load(file string) (*Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, data)
}

// Parse reads the text of such a file. Secrets are read when something is sent.
func Parse(file string, data []byte) (*Config, error) {
	c := &Config{path: file}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s:%s", file, plain(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: want one YAML document", file)
	}
	if c.APIVersion != "kspm.io/v1" || c.Kind != "Alerts" {
		return nil, fmt.Errorf("%s:1: want apiVersion: kspm.io/v1 and kind: Alerts", file)
	}
	c.lines(data)
	if c.Wait == nil {
		wait := 30 * time.Second
		c.Wait = &wait
	}
	if *c.Wait < 0 {
		return nil, fmt.Errorf("%s: wait %s: want no less than 0s", file, *c.Wait)
	}
	if err := c.checkReceivers(); err != nil {
		return nil, err
	}
	return c, c.checkRoutes()
}

func (c *Config) checkReceivers() error {
	if len(c.Receivers) == 0 {
		return fmt.Errorf("%s: there is no receiver", c.path)
	}
	seen := map[string]bool{}
	for _, r := range c.Receivers {
		err := r.check()
		if seen[r.Name] {
			err = fmt.Errorf("receiver %q is there twice", r.Name)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", c.path, r.line, err)
		}
		seen[r.Name] = true
	}
	return nil
}

func (c *Config) checkRoutes() error {
	routed := map[string]bool{}
	for _, r := range c.Routes {
		if err := r.check(); err != nil {
			return fmt.Errorf("%s:%d: %w", c.path, r.line, err)
		}
		for _, name := range r.To {
			if c.Receiver(name) == nil {
				return fmt.Errorf("%s:%d: the route leads to %q, which is no receiver", c.path, r.line, name)
			}
			routed[name] = true
		}
	}
	for _, r := range c.Receivers {
		if len(c.Routes) > 0 && !routed[r.Name] {
			return fmt.Errorf("%s:%d: no route leads to receiver %q", c.path, r.line, r.Name)
		}
	}
	return nil
}

// Receiver is the one of that name, nil without.
func (c *Config) Receiver(name string) *Receiver {
	i := slices.IndexFunc(c.Receivers, func(r *Receiver) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return c.Receivers[i]
}

func (r *Receiver) check() error {
	if r.Name == "" {
		return errors.New("the receiver has no name")
	}
	kinds, err := 0, error(nil)
	if r.Alertmanager != nil {
		kinds, err = kinds+1, r.Alertmanager.check()
	}
	if r.Slack != nil {
		kinds, err = kinds+1, r.Slack.check()
	}
	if r.Webhook != nil {
		kinds, err = kinds+1, r.Webhook.check()
	}
	if kinds != 1 {
		return fmt.Errorf("receiver %q: want one of alertmanager, slack, webhook", r.Name)
	}
	if err != nil {
		return fmt.Errorf("receiver %q: %w", r.Name, err)
	}
	return nil
}

// lines finds where each receiver and route begins.
func (c *Config) lines(data []byte) {
	var doc struct {
		Receivers []yaml.Node `yaml:"receivers"`
		Routes    []yaml.Node `yaml:"routes"`
	}
	if yaml.Unmarshal(data, &doc) != nil {
		return
	}
	for i := range c.Receivers {
		if c.Receivers[i] == nil { // an empty entry
			c.Receivers[i] = &Receiver{}
		}
		c.Receivers[i].line = doc.Receivers[i].Line
	}
	for i := range c.Routes {
		if c.Routes[i] == nil {
			c.Routes[i] = &Route{}
		}
		c.Routes[i].line = doc.Routes[i].Line
	}
}

// plain is an error of the YAML parser as LINE: what is wrong.
func plain(err error) string {
	msg := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n  ", "")
	msg, _, _ = strings.Cut(msg, "\n")
	msg = strings.NewReplacer(
		"type alert.Config", "the file", "type alert.Receiver", "a receiver", "type alert.Route", "a route",
		"type alert.Alertmanager", "alertmanager", "type alert.Slack", "slack", "type alert.Webhook", "webhook",
		"into time.Duration", "as a duration such as 30s",
	).Replace(msg)
	if line, ok := strings.CutPrefix(msg, "line "); ok {
		return line
	}
	return "1: " + msg
}
