/*
 * mart_owner.c
 *		Whose rights the work of a retention mart is done with.
 *
 * A mart and what it is made from belong to one role, and all work is done as that role, as
 * REFRESH MATERIALIZED VIEW does its own: reading a table, and even planning to, runs what its
 * owner has put there (casts, policies, index expressions, views, defaults).  So whoever calls, a
 * superuser or a writer of orders whose statement fires a trigger, runs nobody's code with their
 * own rights, and who owns the tables gains nothing.  See doc/security.md.
 *
 * Who may only read the orders may have a mart, too, without triggers: they read with their own
 * rights, as in any SELECT of theirs, and nobody else does it for them.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "pg/arguments.h"
#include "pg/mart.h"

static void
set_option(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

void
mart_begin(Oid user, bool with_policies, MartSession *session)
{
	GetUserIdAndSecContext(&session->user, &session->security);
	SetUserIdAndSecContext(user, session->security | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
	session->nest_level = NewGUCNestLevel();
	/* what has no schema is in pg_catalog: nothing that others have created is found */
	set_option("search_path", "pg_catalog, pg_temp");
	/* nothing depends on how the session likes its dates and numbers */
	set_option("DateStyle", "ISO, YMD");
	set_option("IntervalStyle", "postgres");
	set_option("extra_float_digits", "1");
	/* without policies: an error where some would hide rows, as in pg_dump */
	set_option("row_security", with_policies ? "on" : "off");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

void
mart_end(const MartSession *session)
{
	SPI_finish();
	AtEOXact_GUC(false, session->nest_level);
	SetUserIdAndSecContext(session->user, session->security);
}

/* ------------------------------------------------------------ who owns what */

Oid
mart_relation_owner(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

static Oid
namespace_owner(Oid namespace)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(namespace));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * The relation of this name in a schema, locked so that until the end of the transaction it keeps
 * name, kind and owner; InvalidOid when there is none.  No right to use the schema is asked for.
 */
static Oid
lock_relation(const char *schema, const char *name, LOCKMODE mode)
{
	for (;;)
	{
		Oid			namespace = get_namespace_oid(schema, true);
		Oid			relation = OidIsValid(namespace) ? get_relname_relid(name, namespace) :
			InvalidOid;

		if (!OidIsValid(relation))
			return InvalidOid;
		LockRelationOid(relation, mode);

		/* as before the lock, in which somebody may have waited for? */
		if (get_namespace_oid(schema, true) == namespace &&
			get_relname_relid(name, namespace) == relation)
			return relation;
		UnlockRelationOid(relation, mode);
	}
}

static bool
may_read(Oid namespace)
{
	return compat_namespace_aclcheck(namespace, GetUserId(), ACL_USAGE) == ACLCHECK_OK &&
		pg_class_aclcheck(get_relname_relid("settings", namespace), GetUserId(), ACL_SELECT) ==
		ACLCHECK_OK;
}

/* Is it an ordinary table of this owner? */
static bool
is_table_of(Oid relation, Oid owner)
{
	return OidIsValid(relation) && get_rel_relkind(relation) == RELKIND_RELATION &&
		mart_relation_owner(relation) == owner;
}

static Oid
lock_mart(const char *schema, LOCKMODE mode)
{
	Oid			settings = lock_relation(schema, "settings", mode);
	Oid			owner;

	if (!OidIsValid(settings))
		return InvalidOid;
	owner = namespace_owner(get_rel_namespace(settings));
	return is_table_of(settings, owner) &&
		is_table_of(lock_relation(schema, "change", AccessShareLock), owner) ? owner : InvalidOid;
}

Oid
mart_owner_if_any(const char *schema)
{
	return lock_mart(schema, AccessShareLock);
}

Oid
mart_owner(const char *schema, bool to_change)
{
	Oid			namespace = get_namespace_oid(schema, true);
	Oid			owner;

	if (!OidIsValid(namespace) || !OidIsValid(get_relname_relid("settings", namespace)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("there is no retention mart \"%s\"", clip_string(schema)),
				 errhint("create_retention_mart makes one.")));

	/* first the rights, then the locks */
	owner = namespace_owner(namespace);
	if (to_change ? !has_privs_of_role(GetUserId(), owner) : !may_read(namespace))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 to_change ? errmsg("retention mart \"%s\" belongs to \"%s\"", schema,
									GetUserNameFromId(owner, true)) :
				 errmsg("permission denied for retention mart \"%s\"", schema),
				 to_change ? errhint("Only who has the rights of its owner refreshes or drops a "
									 "mart.") :
				 errhint("GRANT USAGE ON SCHEMA %s, and SELECT on its tables.",
						 quote_identifier(schema))));
	/* one refresh at a time, which readers are not disturbed by */
	owner = lock_mart(schema, to_change ? ShareRowExclusiveLock : AccessShareLock);
	if (!OidIsValid(owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("\"%s\" is no retention mart of one owner", schema),
				 errdetail("The schema and its tables settings and change do not belong to one "
						   "role, or are no ordinary tables."),
				 errhint("Give all of it to one role with ALTER ... OWNER TO.")));
	return owner;
}

void
mart_check_version(const char *extension)
{
	List	   *newest = list_make2(makeString(pstrdup(extension)),
									makeString("retention_mart_format_version"));

	if (!OidIsValid(LookupFuncName(newest, 0, NULL, true)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the functions of the extension are older than its library"),
				 errhint("ALTER EXTENSION retention UPDATE.")));
}

void
mart_check_tables(const char *schema, Oid owner, const char *extension)
{
	SPITupleTable *names;
	uint64		count;

	mart_check_version(extension);
	if (SPI_execute(psprintf("SELECT relation, bool_or(part = 'view')\nFROM "
							 "%s.retention_mart_parts(jsonb '{}') GROUP BY 1 ORDER BY 1",
							 quote_identifier(extension)), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "retention_mart_parts could not be read");
	names = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *name = SPI_getvalue(names->vals[i], names->tupdesc, 1);
		char	   *is_view = SPI_getvalue(names->vals[i], names->tupdesc, 2);
		Oid			relation = lock_relation(schema, name, AccessShareLock);
		char		kind;

		/* a mart of an older version may lack some */
		if (!OidIsValid(relation))
			continue;
		kind = get_rel_relkind(relation);
		if (mart_relation_owner(relation) != owner)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("\"%s\" of retention mart \"%s\" belongs to \"%s\", the mart to \"%s\"",
							name, schema, GetUserNameFromId(mart_relation_owner(relation), true),
							GetUserNameFromId(owner, true)),
					 errhint("A mart and all its tables must belong to one owner.")));
		if (kind != (strcmp(is_view, "t") == 0 ? RELKIND_VIEW : RELKIND_RELATION))
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" of retention mart \"%s\" is no ordinary table", name, schema),
					 errhint("Keep views on a mart in another schema.")));
	}
	SPI_freetuptable(names);
}

Oid
mart_source_owner(Oid source, Oid *other)
{
	List	   *relations;
	ListCell   *cell;
	Oid			owner;

	LockRelationOid(source, AccessShareLock);
	owner = mart_relation_owner(source);
	*other = InvalidOid;
	if (!OidIsValid(owner))
		return InvalidOid;

	/* partitions, and tables that inherit */
	relations = find_all_inheritors(source, AccessShareLock, NULL);
	foreach(cell, relations)
	{
		if (mart_relation_owner(lfirst_oid(cell)) != owner)
			*other = lfirst_oid(cell);
	}
	list_free(relations);
	return owner;
}
