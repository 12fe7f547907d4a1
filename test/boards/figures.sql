-- Prints what before.sql holds: what is in the answers of this mart.
\pset format unaligned
\pset tuples_only on
SELECT string_agg(format(E'\t(%L, %L, %L,\n\t %L)', section, company, part, figures), E',\n'
                  ORDER BY place, company, part)
FROM (SELECT 1 AS place, 'claim' AS section, company, n || ' ' || part AS part,
             jsonb_build_object('got', got, 'met', met) AS figures
      FROM boards.claim
      UNION ALL
      SELECT 2, 'lost', company, part, jsonb_build_object('lost', lost, 'recovered', recovered)
      FROM boards.answer_lost
      UNION ALL
      SELECT 3, 'who', company, part,
             jsonb_build_object('expected', round(expected::numeric, 1), 'lost', lost,
                                'precision', precision, 'recall', recall)
      FROM boards.answer_who
      UNION ALL
      SELECT 4, 'cost', company, part, jsonb_build_object('said', round(said::numeric, 1))
      FROM boards.answer_cost
      UNION ALL
      SELECT 5, 'contact', company, part,
             jsonb_build_object('due_listed', due_listed, 'listed', listed)
      FROM boards.answer_contact
      UNION ALL
      SELECT 6, 'value', company, part, jsonb_build_object('off', round(off::numeric, 1))
      FROM boards.answer_value
      UNION ALL
      SELECT 7, 'why', 'wholesaler', part, jsonb_build_object('mart', mart)
      FROM boards.reason WHERE mart IS NOT NULL
      UNION ALL
      SELECT 8, 'sunday', company, part,
             jsonb_build_object('late', late, 'lapsed', lapsed, 'never', never)
      FROM boards.answer_sunday) f;
