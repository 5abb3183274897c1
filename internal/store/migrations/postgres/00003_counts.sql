-- +goose Up

-- The rollup by rule, over its teams and places: an order of magnitude less to
-- read where nothing is asked of those.
CREATE TABLE rule_count (
    cluster  TEXT COLLATE "C" NOT NULL,
    rule     TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    opened   BIGINT NOT NULL,
    waived   BIGINT NOT NULL,
    exempt   BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    PRIMARY KEY (cluster, rule, severity)
);
INSERT INTO rule_count SELECT cluster, rule, severity, sum(opened), sum(waived), sum(exempt), sum(resolved) FROM rollup GROUP BY cluster, rule, severity;

-- And by place, over the rules: findings that are open.
CREATE TABLE place_count (
    cluster  TEXT COLLATE "C" NOT NULL,
    team     TEXT COLLATE "C" NOT NULL,
    place    TEXT COLLATE "C" NOT NULL,
    severity BIGINT NOT NULL,
    opened   BIGINT NOT NULL,
    PRIMARY KEY (cluster, team, place, severity)
);
INSERT INTO place_count SELECT cluster, team, place, severity, sum(opened) FROM rollup WHERE opened > 0 GROUP BY cluster, team, place, severity;
