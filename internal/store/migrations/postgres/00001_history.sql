-- +goose Up

-- Times are milliseconds since 1970 in UTC, 0 where there is none. Whatever ends
-- in _json is JSON. cluster is the uid of a cluster's kube-system namespace.
CREATE TABLE cluster (
    cluster     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    version     TEXT COLLATE "C" NOT NULL DEFAULT '',
    provider    TEXT COLLATE "C" NOT NULL DEFAULT '',
    fence       BIGINT NOT NULL DEFAULT 0, -- the highest that has written
    seq         BIGINT NOT NULL DEFAULT 0, -- of the last event
    seen        BIGINT NOT NULL DEFAULT 0,
    evaluated   BIGINT NOT NULL DEFAULT 0,
    problem     TEXT COLLATE "C" NOT NULL DEFAULT '',
    rule_digest TEXT COLLATE "C" NOT NULL DEFAULT '',
    sums_json   TEXT COLLATE "C" NOT NULL DEFAULT '{}'
);

CREATE TABLE rule (
    cluster         TEXT COLLATE "C" NOT NULL,
    rule            TEXT COLLATE "C" NOT NULL,
    benchmark       TEXT COLLATE "C" NOT NULL,
    title           TEXT COLLATE "C" NOT NULL,
    section         TEXT COLLATE "C" NOT NULL,
    severity        BIGINT NOT NULL, -- 0 info to 4 critical
    level           BIGINT NOT NULL,
    type            TEXT COLLATE "C" NOT NULL,
    profile         TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    total           BIGINT NOT NULL,
    failed          BIGINT NOT NULL,
    waived          BIGINT NOT NULL,
    exempt          BIGINT NOT NULL,
    not_assessed    BIGINT NOT NULL,
    unassessed_json TEXT COLLATE "C" NOT NULL,
    digest          TEXT COLLATE "C" NOT NULL, -- of its open findings
    removed         BIGINT NOT NULL, -- since when it is not judged any more
    PRIMARY KEY (cluster, rule)
);

CREATE TABLE rule_text (
    cluster   TEXT COLLATE "C" NOT NULL,
    rule      TEXT COLLATE "C" NOT NULL,
    text_json TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (cluster, rule)
);

CREATE TABLE finding (
    cluster      TEXT COLLATE "C" NOT NULL,
    rule         TEXT COLLATE "C" NOT NULL,
    fingerprint  TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    namespace    TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL,
    severity     BIGINT NOT NULL,
    team         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL, -- open, waived, exempt or resolved
    expires      TEXT COLLATE "C" NOT NULL, -- the day its waiver ends
    first_seen   BIGINT NOT NULL,
    opened       BIGINT NOT NULL, -- first seen, or the last time it came back
    changed      BIGINT NOT NULL,
    resolved     BIGINT NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL, -- why it is no more
    initial      BIGINT NOT NULL, -- 1 if it is open since the first evaluation of the cluster
    hash         BYTEA NOT NULL, -- of all that is known of it
    proof        BYTEA NOT NULL, -- of severity and evidence
    content_json TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (cluster, rule, fingerprint)
) WITH (fillfactor = 85); -- changed rows stay on their page
-- What a rule knows of a cluster now, without what is long gone.
CREATE INDEX finding_now ON finding (cluster, rule) WHERE state <> 'resolved';
CREATE INDEX finding_firing ON finding (cluster, team, rule, severity, opened) WHERE state = 'open' AND initial = 0;
CREATE INDEX finding_expiring ON finding (expires) WHERE state = 'waived';
CREATE INDEX finding_gone ON finding (cluster, resolved) WHERE state = 'resolved';

CREATE TABLE event (
    cluster     TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    type        TEXT COLLATE "C" NOT NULL,
    rule        TEXT COLLATE "C" NOT NULL,
    severity    BIGINT NOT NULL,
    team        TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    namespace   TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    initial     BIGINT NOT NULL,
    quiet       BIGINT NOT NULL,
    PRIMARY KEY (cluster, seq)
);
CREATE INDEX event_at ON event (at, cluster, seq);
CREATE INDEX event_finding ON event (cluster, rule, fingerprint);

-- How many findings there are, so that pages need not count them. place is the
-- namespace that an asset is in, or is.
CREATE TABLE rollup (
    cluster  TEXT COLLATE "C" NOT NULL,
    rule     TEXT COLLATE "C" NOT NULL,
    team     TEXT COLLATE "C" NOT NULL,
    place    TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    opened   BIGINT NOT NULL,
    waived   BIGINT NOT NULL,
    exempt   BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    PRIMARY KEY (cluster, rule, team, place, severity)
);

-- How many findings that count came and went in the hour that began at at.
CREATE TABLE flow (
    cluster   TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    benchmark TEXT COLLATE "C" NOT NULL,
    opened    BIGINT NOT NULL,
    resolved  BIGINT NOT NULL,
    PRIMARY KEY (cluster, at, benchmark)
);

-- How many assets of a namespace some rule judged, at the last complete evaluation.
CREATE TABLE place (
    cluster TEXT COLLATE "C" NOT NULL,
    place   TEXT COLLATE "C" NOT NULL,
    assets  BIGINT NOT NULL,
    PRIMARY KEY (cluster, place)
);

-- Compliance over time, by benchmark and under '' of all: the last of every ten
-- minutes in which it changed.
CREATE TABLE sample (
    cluster      TEXT COLLATE "C" NOT NULL,
    benchmark    TEXT COLLATE "C" NOT NULL,
    slot         BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    compliant    BIGINT NOT NULL,
    exempt       BIGINT NOT NULL,
    not_assessed BIGINT NOT NULL,
    coverage     DOUBLE PRECISION NOT NULL,
    asked        BIGINT NOT NULL, -- rules that coverage is of
    opened       BIGINT NOT NULL,
    PRIMARY KEY (cluster, benchmark, slot)
);

CREATE TABLE run (
    cluster     TEXT COLLATE "C" NOT NULL,
    at          BIGINT NOT NULL,
    rule_digest TEXT COLLATE "C" NOT NULL,
    coverage    DOUBLE PRECISION NOT NULL,
    rules_json  TEXT COLLATE "C" NOT NULL,
    opened      BIGINT NOT NULL,
    resolved    BIGINT NOT NULL,
    PRIMARY KEY (cluster, at)
);

-- How far receivers of alerts were given the events of a cluster.
CREATE TABLE given (
    cluster  TEXT COLLATE "C" NOT NULL,
    receiver TEXT COLLATE "C" NOT NULL,
    seq      BIGINT NOT NULL,
    PRIMARY KEY (cluster, receiver)
);

-- Receivers and what is sent to them are of no one cluster.
CREATE TABLE receiver (
    receiver TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fence    BIGINT NOT NULL DEFAULT 0,
    messages BIGINT NOT NULL DEFAULT 0 -- number of the last
);

CREATE TABLE message (
    receiver TEXT COLLATE "C" NOT NULL,
    number   BIGINT NOT NULL,
    id       TEXT COLLATE "C" NOT NULL, -- the key that the receiver knows it by
    at       BIGINT NOT NULL,
    body     BYTEA NOT NULL,
    tries    BIGINT NOT NULL DEFAULT 0,
    due      BIGINT NOT NULL DEFAULT 0,
    sent     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (receiver, number)
);
CREATE UNIQUE INDEX message_id ON message (receiver, id);
CREATE INDEX message_due ON message (receiver, number) WHERE sent = 0;
