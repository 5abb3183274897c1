-- +goose Up

-- Tokens with which agents enrol, until they are spent or expire: the SHA-256
-- of each. cluster is the only one it is good for; empty is any without agents.
CREATE TABLE enrolment (
    cluster TEXT COLLATE "C" NOT NULL,
    hash    TEXT COLLATE "C" NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (cluster, hash)
);

-- Certificates of agents, by serial number in hexadecimal, until they expire.
CREATE TABLE agent (
    cluster TEXT COLLATE "C" NOT NULL,
    serial  TEXT COLLATE "C" NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (cluster, serial)
);
