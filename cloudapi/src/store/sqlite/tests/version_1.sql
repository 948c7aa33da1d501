BEGIN;
CREATE TABLE store (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    latest_us   INTEGER NOT NULL,
    ahead_us    INTEGER NOT NULL,
    jobs_ever   INTEGER NOT NULL,
    leases_ever INTEGER NOT NULL
) STRICT;
INSERT INTO store VALUES (1, 1790000000000000, 0, 2, 3);
CREATE TABLE scopes (
    scope           TEXT PRIMARY KEY,
    closed_until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO scopes VALUES ('https://api.example.com/', 4900000000000000);
CREATE TABLE limits (
    scope        TEXT NOT NULL,
    name         TEXT NOT NULL,
    next_slot_us INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;
INSERT INTO limits VALUES ('https://api.example.com/', '3600', 1790000000720002);
CREATE TABLE jobs (
    number           INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    place            INTEGER NOT NULL UNIQUE,
    queue            TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'claimed', 'sent', 'done',
                                                    'failed', 'unknown', 'parked', 'cancelled')),
    endpoint         TEXT NOT NULL,
    summary          TEXT NOT NULL,
    repeatable       INTEGER NOT NULL CHECK (repeatable IN (0, 1)),
    priority         TEXT NOT NULL CHECK (priority IN ('high', 'normal', 'low')),
    deadline_us      INTEGER,
    attempts         INTEGER NOT NULL DEFAULT 0,
    failed_attempts  INTEGER NOT NULL DEFAULT 0,
    crashes          INTEGER NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    worker           TEXT,
    lease_number     INTEGER,
    lease_until_us   INTEGER,
    not_before_us    INTEGER,
    reason           TEXT,
    created_us       INTEGER NOT NULL,
    changed_us       INTEGER NOT NULL
) STRICT;
INSERT INTO jobs VALUES
    (1, '0123456789abcdef0123456789abcdef', 3004, 'queue', 'done', 'Example::create',
     'POST droplets', 0, 'normal', NULL, 2, 1, 0, 0, 'worker 1', NULL, NULL, NULL, NULL,
     1789999990000000, 1789999999000000),
    (2, 'fedcba9876543210fedcba9876543210', 3007, 'queue', 'waiting', 'Example::create',
     'POST droplets', 1, 'normal', 4900000000000000, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL,
     1789999991000000, 1789999991000000);
CREATE INDEX jobs_by_state ON jobs (queue, state, place, not_before_us);
CREATE INDEX jobs_leased ON jobs (queue, lease_until_us) WHERE lease_until_us IS NOT NULL;
CREATE TABLE requests (
    number  INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
    request BLOB NOT NULL
) STRICT;
INSERT INTO requests VALUES (1, CAST('a request' AS BLOB)), (2, CAST('another' AS BLOB));
CREATE TABLE results (
    number INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
    result BLOB NOT NULL
) STRICT;
INSERT INTO results VALUES (1, CAST('an answer' AS BLOB));
PRAGMA application_id = 1668047985;
PRAGMA user_version = 1;
COMMIT;
PRAGMA journal_mode = WAL;
