"""Many files in, few tables out: a folder or a bucket of small files as Parquet shards that are written once.

`place` reads and writes folders here and at addresses such as s3://; `lock` keeps two writers apart; `workers` map a
function here, in processes or on a Dask cluster; `batches` part files so that one more changes one batch; `building`
puts it together: what was made before is found again, and the index is swapped when all is there.
"""
