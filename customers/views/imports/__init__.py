"""The import wizard: upload, what we read, columns, check, run, result; and the page of all imports."""
