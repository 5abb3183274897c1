package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What one address may ask for: bursts are what a page with its files and a
// person who clicks need. Logins are few, so that tokens cannot be tried out; a
// program with a token that has expired must not keep people from theirs.
const (
	requestsPerSecond, requestsBurst = 50, 200
	loginsPerMinute, loginsBurst     = 10, 10
	wrongPerMinute, wrongBurst       = 60, 60
	forgetAfter                      = 10 * time.Minute
)

type limits struct {
	mu    sync.Mutex
	by    map[string]*limit
	swept time.Time
}

type limit struct {
	requests, logins, wrong *rate.Limiter
	seen                    time.Time
}

func newLimits() *limits { return &limits{by: map[string]*limit{}} }

func (l *limits) of(client string) *limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.swept) > forgetAfter {
		for name, old := range l.by {
			if now.Sub(old.seen) > forgetAfter {
				delete(l.by, name)
			}
		}
		l.swept = now
	}
	client = network(client)
	one := l.by[client]
	if one == nil {
		one = &limit{
			requests: rate.NewLimiter(requestsPerSecond, requestsBurst),
			logins:   rate.NewLimiter(rate.Every(time.Minute/loginsPerMinute), loginsBurst),
			wrong:    rate.NewLimiter(rate.Every(time.Minute/wrongPerMinute), wrongBurst),
		}
		l.by[client] = one
	}
	one.seen = now
	return one
}

func (l *limits) allow(client string) bool      { return l.of(client).requests.Allow() }
func (l *limits) allowLogin(client string) bool { return l.of(client).logins.Allow() }

// mayTry reports whether a bearer token may be tried; tried counts a wrong one.
func (l *limits) mayTry(client string) bool { return l == nil || l.of(client).wrong.Tokens() >= 1 }

func (l *limits) tried(client string) {
	if l != nil {
		l.of(client).wrong.Allow()
	}
}
