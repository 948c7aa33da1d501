-- Times are microseconds since 1970 in UTC. Those of `store`, `scopes`, `limits` and
-- leases, and not_before_us, are by the store's clock, which goes on where the machine's
-- is set back; created_us, changed_us and deadline_us are by the machine's.

CREATE TABLE store (
    only_row    INTEGER PRIMARY KEY CHECK (only_row = 1),
    latest_us   INTEGER NOT NULL,
    ahead_us    INTEGER NOT NULL,
    jobs_ever   INTEGER NOT NULL,
    leases_ever INTEGER NOT NULL
) STRICT;

INSERT INTO store VALUES (1, 0, 0, 0, 0);

CREATE TABLE scopes (
    scope           TEXT PRIMARY KEY,
    closed_until_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE limits (
    scope        TEXT NOT NULL,
    name         TEXT NOT NULL,
    next_slot_us INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

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

-- Who is next, what there is of a state, and how many.
CREATE INDEX jobs_by_state ON jobs (queue, state, place, not_before_us);
-- Whose lease has run out.
CREATE INDEX jobs_leased ON jobs (queue, lease_until_us) WHERE lease_until_us IS NOT NULL;

-- Apart from the jobs, so that great ones are not written anew with every change of state.
CREATE TABLE requests (
    number  INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
    request BLOB NOT NULL
) STRICT;

CREATE TABLE results (
    number INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
    result BLOB NOT NULL
) STRICT;

-- For people.
CREATE VIEW queue AS
    SELECT place, id, queue, state, priority, summary, endpoint, attempts, failed_attempts,
           crashes, worker, reason,
           strftime('%Y-%m-%dT%H:%M:%fZ', created_us / 1e6, 'unixepoch') AS created,
           strftime('%Y-%m-%dT%H:%M:%fZ', changed_us / 1e6, 'unixepoch') AS changed,
           strftime('%Y-%m-%dT%H:%M:%fZ', deadline_us / 1e6, 'unixepoch') AS deadline,
           strftime('%Y-%m-%dT%H:%M:%fZ', (not_before_us - ahead_us) / 1e6, 'unixepoch')
               AS not_before,
           strftime('%Y-%m-%dT%H:%M:%fZ', (lease_until_us - ahead_us) / 1e6, 'unixepoch')
               AS lease_until
    FROM jobs, store
    ORDER BY place;

CREATE VIEW gates AS
    SELECT scope, name AS "limit",
           strftime('%Y-%m-%dT%H:%M:%fZ', (next_slot_us - ahead_us) / 1e6, 'unixepoch')
               AS next_slot,
           strftime('%Y-%m-%dT%H:%M:%fZ', (closed_until_us - ahead_us) / 1e6, 'unixepoch')
               AS closed_until
    FROM (SELECT scope FROM scopes UNION SELECT scope FROM limits)
        LEFT JOIN limits USING (scope) LEFT JOIN scopes USING (scope), store
    ORDER BY scope, name;
