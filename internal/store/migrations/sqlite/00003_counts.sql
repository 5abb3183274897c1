-- +goose Up

-- The rollup by rule, over its teams and places: an order of magnitude less to
-- read where nothing is asked of those.
CREATE TABLE rule_count (
    cluster  TEXT    NOT NULL,
    rule     TEXT    NOT NULL,
    severity INTEGER NOT NULL,
    opened   INTEGER NOT NULL,
    waived   INTEGER NOT NULL,
    exempt   INTEGER NOT NULL,
    resolved INTEGER NOT NULL,
    PRIMARY KEY (cluster, rule, severity)
) WITHOUT ROWID;
INSERT INTO rule_count SELECT cluster, rule, severity, sum(opened), sum(waived), sum(exempt), sum(resolved) FROM rollup GROUP BY cluster, rule, severity;

-- And by place, over the rules: findings that are open.
CREATE TABLE place_count (
    cluster  TEXT    NOT NULL,
    team     TEXT    NOT NULL,
    place    TEXT    NOT NULL,
    severity INTEGER NOT NULL,
    opened   INTEGER NOT NULL,
    PRIMARY KEY (cluster, team, place, severity)
) WITHOUT ROWID;
INSERT INTO place_count SELECT cluster, team, place, severity, sum(opened) FROM rollup WHERE opened > 0 GROUP BY cluster, team, place, severity;
