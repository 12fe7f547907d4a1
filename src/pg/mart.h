/*
 * mart.h
 *		What the functions of a retention mart share.
 *
 * Copyright (c) 2026, retention contributors
 */
#ifndef RETENTION_PG_MART_H
#define RETENTION_PG_MART_H

#include "pg/compat.h"

/* What mart_end puts back */
typedef struct MartSession
{
	Oid			user;
	int			security;
	int			nest_level;
} MartSession;

/*
 * From here on all is done as this role, in a security-restricted operation, connected to SPI, with only pg_catalog in
 * the search path and dates in ISO form.  Without policies, those that would hide rows from the role are an error.
 * An error ends it, too.
 */
extern void mart_begin(Oid user, bool with_policies, MartSession *session);
extern void mart_end(const MartSession *session);

/*
 * The owner of the mart of this name: of its schema and of its tables settings and change, which are locked until the
 * end of the transaction.  An error for whoever has not the rights of the owner, or, where nothing is to be changed, may not read it.
 */
extern Oid	mart_owner(const char *schema, bool to_change);

/* The same for whoever it is; InvalidOid when there is no such mart, or not of one owner */
extern Oid	mart_owner_if_any(const char *schema);

/* An error unless all tables of the mart are ordinary ones of its owner; after mart_begin */
extern void mart_check_tables(const char *schema, Oid owner, const char *extension);

/* An error that says how to bring the extension's SQL up to date where it is older than this library */
extern void mart_check_version(const char *extension);

/* InvalidOid when there is no such relation */
extern Oid	mart_relation_owner(Oid relation);

/*
 * The owner of a relation, which is locked with all that inherits from it, its partitions, say; *other is one of these that
 * belongs to somebody else, or InvalidOid.
 */
extern Oid	mart_source_owner(Oid source, Oid *other);

#endif							/* RETENTION_PG_MART_H */
