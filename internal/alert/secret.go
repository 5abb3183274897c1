package alert

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// secret is a text that is not in the configuration: a file, read anew each
// time, so that it can be changed while the program runs, or a variable of the
// environment. It is never printed.
type secret struct{ file, env string }

func (s secret) set() bool { return s.file != "" || s.env != "" }

// check refuses what names a secret by halves or twice; what is its key.
func (s secret) check(what string, mandatory bool) error {
	switch {
	case s.file != "" && s.env != "":
		return fmt.Errorf("%sFile and %sEnv are both there", what, what)
	case mandatory && !s.set():
		return fmt.Errorf("it lacks %sFile or %sEnv", what, what)
	}
	return nil
}

// read returns the secret without the white space around it.
func (s secret) read() (string, error) {
	var text, from string
	switch {
	case s.file != "":
		data, err := os.ReadFile(s.file)
		if err != nil {
			return "", err
		}
		text, from = string(data), s.file
	case s.env != "":
		text, from = os.Getenv(s.env), "$"+s.env
	default:
		return "", nil
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("%s is empty", from)
	}
	return text, nil
}

// checkURL takes http and https addresses; what may be a secret is not in the
// error.
func checkURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.New("the url is none")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("the url is none of http or https")
	case u.User != nil:
		return errors.New("the url holds a password: want username and passwordFile")
	}
	return nil
}

// host is what may be said of an address.
func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host
	}
	return "an address that is none"
}
