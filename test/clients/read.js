// Runs the queries of standard input, one a line, through pg, in binary with --binary, and prints each row, its values
// between \x1f, and "--" after each query.
const { Client } = require('pg');
const [host, port, user, mode] = process.argv.slice(2);

// a date is midnight where the reader is
const text = value => value === null ? '\\N' : value instanceof Date ? [value.getFullYear(), value.getMonth() + 1, value.getDate()].map(n => String(n).padStart(2, '0')).join('-') : String(value);

(async () => {
  const client = new Client({ host, port, user, database: 'postgres', binary: mode == '--binary' });
  await client.connect();
  for (const query of require('fs').readFileSync(0, 'utf8').trim().split('\n')) {
    const result = await client.query({ text: query, rowMode: 'array' });
    for (const row of result.rows) console.log(row.map(text).join('\x1f'));
    console.log('--');
  }
  await client.end();
})().catch(error => { console.error(error); process.exit(1) });
