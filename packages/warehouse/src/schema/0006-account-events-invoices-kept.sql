-- An invoice as it was given out stands in `data` of its event, and must be readable as long as the law wants books to be kept
-- (ten years where it wants most), not only as long as events may name people.
ALTER TABLE account_events
    MODIFY COLUMN data String CODEC(ZSTD(3))
        TTL toDateTime(log_time) + toIntervalMonth(if(type = 'invoice.issued', 132, 13))
