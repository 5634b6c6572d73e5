-- `at` is the account's own time: the log's, unless the account has a test clock. What an event charges stands on a line of an
-- invoice; the rows of earlier releases have neither.
ALTER TABLE account_events
    ADD COLUMN IF NOT EXISTS at DateTime64(6, 'UTC') DEFAULT log_time CODEC(Delta, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS invoice LowCardinality(String),
    ADD COLUMN IF NOT EXISTS invoice_line LowCardinality(String)
