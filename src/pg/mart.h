/*
 * mart.h
 *		What the functions of a retention mart share.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_PG_MART_H
#define RETENTION_PG_MART_H

#include "pg/compat.h"

#include "utils/timestamp.h"

/* A mart, and what the C code needs of its settings */
typedef struct Mart
{
	const char *name;			/* of its schema */
	const char *schema;			/* the same, quoted where it needs that */
	const char *extension;		/* the schema of the functions */
	const char *functions;		/* the same, quoted */

	/* from mart_read_settings */
	Oid			source;
	Oid			customers;		/* or InvalidOid */
	bool		with_triggers;
	const char *settings;		/* an expression for all of them as JSON */
} Mart;

/* ------------------------------------------------------------ mart_owner.c */

/* What mart_end puts back */
typedef struct MartSession
{
	Oid			user;
	int			security;
	int			nest_level;
} MartSession;

/*
 * From here on all is done as this role, in a security-restricted operation, connected to SPI, with
 * only pg_catalog in the search path and dates in ISO form.  Without policies, those that would
 * hide rows from the role are an error.  An error ends it, too.
 */
extern void mart_begin(Oid user, bool with_policies, MartSession *session);
extern void mart_end(const MartSession *session);

/*
 * The owner of the mart of this name: of its schema and of its tables settings and change, which
 * are locked until the end of the transaction, settings so that who wants to change the mart, too,
 * waits. An error for whoever has not the rights of the owner, or, where nothing is to be changed,
 * may not read it.
 */
extern Oid	mart_owner(const char *schema, bool to_change);

/* The same for whoever it is; InvalidOid when there is no such mart, or not of one owner */
extern Oid	mart_owner_if_any(const char *schema);

/* An error unless all tables of the mart are ordinary ones of its owner; after mart_begin */
extern void mart_check_tables(const char *schema, Oid owner, const char *extension);

/*
 * An error that says how to bring the extension's SQL up to date where it is older than this
 * library
 */
extern void mart_check_version(const char *extension);

/* InvalidOid when there is no such relation */
extern Oid	mart_relation_owner(Oid relation);

/*
 * The owner of a relation, which is locked with all that inherits from it, its partitions, say;
 * *other is one of these that belongs to somebody else, or InvalidOid.
 */
extern Oid	mart_source_owner(Oid source, Oid *other);

/* ------------------------------------------------------------ mart_check.c */

/* The arguments of create_retention_mart; what is not given is NULL or InvalidOid */
typedef struct MartArguments
{
	Oid			source;
	Oid			customers;
	const char *customer;
	const char *customer_type;	/* in the mart */
	const char *ordered_at;
	const char *amount;
	const char *range;
	const char *attributes;		/* literals, with commas between them */
	const char *schema;
	const char *zone;
	const char *changes;
	Interval   *horizon;
	double		discount_rate;
	double		margin;
	Interval   *overlap;
} MartArguments;

/* Errors unless all is as it must be */
extern void mart_read_arguments(FunctionCallInfo fcinfo, MartArguments *arguments);

/* An error that calls it this when it is NULL */
extern char *mart_text_argument(FunctionCallInfo fcinfo, int argument, const char *name);

/*
 * Who is to own a new mart: who owns the orders, where the caller has their rights; else the
 * caller, who may read them, and for_owner is false.  An error when the caller may have none.
 */
extern Oid	mart_new_owner(const MartArguments *arguments, bool *for_owner);

/*
 * Whether source and customers, or none, belong to one role, all partitions included: *owner.  If
 * not, differs says what does.  All of them stay locked.
 */
extern bool mart_is_of_one_owner(Oid source, Oid customers, Oid *owner, char **differs);

/* ------------------------------------------------------------ mart_run.c, after mart_begin */

extern void mart_run(const char *statement);

/* The text in the first column and row; NULL when there is none */
extern char *mart_run_text(const char *statement);
extern bool mart_run_is_true(const char *statement);

/* Runs a statement in a subtransaction: NULL, or the error, which has left no trace */
extern ErrorData *mart_try_to_run(const char *statement);

/*
 * The steps that a query gives: step, name, of a refresh whether they are optional, and their
 * statement; verbose says how long each took.  An optional one may fail for too little data.
 */
extern void mart_run_steps(const char *query, bool verbose);

/* function is the one that was called: those of its schema are used */
extern void mart_name(Mart *mart, const char *schema, Oid function);

/* False when there is no row */
extern bool mart_read_settings(Mart *mart);

/*
 * Brings the tables of a mart of an older version up to date; an error for one of a newer version
 */
extern void mart_update_tables(Mart *mart);

#endif							/* RETENTION_PG_MART_H */
