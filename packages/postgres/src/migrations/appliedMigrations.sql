select
    ledger.name,
    ledger.run_on as "appliedAt",
    files.up_sha256 as "upSha256",
    files.down_sha256 as "downSha256",
    files.up_tokens_sha256 as "upTokensSha256",
    files.down_tokens_sha256 as "downTokensSha256"
from hosterizer.schema_migrations as ledger
left join hosterizer.migration_files as files on files.name = ledger.name
order by ledger.name
