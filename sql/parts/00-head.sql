-- retention: purchase cycles, churn and customer value inside PostgreSQL

-- complain if this script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION retention" to load this file. \quit

