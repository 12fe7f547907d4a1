/*
 * mart.c
 *		create_retention_mart, refresh_retention_mart and drop_retention_mart.
 *
 * What a mart consists of and how it is refreshed is SQL, in sql/parts/80-mart.sql; here it is
 * checked and run.  Everything runs with the rights of the caller.  So that nobody's mart can make
 * somebody else run what it likes, only its owner refreshes or drops one.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "pg/clock.h"
#include "pg/mart.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(create_retention_mart);
PG_FUNCTION_INFO_V1(refresh_retention_mart);
PG_FUNCTION_INFO_V1(drop_retention_mart);
PG_FUNCTION_INFO_V1(retention_mart_capture);

/* ------------------------------------------------------------ running SQL */

int
mart_begin(FunctionCallInfo fcinfo)
{
	char	   *schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	char	   *path = psprintf("pg_catalog, %s, pg_temp", quote_identifier(schema));
	int			nest_level = NewGUCNestLevel();

	(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	/* nothing depends on how the session likes its dates */
	(void) set_config_option("DateStyle", "ISO, YMD", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("IntervalStyle", "postgres", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	return nest_level;
}

void
mart_end(int nest_level)
{
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
}

static void
run(const char *statement)
{
	int			status = SPI_execute(statement, false, 0);

	if (status < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(status), statement);
}

/* The text in the first column and row; NULL when there is none */
static char *
run_text(const char *statement)
{
	run(statement);
	if (SPI_processed == 0 || SPI_tuptable == NULL)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Runs a statement in a subtransaction: NULL, or the error, which has left no trace */
static ErrorData *
try_to_run(const char *statement)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		run(statement);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();
	return error;
}

/* Runs a statement that may fail for too little data, which is reported */
static void
run_optional(const char *name, const char *statement)
{
	int			nest_level = NewGUCNestLevel();
	ErrorData  *error;

	/* of several models that are tried one that does not fit is no news: the mart tells which converged */
	(void) set_config_option("client_min_messages", "error", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	error = try_to_run(statement);
	AtEOXact_GUC(true, nest_level);
	if (error == NULL)
		return;
	if (error->sqlerrcode != ERRCODE_DATA_EXCEPTION && error->sqlerrcode != ERRCODE_INVALID_PARAMETER_VALUE)
		ReThrowError(error);
	ereport(NOTICE,
			(errmsg("%s is left out: %s", name, error->message)));
	FreeErrorData(error);
}

/*
 * The steps that a query gives: step, name, perhaps whether they are optional, and their statement; verbose says how
 * long each took
 */
static void
run_steps(const char *query, bool verbose)
{
	SPITupleTable *steps;
	uint64		count;
	bool		with_optional;

	run(query);
	steps = SPI_tuptable;
	count = SPI_processed;
	with_optional = steps->tupdesc->natts == 4;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *name = SPI_getvalue(steps->vals[i], steps->tupdesc, 2);
		char	   *statement = SPI_getvalue(steps->vals[i], steps->tupdesc, with_optional ? 4 : 3);
		instr_time	begun;
		instr_time	took;

		CHECK_FOR_INTERRUPTS();
		if (statement == NULL)
			elog(ERROR, "step %s has no statement", name);
		/* to be seen in pg_stat_activity, until mart_end or an error puts back what was there */
		if (with_optional)
			(void) set_config_option("application_name", psprintf("retention mart: %s", name), PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
		INSTR_TIME_SET_CURRENT(begun);
		if (with_optional && strcmp(SPI_getvalue(steps->vals[i], steps->tupdesc, 3), "t") == 0)
			run_optional(name, statement);
		else
			run(statement);
		if (!verbose)
			continue;
		INSTR_TIME_SET_CURRENT(took);
		INSTR_TIME_SUBTRACT(took, begun);
		ereport(INFO,
				(errmsg("%s: %.3f s", name, INSTR_TIME_GET_DOUBLE(took))));
	}
	SPI_freetuptable(steps);
}

/* ------------------------------------------------------------ checks */

static char *
text_argument(FunctionCallInfo fcinfo, int argument, const char *name, bool required)
{
	if (!PG_ARGISNULL(argument))
		return text_to_cstring(PG_GETARG_TEXT_PP(argument));
	if (required)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s of a retention mart must not be null", name)));
	return NULL;
}

/* The type of a column; an error that names it when there is none */
static Oid
column_type(Oid source, const char *column)
{
	AttrNumber	number = get_attnum(source, column);

	if (number == InvalidAttrNumber || number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", column, get_rel_name(source)),
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

static void
check_changes(Oid source, const char *changes)
{
	char		kind = get_rel_relkind(source);

	if (strcmp(changes, "trigger") != 0 && strcmp(changes, "high_water_mark") != 0 && strcmp(changes, "rebuild") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no way for changes to come into a retention mart", changes),
				 errhint("Use 'trigger', 'high_water_mark' or 'rebuild'.")));
	if (strcmp(changes, "trigger") == 0 && kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" can't have triggers that see its changes", get_rel_name(source)),
				 errhint("Give changes => 'high_water_mark', to read recent orders, or 'rebuild', to read all of them at each refresh.")));
}

static void
check_overlap(const Interval *overlap)
{
	if (overlap->month < 0 || overlap->day < 0 || overlap->time < 0 || overlap->month > 12 * 100 || overlap->day > 36525 || overlap->time > 36525 * USECS_PER_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an overlap of %s is not between 0 and 100 years", DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(overlap)))),
				 errhint("It is the time within which orders come late, change or are deleted: '30 days', say.")));
}

static void
check_ordered_at(Oid type, const char *column, const char **zone)
{
	if (type != DATEOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is of type %s, which is no time of an order", column, format_type_be(type)),
				 errhint("It must be of type date, timestamp or timestamp with time zone.")));
	if (type != TIMESTAMPTZOID)
	{
		if (*zone != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a time zone is given, but column \"%s\" is of type %s", column, format_type_be(type)),
					 errhint("Only points in time, of type timestamp with time zone, have a day that depends on the zone.")));
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
	if (type != NUMERICOID && type != FLOAT8OID && type != FLOAT4OID && type != INT2OID && type != INT4OID && type != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" is of type %s, which is no amount", column, format_type_be(type)),
				 errhint("It must be a number; make it one in a view.")));
}

/* Does a name end up as it is? */
static void
check_schema_name(const char *schema)
{
	if (schema[0] == '\0' || strlen(schema) >= NAMEDATALEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_NAME),
				 errmsg("\"%s\" is no name of a schema", schema),
				 errdetail("A name has 1 to %d bytes.", NAMEDATALEN - 1)));
}

static Oid
relation_owner(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

void
check_mart_exists(const char *schema)
{
	Oid			namespace = get_namespace_oid(schema, true);

	if (!OidIsValid(namespace) || !OidIsValid(get_relname_relid("settings", namespace)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("there is no retention mart \"%s\"", schema),
				 errhint("create_retention_mart makes one.")));
}

/* The mart of this name, which the caller owns: its schema and its settings */
static void
check_mart(const char *schema)
{
	Oid			namespace;
	HeapTuple	tuple;
	Oid			owner;

	check_mart_exists(schema);
	namespace = get_namespace_oid(schema, false);
	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(namespace));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for schema %u", namespace);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);
	if (owner != GetUserId() || relation_owner(get_relname_relid("settings", namespace)) != owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("retention mart \"%s\" belongs to \"%s\"", schema, GetUserNameFromId(owner, false)),
				 errhint("Use SET ROLE: a mart runs with the rights of its owner only.")));
}

/* ------------------------------------------------------------ the functions */

/* Is it a whole number, which is compared as such? */
static bool
is_whole_number(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* The row of settings as JSON */
static char *
settings_of(const char *schema)
{
	return psprintf("(SELECT to_jsonb(s) FROM %s.settings s)", quote_identifier(schema));
}

/* Runs the steps of a phase, with what they need besides the settings, an expression of SQL for a jsonb */
static void
run_phase(const char *schema, const char *phase, const char *with, bool verbose)
{
	run_steps(psprintf("SELECT * FROM retention_mart_steps(%s || '{\"phase\": \"%s\"}' || %s)", settings_of(schema), phase, with), verbose);
}

/* The source and its partitions; which of them have triggers of the mart is seen by the name of one */
#define RELATIONS "(SELECT source_table::oid AS relid UNION SELECT relid FROM pg_partition_tree(source_table)) r"
#define PARTITIONS "(SELECT array_agg(r.relid ORDER BY r.relid) FROM " RELATIONS ")"
#define INSERT_TRIGGER "'retention_mart_insert_' || substr(md5(schema_name), 1, 8)"

/* Of the source and its partitions, those whose triggers the mart lacks get them; returns how many did */
static uint64
create_triggers(const char *schema, const char *extension_schema)
{
	SPITupleTable *relations;
	uint64		count;

	run(psprintf("SELECT r.relid::regclass::text FROM %s.settings, LATERAL " RELATIONS "\n"
				 "WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.relid AND t.tgname = " INSERT_TRIGGER ") ORDER BY 1",
				 quote_identifier(schema)));
	relations = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
		run_steps(psprintf("SELECT * FROM retention_mart_triggers(%s, %s, %s, false)", settings_of(schema),
						   quote_literal_cstr(SPI_getvalue(relations->vals[i], relations->tupdesc, 1)), quote_literal_cstr(extension_schema)), false);
	return count;
}

static bool
is_true(const char *statement)
{
	char	   *answer = run_text(statement);

	return answer != NULL && strcmp(answer, "t") == 0;
}

static DateADT
refresh(const char *schema, const char *extension_schema, bool with_as_of, DateADT as_of, bool all, bool verbose)
{
	const char *quoted = quote_identifier(schema);
	bool		with_triggers;
	char	   *day;

	/* one refresh at a time; readers are not disturbed */
	run(psprintf("LOCK TABLE %s.settings IN SHARE ROW EXCLUSIVE MODE", quoted));
	/* policies that came later hold for what the triggers saw, too */
	all |= is_true(psprintf("SELECT changes = 'rebuild' OR as_of IS NULL OR row_security_active(source_table) OR partitions IS DISTINCT FROM " PARTITIONS " OR EXISTS (SELECT FROM %s.change WHERE truncated) FROM %s.settings",
						   quoted, quoted));
	with_triggers = is_true(psprintf("SELECT changes = 'trigger' FROM %s.settings", quoted));
	if (with_triggers && create_triggers(schema, extension_schema) > 0)
		all = true;
	/* a high-water mark: an order with a date far ahead must not keep others out, hence the last refresh */
	run_phase(schema, all ? "read all" : with_triggers ? "read changes" : "read recent",
			  all || with_triggers ? "'{}'" :
			  psprintf("(SELECT jsonb_build_object('read_from', (least(max(last_purchase(history)), min(s.refreshed_at AT TIME ZONE 'UTC')::date - 1) - min(s.overlap))::date) FROM %s.customer_history, %s.settings s)",
					   quoted, quoted), verbose);
	if (all)
		run(psprintf("UPDATE %s.settings SET partitions = " PARTITIONS, quoted));
	if (!with_as_of)
	{
		day = run_text(psprintf("SELECT max(last_purchase(history)) FROM %s.customer_history", quoted));
		if (day == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA),
					 errmsg("there are no orders for retention mart \"%s\"", schema)));
		as_of = DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(day)));
	}
	day = DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(as_of)));
	run(psprintf("UPDATE %s.settings SET as_of = %s, refreshed_at = statement_timestamp()", quoted, quote_literal_cstr(day)));
	run_phase(schema, "fit", "'{}'", verbose);
	run_phase(schema, "write",
			  psprintf("(SELECT coalesce(jsonb_object_agg(part, text), '{}') FROM %s.model, LATERAL (VALUES (CASE kind WHEN 'interpurchase' THEN 'cycle_model' WHEN 'gamma-gamma' THEN 'spend_model' ELSE 'base_model' END, model::text),\n"
					   "	(CASE WHEN kind NOT IN ('interpurchase', 'gamma-gamma') THEN 'base_kind' END, kind)) AS m(part, text) WHERE chosen AND part IS NOT NULL)", quoted), verbose);
	return as_of;
}

static const char *
qualified_name(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
}

/* A literal, or NULL */
static const char *
literal(const char *value)
{
	return value == NULL ? "NULL" : quote_literal_cstr(value);
}

/*
 * Of source, customer, ordered_at, amount, range, attributes, schema, zone, changes, horizon,
 * discount_rate, margin, customers and overlap
 */
Datum
create_retention_mart(PG_FUNCTION_ARGS)
{
	Oid			source;
	Oid			customers = PG_ARGISNULL(12) ? InvalidOid : PG_GETARG_OID(12);
	Oid			attributes_of;
	char	   *customer = text_argument(fcinfo, 1, "customer", true);
	char	   *ordered_at = text_argument(fcinfo, 2, "ordered_at", true);
	char	   *amount = text_argument(fcinfo, 3, "amount", false);
	char	   *range = text_argument(fcinfo, 4, "range", false);
	char	   *schema = text_argument(fcinfo, 6, "schema", true);
	const char *zone = text_argument(fcinfo, 7, "zone", false);
	char	   *changes = text_argument(fcinfo, 8, "changes", true);
	char	   *extension_schema = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Datum	   *attributes = NULL;
	bool	   *attribute_nulls = NULL;
	int			attribute_count = 0;
	Oid			type;
	const char *customer_type;
	const char *source_name;
	int			nest_level;
	StringInfoData attribute_list;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("source of a retention mart must not be null")));
	for (int i = 9; i < 12; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("horizon, discount_rate and margin of a retention mart must not be null")));
	check_discount_rate(PG_GETARG_FLOAT8(10));
	check_margin(PG_GETARG_FLOAT8(11));
	source = PG_GETARG_OID(0);
	check_relation(source, "orders");
	check_changes(source, changes);
	if (PG_ARGISNULL(13))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("overlap of a retention mart must not be null")));
	check_overlap(PG_GETARG_INTERVAL_P(13));
	type = column_type(source, customer);
	customer_type = is_whole_number(type) ? "bigint" : "text";
	check_ordered_at(column_type(source, ordered_at), ordered_at, &zone);
	if (amount != NULL)
		check_amount(column_type(source, amount), amount);
	if (range != NULL)
		column_type(source, range);
	if (OidIsValid(customers))
	{
		check_relation(customers, "customers");
		type = column_type(customers, customer);
		if (strcmp(customer_type, "bigint") == 0 && !is_whole_number(type))
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" is a whole number in \"%s\", but of type %s in \"%s\"", customer, get_rel_name(source), format_type_be(type), get_rel_name(customers))));
	}
	attributes_of = OidIsValid(customers) ? customers : source;
	initStringInfo(&attribute_list);
	if (!PG_ARGISNULL(5))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(5), TEXTOID, -1, false, TYPALIGN_INT, &attributes, &attribute_nulls, &attribute_count);
	for (int i = 0; i < attribute_count; i++)
	{
		if (attribute_nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("attribute columns of a retention mart must not be null")));
		column_type(attributes_of, TextDatumGetCString(attributes[i]));
		appendStringInfo(&attribute_list, "%s%s", i > 0 ? ", " : "", quote_literal_cstr(TextDatumGetCString(attributes[i])));
	}
	check_schema_name(schema);
	if (OidIsValid(get_namespace_oid(schema, true)))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_SCHEMA),
				 errmsg("schema \"%s\" already exists", schema),
				 errhint("Give another name, or drop_retention_mart(...) first.")));

	nest_level = mart_begin(fcinfo);
	source_name = qualified_name(source);
	run(psprintf("CREATE SCHEMA %s", quote_identifier(schema)));
	/* may the orders be read at all? */
	run(psprintf("SELECT %s, %s FROM %s LIMIT 0", quote_identifier(customer), quote_identifier(ordered_at), source_name));
	if (OidIsValid(customers))
		run(psprintf("SELECT %s FROM %s LIMIT 0", quote_identifier(customer), qualified_name(customers)));
	if (strcmp(changes, "trigger") == 0 && !has_privs_of_role(GetUserId(), relation_owner(source)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\" for a retention mart with triggers", get_rel_name(source)),
				 errdetail("Only the owner could drop them again."),
				 errhint("Give changes => 'high_water_mark', to read recent orders, or 'rebuild', to read all of them at each refresh.")));
	if (strcmp(changes, "trigger") == 0 && check_enable_rls(source, InvalidOid, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("triggers see rows of \"%s\" that row-level security hides from \"%s\"", get_rel_name(source), GetUserNameFromId(GetUserId(), false)),
				 errhint("Give changes => 'rebuild': each refresh then reads the orders that the policies show.")));
	run(psprintf("CREATE TABLE %s.settings (\n"
				 "	schema_name text NOT NULL,\n	source_table regclass NOT NULL,\n	customer_column text NOT NULL,\n	customer_type text NOT NULL,\n"
				 "	ordered_at_column text NOT NULL,\n	amount_column text,\n	range_column text,\n	attribute_columns text[] NOT NULL,\n	customers_table regclass,\n	zone text,\n"
				 "	changes text NOT NULL,\n	overlap interval,\n	horizon interval NOT NULL,\n	discount_rate double precision NOT NULL,\n	margin double precision NOT NULL,\n"
				 "	as_of date,\n	refreshed_at timestamptz,\n	partitions oid[],\n	one boolean PRIMARY KEY DEFAULT true CHECK (one)\n)", quote_identifier(schema)));
	run(psprintf("INSERT INTO %s.settings SELECT %s, %s, %s, %s, %s, %s, %s, ARRAY[%s]::text[], %s, %s, %s, %s, %s, %s, %s",
				 quote_identifier(schema), literal(schema), literal(source_name), literal(customer), literal(customer_type), literal(ordered_at),
				 literal(amount), literal(range), attribute_list.data,
				 literal(OidIsValid(customers) ? qualified_name(customers) : NULL), literal(zone), literal(changes),
				 literal(strcmp(changes, "high_water_mark") == 0 ? DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(13))) : NULL),
				 literal(DatumGetCString(DirectFunctionCall1(interval_out, PG_GETARG_DATUM(9)))),
				 literal(DatumGetCString(DirectFunctionCall1(float8out, PG_GETARG_DATUM(10)))),
				 literal(DatumGetCString(DirectFunctionCall1(float8out, PG_GETARG_DATUM(11))))));
	run_steps(psprintf("SELECT * FROM retention_mart_tables(%s)", settings_of(schema)), false);
	run_steps(psprintf("SELECT * FROM retention_mart_comments(%s)", settings_of(schema)), false);
	refresh(schema, extension_schema, false, 0, true, false);
	mart_end(nest_level);
	PG_RETURN_VOID();
}

/* Of schema, as_of, NULL being the day of the last order, read_all and verbose */
Datum
refresh_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = text_argument(fcinfo, 0, "schema", true);
	DateADT		as_of = PG_ARGISNULL(1) ? 0 : as_of_date(PG_GETARG_DATEADT(1));
	int			nest_level;

	check_mart(schema);
	nest_level = mart_begin(fcinfo);
	as_of = refresh(schema, get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)), !PG_ARGISNULL(1), as_of,
					!PG_ARGISNULL(2) && PG_GETARG_BOOL(2), !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	mart_end(nest_level);
	PG_RETURN_DATEADT(as_of);
}

/* Whatever else is in the schema, or depends on it, is an error, and nothing is dropped */
Datum
drop_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = text_argument(fcinfo, 0, "schema", true);
	int			nest_level;
	SPITupleTable *relations;
	uint64		count;

	check_mart(schema);
	nest_level = mart_begin(fcinfo);
	/* partitions that were detached, too, but nobody else's tables */
	run(psprintf("SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, %s.settings\n"
				 "WHERE t.tgname = " INSERT_TRIGGER " AND t.tgfoid = 'retention_mart_capture'::regproc AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1", quote_identifier(schema)));
	relations = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
		run_steps(psprintf("SELECT * FROM retention_mart_triggers(%s, %s, 'unused', true)", settings_of(schema),
						   quote_literal_cstr(SPI_getvalue(relations->vals[i], relations->tupdesc, 1))), false);
	run(psprintf("DROP VIEW %s.model_fits", quote_identifier(schema)));
	run(psprintf("DROP TABLE %s, %s.settings",
				 run_text(psprintf("SELECT string_agg(format('%%s.%%I', %s, name), ', ' ORDER BY step) FROM retention_mart_tables(%s) WHERE name <> 'model_fits'",
								   quote_literal_cstr(quote_identifier(schema)), settings_of(schema))),
				 quote_identifier(schema)));
	run(psprintf("DROP SCHEMA %s", quote_identifier(schema)));
	mart_end(nest_level);
	PG_RETURN_VOID();
}

/* ------------------------------------------------------------ the trigger */

/* Is this the table of the mart's orders, or a partition of it? */
static bool
is_source(Oid relation, Oid source)
{
	return relation == source || (get_rel_relispartition(relation) && list_member_oid(get_partition_ancestors(relation), source));
}

/*
 * Whatever is wrong with a mart, a column that has another name now, say, or an order that is no purchase, the
 * orders are stored: the next refresh reads all of them, and says what is wrong.
 */
static void
capture(const char *schema, const char *operation)
{
	ErrorData  *error = try_to_run(run_text(psprintf("SELECT retention_mart_capture_statement(%s, '%s')", settings_of(schema), operation)));
	int			category;

	if (error == NULL)
		return;
	category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	if (category == ERRCODE_TRANSACTION_ROLLBACK || category == ERRCODE_TO_CATEGORY(ERRCODE_QUERY_CANCELED) ||
		category == ERRCODE_INSUFFICIENT_RESOURCES)
		ReThrowError(error);
	ereport(WARNING,
			(errmsg("retention mart \"%s\" could not write down what changed: %s", schema, error->message),
			 errhint("The next refresh_retention_mart reads all orders.")));
	error = try_to_run(psprintf("INSERT INTO %s.change (truncated) VALUES (true)", quote_identifier(schema)));
	if (error != NULL)
		ereport(WARNING,
				(errmsg("retention mart \"%s\": %s", schema, error->message)));
}

Datum
retention_mart_capture(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *schema;
	const char *operation;
	Oid			namespace;
	Oid			settings;
	Oid			user;
	int			security;
	int			nest_level;
	char	   *source;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("retention_mart_capture is for the triggers that create_retention_mart makes")));
	schema = trigger->tg_trigger->tgargs[0];
	operation = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" : TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE";
	namespace = get_namespace_oid(schema, true);
	settings = OidIsValid(namespace) ? get_relname_relid("settings", namespace) : InvalidOid;
	if (!OidIsValid(settings) || !OidIsValid(get_relname_relid("change", namespace)))
	{
		/* the orders are more important than the mart */
		ereport(WARNING,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("the retention mart \"%s\" is gone", schema),
				 errhint("DROP TRIGGER %s ON %s.", quote_identifier(trigger->tg_trigger->tgname), RelationGetRelationName(trigger->tg_relation))));
		PG_RETURN_POINTER(NULL);
	}

	/* with the rights of its owner, as foreign keys are checked with those of the table's */
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(relation_owner(settings), security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	nest_level = mart_begin(fcinfo);
	if (SPI_register_trigger_data(trigger) < 0)
		elog(ERROR, "SPI_register_trigger_data failed");
	source = run_text(psprintf("SELECT source_table::oid FROM %s.settings", quote_identifier(schema)));
	if (source == NULL || !is_source(RelationGetRelid(trigger->tg_relation), (Oid) strtoul(source, NULL, 10)))
		ereport(WARNING,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("retention mart \"%s\" is not made from table \"%s\"", schema, RelationGetRelationName(trigger->tg_relation))));
	else
		capture(schema, operation);
	mart_end(nest_level);
	SetUserIdAndSecContext(user, security);
	PG_RETURN_POINTER(NULL);
}
