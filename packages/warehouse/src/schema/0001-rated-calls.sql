-- Subject: rated calls. Grain: one row per version of a leg (an original, a reversal or a replacement). Append-only.
-- Billing truth are the raw rows whose batch is settled (architecture §4, §6). No materialised view may ever read from
-- this table on insert: a failing one leaves the base rows stored and reports an error.
CREATE TABLE IF NOT EXISTS rated_calls
(
    -- Which insert the row came with. A batch belongs to one partition of the log and one month of log time.
    p UInt16 CODEC(ZSTD(1)),
    epoch UInt32 CODEC(ZSTD(1)),
    batch UInt64 CODEC(Delta, ZSTD(1)),
    -- 64 bits over the bytes of all columns below; the batch's intent holds their xor. Random, so not worth compressing.
    row_hash UInt64 CODEC(NONE),

    -- Contiguous per partition from 1.
    out_seq UInt64 CODEC(Delta, ZSTD(1)),
    log_seq UInt64 CODEC(Delta, ZSTD(1)),
    log_index UInt32 CODEC(ZSTD(1)),
    log_time DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),

    account LowCardinality(String),
    usage_id String CODEC(ZSTD(1)),
    version UInt32 CODEC(ZSTD(1)),
    entry LowCardinality(String),
    refers_to UInt64 CODEC(ZSTD(1)),
    outcome LowCardinality(String),
    -- Empty: fully funded.
    reason LowCardinality(String),

    call_id String CODEC(ZSTD(1)),
    leg_id String CODEC(ZSTD(1)),
    parent_leg_id String CODEC(ZSTD(1)),
    linked_id String CODEC(ZSTD(1)),
    conference_id String CODEC(ZSTD(1)),
    source LowCardinality(String),
    feeder LowCardinality(String),
    call_type LowCardinality(String),
    direction LowCardinality(String),

    -- Personal data: who talked to whom. They go after 13 months of log time (domain §8.2); charge and proof stay.
    from_raw String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    from_e164 String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    to_raw String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    to_e164 String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    -- `user` is not LowCardinality: an account may have 100,000 of them.
    user String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    organizer String CODEC(ZSTD(1)) TTL toDateTime(log_time) + INTERVAL 13 MONTH,
    resource_account LowCardinality(String),
    department LowCardinality(String),
    service_number String CODEC(ZSTD(1)),
    number_type LowCardinality(String),
    emergency Bool CODEC(ZSTD(1)),

    -- 1970-01-01 where unknown.
    setup_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    start_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    answered_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    ended_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    used_ms Int64 CODEC(ZSTD(1)),
    billable_seconds Int64 CODEC(ZSTD(1)),
    -- -1 where the switch gave none.
    reported_seconds Int64 CODEC(ZSTD(1)),
    ended_by LowCardinality(String),
    q850 Int32 CODEC(ZSTD(1)),
    sip Int32 CODEC(ZSTD(1)),

    -- Year * 100 + month in the account's zone.
    pool_month UInt32 CODEC(ZSTD(1)),
    usage_location LowCardinality(String),
    destination_country LowCardinality(String),
    destination_name LowCardinality(String),
    destination_context LowCardinality(String),
    capability LowCardinality(String),
    subscription LowCardinality(String),

    currency LowCardinality(String),
    -- Money: millionths of the currency unit, exact.
    amount_micros Int64 CODEC(ZSTD(1)),
    connect_fee_micros Int64 CODEC(ZSTD(1)),
    pool_minutes Int64 CODEC(ZSTD(1)),
    charged_seconds Int64 CODEC(ZSTD(1)),

    -- The parts of the leg by funding source; their amounts sum to amount_micros.
    segments Nested
    (
        source LowCardinality(String),
        ref String,
        minutes Int64,
        seconds Int64,
        amount_micros Int64
    ),
    -- Double entry: the amounts of a row sum to zero per unit.
    postings Nested
    (
        ledger String,
        unit LowCardinality(String),
        amount Int64
    ),
    -- JSON: the rate's proof and the snapshots as they stood.
    proof String CODEC(ZSTD(3)),

    -- Read-back asks for one batch: this skips every part that cannot hold it.
    INDEX batches batch TYPE minmax GRANULARITY 1,
    -- Reversals are rare: reports look for them in the few granules that have any.
    INDEX entries entry TYPE set(3) GRANULARITY 1,
    -- One leg of an account by its id.
    INDEX legs usage_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(log_time)
ORDER BY (account, start_at, out_seq)
-- All three are off by default: an insert that was answered must survive power loss as far as the disk allows, and a
-- repeated insert of a batch must not count twice.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 10000,
    -- One file for all columns of a part up to this size: with a file per column, and a sync of each, an insert of 10,000
    -- rows costs twice the processor time (measured: 345 ms against 180 ms).
    min_bytes_for_wide_part = 134217728
