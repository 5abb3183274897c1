-- +goose Up

-- Tokens with which agents enrol, until they are spent or expire: the SHA-256
-- of each. cluster is the only one it is good for; empty is any without agents.
CREATE TABLE enrolment (
    cluster TEXT NOT NULL,
    hash    TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (cluster, hash)
) WITHOUT ROWID;

-- Certificates of agents, by serial number in hexadecimal, until they expire.
CREATE TABLE agent (
    cluster TEXT NOT NULL,
    serial  TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (cluster, serial)
) WITHOUT ROWID;
