-- The invoice that a call's overage is on, and the key of its line: empty where nothing is invoiced. Every line of an invoice
-- lists its calls by these two.
ALTER TABLE rated_calls
    ADD COLUMN IF NOT EXISTS invoice LowCardinality(String),
    ADD COLUMN IF NOT EXISTS invoice_line LowCardinality(String)
