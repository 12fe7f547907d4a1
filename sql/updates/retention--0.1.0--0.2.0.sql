-- what has changed until version 0.2.0; written by "make delta"

-- complain if this script is sourced in psql rather than by ALTER EXTENSION
\echo Use "ALTER EXTENSION retention UPDATE" to load this file. \quit

