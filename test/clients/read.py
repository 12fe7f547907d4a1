"""Runs the queries of standard input, one a line, through psycopg2 and prints each row, its values between \\x1f, and "--" after each query."""
import sys
import psycopg2

connection = psycopg2.connect(host=sys.argv[1], port=sys.argv[2], dbname="postgres", user=sys.argv[3])
connection.autocommit = True
for query in sys.stdin:
    with connection.cursor() as cursor:
        cursor.execute(query)
        for row in cursor.fetchall():
            print("\x1f".join("\\N" if value is None else str(value) for value in row))
    print("--")
