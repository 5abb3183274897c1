-- +goose Up

-- Times are milliseconds since 1970 in UTC, 0 where there is none. Whatever ends
-- in _json is JSON. cluster is the uid of a cluster's kube-system namespace.
CREATE TABLE cluster (
    cluster     TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    version     TEXT    NOT NULL DEFAULT '',
    provider    TEXT    NOT NULL DEFAULT '',
    fence       INTEGER NOT NULL DEFAULT 0, -- the highest that has written
    seq         INTEGER NOT NULL DEFAULT 0, -- of the last event
    seen        INTEGER NOT NULL DEFAULT 0,
    evaluated   INTEGER NOT NULL DEFAULT 0,
    problem     TEXT    NOT NULL DEFAULT '',
    rule_digest TEXT    NOT NULL DEFAULT '',
    sums_json   TEXT    NOT NULL DEFAULT '{}'
) WITHOUT ROWID;

CREATE TABLE rule (
    cluster         TEXT    NOT NULL,
    rule            TEXT    NOT NULL,
    benchmark       TEXT    NOT NULL,
    title           TEXT    NOT NULL,
    section         TEXT    NOT NULL,
    severity        INTEGER NOT NULL, -- 0 info to 4 critical
    level           INTEGER NOT NULL,
    type            TEXT    NOT NULL,
    profile         TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    reason          TEXT    NOT NULL,
    total           INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    waived          INTEGER NOT NULL,
    exempt          INTEGER NOT NULL,
    not_assessed    INTEGER NOT NULL,
    unassessed_json TEXT    NOT NULL,
    digest          TEXT    NOT NULL, -- of its open findings
    removed         INTEGER NOT NULL, -- since when it is not judged any more
    PRIMARY KEY (cluster, rule)
) WITHOUT ROWID;

CREATE TABLE rule_text (
    cluster   TEXT NOT NULL,
    rule      TEXT NOT NULL,
    text_json TEXT NOT NULL,
    PRIMARY KEY (cluster, rule)
);

CREATE TABLE finding (
    cluster      TEXT    NOT NULL,
    rule         TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    namespace    TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    severity     INTEGER NOT NULL,
    team         TEXT    NOT NULL,
    state        TEXT    NOT NULL, -- open, waived, exempt or resolved
    expires      TEXT    NOT NULL, -- the day its waiver ends
    first_seen   INTEGER NOT NULL,
    opened       INTEGER NOT NULL, -- first seen, or the last time it came back
    changed      INTEGER NOT NULL,
    resolved     INTEGER NOT NULL,
    reason       TEXT    NOT NULL, -- why it is no more
    initial      INTEGER NOT NULL, -- 1 if it is open since the first evaluation of the cluster
    hash         BLOB    NOT NULL, -- of all that is known of it
    proof        BLOB    NOT NULL, -- of severity and evidence
    content_json TEXT    NOT NULL,
    PRIMARY KEY (cluster, rule, fingerprint)
);
-- What a rule knows of a cluster now, without what is long gone.
CREATE INDEX finding_now ON finding (cluster, rule) WHERE state <> 'resolved';
CREATE INDEX finding_firing ON finding (cluster, team, rule, severity, opened) WHERE state = 'open' AND initial = 0;
CREATE INDEX finding_expiring ON finding (expires) WHERE state = 'waived';
CREATE INDEX finding_gone ON finding (cluster, resolved) WHERE state = 'resolved';

CREATE TABLE event (
    cluster     TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    type        TEXT    NOT NULL,
    rule        TEXT    NOT NULL,
    severity    INTEGER NOT NULL,
    team        TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    namespace   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    initial     INTEGER NOT NULL,
    quiet       INTEGER NOT NULL,
    PRIMARY KEY (cluster, seq)
) WITHOUT ROWID;
CREATE INDEX event_at ON event (at, cluster, seq);
CREATE INDEX event_finding ON event (cluster, rule, fingerprint);

-- How many findings there are, so that pages need not count them. place is the
-- namespace that an asset is in, or is.
CREATE TABLE rollup (
    cluster  TEXT    NOT NULL,
    rule     TEXT    NOT NULL,
    team     TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    severity INTEGER NOT NULL,
    opened   INTEGER NOT NULL,
    waived   INTEGER NOT NULL,
    exempt   INTEGER NOT NULL,
    resolved INTEGER NOT NULL,
    PRIMARY KEY (cluster, rule, team, place, severity)
) WITHOUT ROWID;

-- How many findings that count came and went in the hour that began at at.
CREATE TABLE flow (
    cluster   TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    benchmark TEXT    NOT NULL,
    opened    INTEGER NOT NULL,
    resolved  INTEGER NOT NULL,
    PRIMARY KEY (cluster, at, benchmark)
) WITHOUT ROWID;

-- How many assets of a namespace some rule judged, at the last complete evaluation.
CREATE TABLE place (
    cluster TEXT    NOT NULL,
    place   TEXT    NOT NULL,
    assets  INTEGER NOT NULL,
    PRIMARY KEY (cluster, place)
) WITHOUT ROWID;

-- Compliance over time, by benchmark and under '' of all: the last of every ten
-- minutes in which it changed.
CREATE TABLE sample (
    cluster      TEXT    NOT NULL,
    benchmark    TEXT    NOT NULL,
    slot         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    total        INTEGER NOT NULL,
    compliant    INTEGER NOT NULL,
    exempt       INTEGER NOT NULL,
    not_assessed INTEGER NOT NULL,
    coverage     REAL    NOT NULL,
    asked        INTEGER NOT NULL, -- rules that coverage is of
    opened       INTEGER NOT NULL,
    PRIMARY KEY (cluster, benchmark, slot)
) WITHOUT ROWID;

CREATE TABLE run (
    cluster     TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    rule_digest TEXT    NOT NULL,
    coverage    REAL    NOT NULL,
    rules_json  TEXT    NOT NULL,
    opened      INTEGER NOT NULL,
    resolved    INTEGER NOT NULL,
    PRIMARY KEY (cluster, at)
) WITHOUT ROWID;

-- How far receivers of alerts were given the events of a cluster.
CREATE TABLE given (
    cluster  TEXT    NOT NULL,
    receiver TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    PRIMARY KEY (cluster, receiver)
) WITHOUT ROWID;

-- Receivers and what is sent to them are of no one cluster.
CREATE TABLE receiver (
    receiver TEXT    NOT NULL PRIMARY KEY,
    fence    INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0 -- number of the last
) WITHOUT ROWID;

CREATE TABLE message (
    receiver TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    id       TEXT    NOT NULL, -- the key that the receiver knows it by
    at       INTEGER NOT NULL,
    body     BLOB    NOT NULL,
    tries    INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL DEFAULT 0,
    sent     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (receiver, number)
);
CREATE UNIQUE INDEX message_id ON message (receiver, id);
CREATE INDEX message_due ON message (receiver, number) WHERE sent = 0;
