/*
 * mart.c
 *		create_retention_mart, refresh_retention_mart and drop_retention_mart.
 *
 * What a mart consists of and how it is refreshed is SQL, in sql/parts/80-mart.sql; here it is
 * checked and run, as the owner of the mart: mart_owner.c.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
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
#include "utils/timestamp.h"

#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/mart.h"
#include "pg/value.h"

PG_FUNCTION_INFO_V1(create_retention_mart);
PG_FUNCTION_INFO_V1(refresh_retention_mart);
PG_FUNCTION_INFO_V1(drop_retention_mart);
PG_FUNCTION_INFO_V1(retention_mart_capture);

/* ------------------------------------------------------------ running SQL */

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
				 errmsg("column \"%s\" of relation \"%s\" does not exist", clip_string(column), get_rel_name(source)),
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
				 errmsg("\"%s\" is no way for changes to come into a retention mart", clip_string(changes)),
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
				 errmsg("an overlap of %s is not between 0 and 100 years", interval_text(overlap)),
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
				 errmsg("\"%s\" is no name of a schema", clip_string(schema)),
				 errdetail("A name has 1 to %d bytes.", NAMEDATALEN - 1)));
}

/* An error unless the caller may read something of it */
static void
check_readable(Oid relation)
{
	Oid			user = GetUserId();

	if (pg_class_aclcheck(relation, user, ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relation, user, ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(relation)), get_rel_name(relation));
}

/*
 * Whether source and customers, or none, belong to one role, all partitions included: *owner.  If not, differs says what
 * does.  All of them stay locked.
 */
static bool
is_of_one_owner(Oid source, Oid customers, Oid *owner, char **differs)
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
		psprintf("\"%s\" belongs to \"%s\", \"%s\" to \"%s\".", get_rel_name(source), GetUserNameFromId(*owner, true),
				 get_rel_name(other), GetUserNameFromId(mart_relation_owner(other), true));
	return !OidIsValid(other);
}

/* ------------------------------------------------------------ the functions */

/* Is it a whole number, which is compared as such? */
static bool
is_whole_number(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

/* What the C code needs of the settings */
typedef struct MartSettings
{
	Oid			source;
	Oid			customers;
	bool		with_triggers;
	const char *json;			/* an expression for all of them as JSON */
} MartSettings;

/* False when there is no row */
static bool
read_settings(const char *schema, MartSettings *settings)
{
	char	   *changes;
	char	   *column;
	char	   *text;
	AttrNumber	number;
	Oid			type;

	run(psprintf("SELECT source_table::oid, customers_table::oid, changes, ordered_at_column FROM %s.settings", quote_identifier(schema)));
	if (SPI_processed != 1)
		return false;
	text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	settings->source = text == NULL ? InvalidOid : (Oid) strtoul(text, NULL, 10);
	text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	settings->customers = text == NULL ? InvalidOid : (Oid) strtoul(text, NULL, 10);
	changes = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
	settings->with_triggers = changes != NULL && strcmp(changes, "trigger") == 0;
	column = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);

	/* of a domain the type itself, so that only one function fits */
	number = column == NULL ? InvalidAttrNumber : get_attnum(settings->source, column);
	type = number > 0 ? getBaseType(get_atttype(settings->source, number)) : InvalidOid;
	settings->json = psprintf("(SELECT to_jsonb(s) || jsonb_build_object('ordered_at_type', %s) FROM %s.settings s)",
							  type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID ? quote_literal_cstr(format_type_be(type)) : "NULL",
							  quote_identifier(schema));
	return true;
}

/* Runs the steps of a phase, with what they need besides the settings, an expression of SQL for a jsonb */
static void
run_phase(const MartSettings *settings, const char *extension, const char *phase, const char *with, bool verbose)
{
	run_steps(psprintf("SELECT * FROM %s.retention_mart_steps(%s || jsonb '{\"phase\": \"%s\"}' || %s)", quote_identifier(extension), settings->json, phase, with), verbose);
}

/* The source and its partitions; which of them have triggers of the mart is seen by the name of one */
#define RELATIONS "(SELECT source_table::oid AS relid UNION SELECT relid FROM pg_partition_tree(source_table)) r"
#define PARTITIONS "(SELECT array_agg(r.relid ORDER BY r.relid) FROM " RELATIONS ")"
#define INSERT_TRIGGER "'retention_mart_insert_' || substr(md5(schema_name), 1, 8)"

/* Of the source and its partitions, those whose triggers the mart lacks get them; returns how many did */
static uint64
create_triggers(const char *schema, const MartSettings *settings, const char *extension)
{
	SPITupleTable *relations;
	uint64		count;

	run(psprintf("SELECT r.relid::regclass::text FROM %s.settings, LATERAL " RELATIONS "\n"
				 "WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = r.relid AND t.tgname = " INSERT_TRIGGER ") ORDER BY 1",
				 quote_identifier(schema)));
	relations = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
		run_steps(psprintf("SELECT * FROM %s.retention_mart_triggers(%s, text %s, text %s, false)", quote_identifier(extension), settings->json,
						   quote_literal_cstr(SPI_getvalue(relations->vals[i], relations->tupdesc, 1)), quote_literal_cstr(extension)), false);
	return count;
}

static bool
is_true(const char *statement)
{
	char	   *answer = run_text(statement);

	return answer != NULL && strcmp(answer, "t") == 0;
}

static DateADT
refresh(const char *schema, const MartSettings *settings, const char *extension, bool with_as_of, DateADT as_of, bool all, bool verbose)
{
	const char *quoted = quote_identifier(schema);
	const char *functions = quote_identifier(extension);
	char	   *day;

	/* one refresh at a time; readers are not disturbed */
	run(psprintf("LOCK TABLE %s.settings IN SHARE ROW EXCLUSIVE MODE", quoted));
	/* policies that came later hold for what the triggers saw, too */
	all |= is_true(psprintf("SELECT changes = 'rebuild' OR as_of IS NULL OR row_security_active(source_table) OR partitions IS DISTINCT FROM " PARTITIONS " OR EXISTS (SELECT FROM %s.change WHERE truncated) FROM %s.settings",
						   quoted, quoted));
	if (settings->with_triggers && create_triggers(schema, settings, extension) > 0)
		all = true;
	/* a high-water mark: an order with a date far ahead must not keep others out, hence the last refresh */
	run_phase(settings, extension, all ? "read all" : settings->with_triggers ? "read changes" : "read recent",
			  all || settings->with_triggers ? "jsonb '{}'" :
			  psprintf("(SELECT jsonb_build_object('read_from', (least(max(%s.last_purchase(history)), min(s.refreshed_at AT TIME ZONE 'UTC')::date - 1) - min(s.overlap))::date) FROM %s.customer_history, %s.settings s)",
					   functions, quoted, quoted), verbose);
	if (all)
		run(psprintf("UPDATE %s.settings SET partitions = " PARTITIONS, quoted));
	if (!with_as_of)
	{
		day = run_text(psprintf("SELECT max(%s.last_purchase(history)) FROM %s.customer_history", functions, quoted));
		if (day == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA),
					 errmsg("there are no orders for retention mart \"%s\"", schema)));
		as_of = DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(day)));
	}
	day = DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(as_of)));
	run(psprintf("UPDATE %s.settings SET as_of = %s, refreshed_at = statement_timestamp()", quoted, quote_literal_cstr(day)));
	run_phase(settings, extension, "fit", "jsonb '{}'", verbose);
	run_phase(settings, extension, "write",
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
	Oid			owner;
	char	   *differs;
	char	   *customer = text_argument(fcinfo, 1, "customer", true);
	char	   *ordered_at = text_argument(fcinfo, 2, "ordered_at", true);
	char	   *amount = text_argument(fcinfo, 3, "amount", false);
	char	   *range = text_argument(fcinfo, 4, "range", false);
	char	   *schema = text_argument(fcinfo, 6, "schema", true);
	const char *zone = text_argument(fcinfo, 7, "zone", false);
	char	   *changes = text_argument(fcinfo, 8, "changes", true);
	char	   *extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Datum	   *attributes = NULL;
	bool	   *attribute_nulls = NULL;
	int			attribute_count = 0;
	Oid			type;
	const char *customer_type;
	const char *source_name;
	bool		for_owner;
	MartSettings settings;
	MartSession session;
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
	mart_check_version(extension);
	get_interval_days(fcinfo, 9);	/* an error unless it is a horizon */
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

	check_readable(source);
	if (OidIsValid(customers))
		check_readable(customers);

	/* for the owner of the orders by who has their rights; else by who may read them, for themselves */
	for_owner = is_of_one_owner(source, customers, &owner, &differs);
	if (!for_owner && superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a retention mart is made of tables of one owner"),
				 errdetail_internal("%s", differs),
				 errhint("A role that may read all of them can have a mart with changes => 'high_water_mark' or 'rebuild'.")));
	for_owner = for_owner && has_privs_of_role(GetUserId(), owner);
	if (strcmp(changes, "trigger") == 0 && !for_owner)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\" for a retention mart with triggers", get_rel_name(source)),
				 differs != NULL ? errdetail_internal("%s", differs) : errdetail("It belongs to \"%s\".", GetUserNameFromId(owner, true)),
				 errhint("Give changes => 'high_water_mark', to read recent orders, or 'rebuild', to read all of them at each refresh.")));
	if (!for_owner)
		owner = GetUserId();
	if (strcmp(changes, "trigger") == 0 && check_enable_rls(source, owner, true) == RLS_ENABLED)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("triggers see rows of \"%s\" that row-level security hides from \"%s\"", get_rel_name(source), GetUserNameFromId(owner, false)),
				 errhint("Give changes => 'rebuild': each refresh then reads the orders that the policies show.")));

	/* PostgreSQL says whether the caller may */
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run(psprintf("CREATE SCHEMA %s AUTHORIZATION %s", quote_identifier(schema), quote_identifier(GetUserNameFromId(owner, false))));
	SPI_finish();
	mart_begin(owner, for_owner, &session);
	source_name = qualified_name(source);
	/* may the orders be read at all? */
	run(psprintf("SELECT %s, %s FROM %s LIMIT 0", quote_identifier(customer), quote_identifier(ordered_at), source_name));
	if (OidIsValid(customers))
		run(psprintf("SELECT %s FROM %s LIMIT 0", quote_identifier(customer), qualified_name(customers)));
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
	if (!read_settings(schema, &settings))
		elog(ERROR, "settings could not be read");
	run_steps(psprintf("SELECT * FROM %s.retention_mart_tables(%s)", quote_identifier(extension), settings.json), false);
	run_steps(psprintf("SELECT * FROM %s.retention_mart_comments(%s)", quote_identifier(extension), settings.json), false);
	refresh(schema, &settings, extension, false, 0, true, false);
	mart_end(&session);
	PG_RETURN_VOID();
}

/* Of schema, as_of, NULL being the day of the last order, read_all and verbose */
Datum
refresh_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = text_argument(fcinfo, 0, "schema", true);
	DateADT		as_of = PG_ARGISNULL(1) ? 0 : as_of_date(PG_GETARG_DATEADT(1));
	char	   *extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Oid			owner = mart_owner(schema, true);
	Oid			source_owner;
	char	   *differs;
	MartSettings settings;
	MartSession session;

	mart_begin(owner, true, &session);
	mart_check_tables(schema, owner, extension);
	if (!read_settings(schema, &settings))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the settings of retention mart \"%s\" are gone", schema)));
	if (!OidIsValid(mart_relation_owner(settings.source)) ||
		(OidIsValid(settings.customers) && !OidIsValid(mart_relation_owner(settings.customers))))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the table that retention mart \"%s\" is made from is gone", schema),
				 errhint("Drop the mart and make it again; what is in its table campaign is lost unless you copy it before.")));
	if (!is_of_one_owner(settings.source, settings.customers, &source_owner, &differs) || source_owner != owner)
	{
		if (differs == NULL)
			differs = psprintf("\"%s\" belongs to \"%s\", the mart to \"%s\".", get_rel_name(settings.source), GetUserNameFromId(source_owner, true), GetUserNameFromId(owner, true));
		if (settings.with_triggers)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("retention mart \"%s\" and its orders no longer belong to one owner", schema),
					 errdetail_internal("%s", differs),
					 errhint("Give them to one role with ALTER ... OWNER TO, or drop the mart, and make it with changes => 'high_water_mark'.")));

		/* who has only been granted to read does so themselves, as in any other query */
		if (session.user != owner || superuser_arg(owner))
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("retention mart \"%s\" reads orders of somebody else", schema),
					 errdetail_internal("%s", differs),
					 superuser_arg(owner) ? errhint("A superuser does not run what others have put into their tables: let their owner have the mart.") :
					 errhint("Only \"%s\" refreshes it, not with the rights of others: use SET ROLE, or schedule it as that role.", GetUserNameFromId(owner, true))));
		mart_end(&session);
		mart_begin(owner, false, &session);
		(void) read_settings(schema, &settings);
	}
	as_of = refresh(schema, &settings, extension, !PG_ARGISNULL(1), as_of,
					!PG_ARGISNULL(2) && PG_GETARG_BOOL(2), !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	mart_end(&session);
	PG_RETURN_DATEADT(as_of);
}

/* Whatever else is in the schema, or depends on it, is an error, and nothing is dropped */
Datum
drop_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = text_argument(fcinfo, 0, "schema", true);
	char	   *extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	SPITupleTable *relations;
	uint64		count;
	MartSettings settings;
	MartSession session;

	mart_begin(mart_owner(schema, true), true, &session);
	if (!read_settings(schema, &settings))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the settings of retention mart \"%s\" are gone", schema),
				 errhint("DROP SCHEMA %s CASCADE.", quote_identifier(schema))));
	/* partitions that were detached, too, but nobody else's tables */
	run(psprintf("SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, %s.settings\n"
				 "WHERE t.tgname = " INSERT_TRIGGER " AND t.tgfoid = %s::regproc AND pg_has_role(c.relowner, 'USAGE') ORDER BY 1", quote_identifier(schema),
				 quote_literal_cstr(psprintf("%s.retention_mart_capture", quote_identifier(extension)))));
	relations = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
		run_steps(psprintf("SELECT * FROM %s.retention_mart_triggers(%s, text %s, text 'unused', true)", quote_identifier(extension), settings.json,
						   quote_literal_cstr(SPI_getvalue(relations->vals[i], relations->tupdesc, 1))), false);
	run(psprintf("DROP VIEW %s.model_fits", quote_identifier(schema)));
	run(psprintf("DROP TABLE %s, %s.settings",
				 run_text(psprintf("SELECT string_agg(format('%%s.%%I', %s, name), ', ' ORDER BY step) FROM %s.retention_mart_tables(%s) WHERE name <> 'model_fits'",
								   quote_literal_cstr(quote_identifier(schema)), quote_identifier(extension), settings.json)),
				 quote_identifier(schema)));
	run(psprintf("DROP SCHEMA %s", quote_identifier(schema)));
	mart_end(&session);
	PG_RETURN_VOID();
}

/* ------------------------------------------------------------ the trigger */

/* Is this the table of the mart's orders, or a partition of it? */
static bool
is_source(Oid relation, Oid source)
{
	return relation == source || (get_rel_relispartition(relation) && list_member_oid(get_partition_ancestors(relation), source));
}

/* The next refresh is to read all orders */
static void
mark(const char *schema)
{
	ErrorData  *error = try_to_run(psprintf("INSERT INTO %s.change (truncated) VALUES (true)", quote_identifier(schema)));

	if (error != NULL)
		ereport(WARNING,
				(errmsg("retention mart \"%s\": %s", schema, error->message)));
}

/*
 * Whatever is wrong with a mart, a column that has another name now, say, or an order that is no purchase, the
 * orders are stored: the next refresh reads all of them, and says what is wrong.
 */
static void
capture(const char *schema, const MartSettings *settings, const char *extension, const char *operation)
{
	ErrorData  *error = try_to_run(run_text(psprintf("SELECT %s.retention_mart_capture_statement(%s, text '%s')", quote_identifier(extension), settings->json, operation)));
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
	mark(schema);
}

Datum
retention_mart_capture(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *schema;
	const char *operation;
	Oid			relation;
	Oid			owner;
	char	   *extension;
	MartSettings settings;
	MartSession session;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) || !TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("retention_mart_capture is for the triggers that create_retention_mart makes")));
	schema = trigger->tg_trigger->tgargs[0];
	operation = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" : TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE";
	relation = RelationGetRelid(trigger->tg_relation);
	extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	owner = mart_owner_if_any(schema);
	if (!OidIsValid(owner))
	{
		/* the orders are more important than the mart */
		ereport(WARNING,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("the retention mart \"%s\" is gone, or not of one owner", schema),
				 errhint("DROP TRIGGER %s ON %s.", quote_identifier(trigger->tg_trigger->tgname), RelationGetRelationName(trigger->tg_relation))));
		PG_RETURN_POINTER(NULL);
	}

	/* not as the writer: whoever owns mart and orders has put there what is run */
	mart_begin(owner, true, &session);
	if (SPI_register_trigger_data(trigger) < 0)
		elog(ERROR, "SPI_register_trigger_data failed");
	if (!read_settings(schema, &settings) || !is_source(relation, settings.source))
		ereport(WARNING,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("retention mart \"%s\" is not made from table \"%s\"", schema, RelationGetRelationName(trigger->tg_relation))));
	else if (mart_relation_owner(relation) != owner || mart_relation_owner(settings.source) != owner)
	{
		ereport(WARNING,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("retention mart \"%s\" and table \"%s\" no longer belong to one owner", schema, RelationGetRelationName(trigger->tg_relation)),
				 errhint("What changes is not written down until they do.")));
		mark(schema);
	}
	else
		capture(schema, &settings, extension, operation);
	mart_end(&session);
	PG_RETURN_POINTER(NULL);
}
