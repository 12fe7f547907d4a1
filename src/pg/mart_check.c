/*
 * mart_check.c
 *		The arguments of create_retention_mart: what they must be, and whose tables they name.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/mart.h"
#include "pg/value.h"

static void
check_not_null(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a retention mart must not be null", name)));
}

char *
mart_text_argument(FunctionCallInfo fcinfo, int argument, const char *name)
{
	check_not_null(fcinfo, argument, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static char *
optional_text_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

/* ------------------------------------------------------------ columns and tables */

/* The type of a column; an error that names it when there is none */
static Oid
column_type(Oid source, const char *column)
{
	AttrNumber	number = get_attnum(source, column);

	if (number == InvalidAttrNumber || number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist",
						clip_string(column), get_rel_name(source)),
				 errhint("Give the names of columns as they are stored, without quotes.")));
	return getBaseType(get_atttype(source, number));
}

static void
check_relation(Oid relation, const char *of_what)
{
	char		kind = get_rel_relkind(relation);

	if (kind == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no relation with OID %u", relation)));
	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE && kind != RELKIND_VIEW &&
		kind != RELKIND_MATVIEW && kind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is no table or view of %s", get_rel_name(relation), of_what)));
}

/* An error unless the caller may read something of it */
static void
check_readable(Oid relation)
{
	Oid			user = GetUserId();

	if (pg_class_aclcheck(relation, user, ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relation, user, ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(relation)),
					   get_rel_name(relation));
}

/* Is it a whole number, which is compared as such? */
static bool
is_whole_number(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

static void
check_ordered_at(Oid type, const char *column, const char **zone)
{
	if (type != DATEOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is of type %s, which is no time of an order",
						column, format_type_be(type)),
				 errhint("It must be of type date, timestamp or timestamp with time zone.")));
	if (type != TIMESTAMPTZOID)
	{
		if (*zone != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a time zone is given, but column \"%s\" is of type %s",
							column, format_type_be(type)),
					 errhint("Only points in time, of type timestamp with time zone, have a day "
							 "that depends on the zone.")));
		return;
	}
	/* days must not depend on who refreshes */
	if (*zone == NULL)
		*zone = GetConfigOption("TimeZone", false, false);
	date_from_timestamptz_at(0, cstring_to_text(*zone));
}

static void
check_amount(Oid type, const char *column)
{
	if (type != NUMERICOID && type != FLOAT8OID && type != FLOAT4OID && !is_whole_number(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is of type %s, which is no amount",
						column, format_type_be(type)),
				 errhint("It must be a number; make it one in a view.")));
}

/* The customers may be in a table of their own, whose key must be comparable */
static void
check_customers(const MartArguments *arguments)
{
	Oid			type;

	if (!OidIsValid(arguments->customers))
		return;
	check_relation(arguments->customers, "customers");
	type = column_type(arguments->customers, arguments->customer);
	if (strcmp(arguments->customer_type, "bigint") == 0 && !is_whole_number(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is a whole number in \"%s\", but of type %s in \"%s\"",
						arguments->customer, get_rel_name(arguments->source),
						format_type_be(type), get_rel_name(arguments->customers))));
}

/* Literals, with commas between them */
static char *
read_attributes(FunctionCallInfo fcinfo, int argument, Oid relation)
{
	Datum	   *attributes = NULL;
	bool	   *nulls = NULL;
	int			count = 0;
	StringInfoData list;

	initStringInfo(&list);
	if (!PG_ARGISNULL(argument))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT,
						  &attributes, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *attribute;

		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("attribute columns of a retention mart must not be null")));
		attribute = TextDatumGetCString(attributes[i]);
		column_type(relation, attribute);
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(attribute));
	}
	return list.data;
}

/* ------------------------------------------------------------ how changes come in */

static void
check_changes(Oid source, const char *changes)
{
	char		kind = get_rel_relkind(source);

	if (strcmp(changes, "trigger") != 0 && strcmp(changes, "high_water_mark") != 0 &&
		strcmp(changes, "rebuild") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no way for changes to come into a retention mart",
						clip_string(changes)),
				 errhint("Use 'trigger', 'high_water_mark' or 'rebuild'.")));
	if (strcmp(changes, "trigger") == 0 && kind != RELKIND_RELATION &&
		kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" can't have triggers that see its changes", get_rel_name(source)),
				 errhint("Give changes => 'high_water_mark', to read recent orders, or 'rebuild', "
						 "to read all of them at each refresh.")));
}

static void
check_overlap(const Interval *overlap)
{
	if (overlap->month < 0 || overlap->day < 0 || overlap->time < 0 ||
		overlap->month > 12 * 100 || overlap->day > 36525 || overlap->time > 36525 * USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an overlap of %s is not between 0 and 100 years", interval_text(overlap)),
				 errhint("It is the time within which orders come late, change or are deleted: '30 "
						 "days', say.")));
}

/* Does a name end up as it is, and is it free? */
static void
check_schema_name(const char *schema)
{
	if (schema[0] == '\0' || strlen(schema) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("\"%s\" is no name of a schema", clip_string(schema)),
				 errdetail("A name has 1 to %d bytes.", NAMEDATALEN - 1)));
	if (OidIsValid(get_namespace_oid(schema, true)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_SCHEMA),
				 errmsg("schema \"%s\" already exists", schema),
				 errhint("Give another name, or drop_retention_mart(...) first.")));
}

/* ------------------------------------------------------------ all of them */

/* What is a number or an interval */
static void
read_terms(FunctionCallInfo fcinfo, MartArguments *arguments)
{
	for (int i = 9; i < 12; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("horizon, discount_rate and margin of a retention mart must not be "
							"null")));
	get_interval_days(fcinfo, 9);	/* an error unless it is a horizon */
	arguments->horizon = PG_GETARG_INTERVAL_P(9);
	arguments->discount_rate = check_discount_rate(PG_GETARG_FLOAT8(10));
	arguments->margin = check_margin(PG_GETARG_FLOAT8(11));
}

void
mart_read_arguments(FunctionCallInfo fcinfo, MartArguments *arguments)
{
	arguments->customers = PG_ARGISNULL(12) ? InvalidOid : PG_GETARG_OID(12);
	arguments->customer = mart_text_argument(fcinfo, 1, "customer");
	arguments->ordered_at = mart_text_argument(fcinfo, 2, "ordered_at");
	arguments->amount = optional_text_argument(fcinfo, 3);
	arguments->range = optional_text_argument(fcinfo, 4);
	arguments->schema = mart_text_argument(fcinfo, 6, "schema");
	arguments->zone = optional_text_argument(fcinfo, 7);
	arguments->changes = mart_text_argument(fcinfo, 8, "changes");
	check_not_null(fcinfo, 0, "source");
	arguments->source = PG_GETARG_OID(0);
	read_terms(fcinfo, arguments);
	check_relation(arguments->source, "orders");
	check_changes(arguments->source, arguments->changes);
	check_not_null(fcinfo, 13, "overlap");
	arguments->overlap = PG_GETARG_INTERVAL_P(13);
	check_overlap(arguments->overlap);

	arguments->customer_type =
		is_whole_number(column_type(arguments->source, arguments->customer)) ? "bigint" : "text";
	check_ordered_at(column_type(arguments->source, arguments->ordered_at),
					 arguments->ordered_at, &arguments->zone);
	if (arguments->amount != NULL)
		check_amount(column_type(arguments->source, arguments->amount), arguments->amount);
	if (arguments->range != NULL)
		column_type(arguments->source, arguments->range);
	check_customers(arguments);
	arguments->attributes =
		read_attributes(fcinfo, 5,
						OidIsValid(arguments->customers) ? arguments->customers :
						arguments->source);
	check_schema_name(arguments->schema);
	check_readable(arguments->source);
	if (OidIsValid(arguments->customers))
		check_readable(arguments->customers);
}

/* ------------------------------------------------------------ whose */

bool
mart_is_of_one_owner(Oid source, Oid customers, Oid *owner, char **differs)
{
	Oid			other;

	*owner = mart_source_owner(source, &other);
	if (!OidIsValid(other) && OidIsValid(customers))
	{
		Oid			other_customers;

		if (mart_source_owner(customers, &other_customers) != *owner)
			other = customers;
		else
			other = other_customers;
	}
	*differs = !OidIsValid(other) ? NULL :
		psprintf("\"%s\" belongs to \"%s\", \"%s\" to \"%s\".",
				 get_rel_name(source), GetUserNameFromId(*owner, true),
				 get_rel_name(other), GetUserNameFromId(mart_relation_owner(other), true));
	return !OidIsValid(other);
}

Oid
mart_new_owner(const MartArguments *arguments, bool *for_owner)
{
	bool		with_triggers = strcmp(arguments->changes, "trigger") == 0;
	const char *source = get_rel_name(arguments->source);
	Oid			owner;
	char	   *differs;

	*for_owner = mart_is_of_one_owner(arguments->source, arguments->customers, &owner, &differs);
	if (!*for_owner && superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a retention mart is made of tables of one owner"),
				 errdetail_internal("%s", differs),
				 errhint("A role that may read all of them can have a mart with changes => "
						 "'high_water_mark' or 'rebuild'.")));
	*for_owner = *for_owner && has_privs_of_role(GetUserId(), owner);
	if (with_triggers && !*for_owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\" for a retention mart with triggers", source),
				 differs != NULL ? errdetail_internal("%s", differs) :
				 errdetail("It belongs to \"%s\".", GetUserNameFromId(owner, true)),
				 errhint("Give changes => 'high_water_mark', to read recent orders, or 'rebuild', "
						 "to read all of them at each refresh.")));
	if (!*for_owner)
		owner = GetUserId();
	if (with_triggers && check_enable_rls(arguments->source, owner, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("triggers see rows of \"%s\" that row-level security hides from \"%s\"",
						source, GetUserNameFromId(owner, false)),
				 errhint("Give changes => 'rebuild': each refresh then reads the orders that the "
						 "policies show.")));
	return owner;
}
