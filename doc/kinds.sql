-- The kinds of models that know who is still a customer, as README.md lists them.
SELECT format('| `%s` | %s | %s |', kind, customers, leaves)
FROM model_kinds()
WHERE leaves IS NOT NULL;
