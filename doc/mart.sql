-- The tables of a retention mart as README.md lists them: test/run compares.
SELECT format('| `%s` | %s |', relation, comment)
FROM retention_mart_parts('{}')
WHERE part IN ('table', 'view')
ORDER BY step, relation;
