/*
 * mart.c
 *		create_retention_mart, refresh_retention_mart and drop_retention_mart.
 *
 * What a mart consists of and how it is refreshed is SQL, in sql/parts/81-mart_*.sql; it is checked
 * in mart_check.c, run in mart_run.c, and as the owner of the mart: mart_owner.c.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pg/arguments.h"
#include "pg/clock.h"
#include "pg/mart.h"

PG_FUNCTION_INFO_V1(create_retention_mart);
PG_FUNCTION_INFO_V1(refresh_retention_mart);
PG_FUNCTION_INFO_V1(drop_retention_mart);

/* The source and its partitions; which of them have triggers of the mart is seen by one's name */
#define RELATIONS \
	"(SELECT source_table::oid AS relid UNION SELECT relid FROM pg_partition_tree(source_table)) r"
#define PARTITIONS "(SELECT array_agg(r.relid ORDER BY r.relid) FROM " RELATIONS ")"
#define INSERT_TRIGGER "'retention_mart_insert_' || substr(md5(schema_name), 1, 8)"

/* ------------------------------------------------------------ triggers */

/* Makes or drops the triggers on the tables that a query names; returns how many these are */
static uint64
run_triggers(const Mart *mart, const char *query, bool dropping)
{
	SPITupleTable *relations;
	uint64		count;

	mart_run(query);
	relations = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *relation = SPI_getvalue(relations->vals[i], relations->tupdesc, 1);

		mart_run_steps(psprintf("SELECT * FROM %s.retention_mart_triggers(\n"
								"	%s, text %s, text %s, %s)",
								mart->functions, mart->settings, quote_literal_cstr(relation),
								quote_literal_cstr(mart->extension), dropping ? "true" : "false"),
					   false);
	}
	return count;
}

/* Of the source and its partitions, those whose triggers the mart lacks get them */
static uint64
create_triggers(const Mart *mart)
{
	return run_triggers(mart,
						psprintf("SELECT r.relid::regclass::text\n"
								 "FROM %s.settings, LATERAL " RELATIONS "\n"
								 "WHERE NOT EXISTS (SELECT FROM pg_trigger t\n"
								 "	WHERE t.tgrelid = r.relid AND t.tgname = " INSERT_TRIGGER ")\n"
								 "ORDER BY 1", mart->schema), false);
}

/* Of partitions that were detached, too, but not those on anybody else's tables */
static void
drop_triggers(const Mart *mart)
{
	char	   *capture = psprintf("%s.retention_mart_capture", mart->functions);

	run_triggers(mart,
				 psprintf("SELECT t.tgrelid::regclass::text\n"
						  "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid, %s.settings\n"
						  "WHERE t.tgname = " INSERT_TRIGGER "\n"
						  "  AND t.tgfoid = %s::regproc\n"
						  "  AND pg_has_role(c.relowner, 'USAGE')\n"
						  "ORDER BY 1", mart->schema,
						  quote_literal_cstr(capture)), true);
}

/* ------------------------------------------------------------ a refresh */

/* Runs the steps of a phase, with what they need besides the settings, an expression for a jsonb */
static void
run_phase(const Mart *mart, const char *phase, const char *with, bool verbose)
{
	mart_run_steps(psprintf("SELECT * FROM %s.retention_mart_steps(\n"
							"	%s || jsonb '{\"phase\": \"%s\"}' || %s)",
							mart->functions, mart->settings, phase, with), verbose);
}

static void
read_orders(const Mart *mart, bool all, bool verbose)
{
	/* policies that came later hold for what the triggers saw, too */
	all |= mart_run_is_true(psprintf("SELECT changes = 'rebuild' OR as_of IS NULL\n"
									 "	OR row_security_active(source_table)\n"
									 "	OR partitions IS DISTINCT FROM " PARTITIONS "\n"
									 "	OR EXISTS (SELECT FROM %s.change WHERE truncated)\n"
									 "FROM %s.settings", mart->schema, mart->schema));
	if (mart->with_triggers && create_triggers(mart) > 0)
		all = true;
	if (all)
	{
		run_phase(mart, "read all", "jsonb '{}'", verbose);
		mart_run(psprintf("UPDATE %s.settings SET partitions = " PARTITIONS, mart->schema));
	}
	else if (mart->with_triggers)
		run_phase(mart, "read changes", "jsonb '{}'", verbose);
	else
		/* an order with a date far ahead must not keep others out, hence the last refresh */
		run_phase(mart, "read recent",
				  psprintf("(SELECT jsonb_build_object('read_from',\n"
						   "	(least(max(%s.last_purchase(history)),\n"
						   "		min(s.refreshed_at AT TIME ZONE 'UTC')::date - 1)\n"
						   "	 - min(s.overlap))::date)\n"
						   "FROM %s.customer_history, %s.settings s)",
						   mart->functions, mart->schema, mart->schema), verbose);
}

static DateADT
latest_order(const Mart *mart)
{
	char	   *day = mart_run_text(psprintf("SELECT max(%s.last_purchase(history))\n"
											 "FROM %s.customer_history",
											 mart->functions, mart->schema));

	if (day == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA),
				 errmsg("there are no orders for retention mart \"%s\"", mart->name)));
	return DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(day)));
}

/* as_of NULL is the day of the latest order */
static DateADT
refresh(const Mart *mart, const DateADT *as_of_or_null, bool all, bool verbose)
{
	DateADT		as_of;
	char	   *day;
	char	   *seasons;

	read_orders(mart, all, verbose);
	as_of = as_of_or_null != NULL ? *as_of_or_null : latest_order(mart);
	day = DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(as_of)));
	mart_run(psprintf("UPDATE %s.settings SET as_of = %s, refreshed_at = statement_timestamp()",
					  mart->schema, quote_literal_cstr(day)));
	run_phase(mart, "compare", "jsonb '{}'", verbose);
	/* what models go by that know of times */
	seasons = psprintf("(SELECT jsonb_build_object('season', used::text,\n"
					   "	'holdout_season', holdout_used::text)\n"
					   "FROM %s.season_fit JOIN %s.settings ON as_of = fitted_on)",
					   mart->schema, mart->schema);
	run_phase(mart, "fit",
			  psprintf("(SELECT jsonb_build_object('preferred',\n"
					   "	coalesce(jsonb_agg(kind ORDER BY preference), '[]'))\n"
					   "FROM %s.model_comparison JOIN %s.settings USING (as_of)\n"
					   "WHERE preference IS NOT NULL) || %s",
					   mart->schema, mart->schema, seasons), verbose);
	/* the models that were chosen, by what they are used for, and the kind of one */
	run_phase(mart, "write",
			  psprintf("(SELECT coalesce(jsonb_object_agg(part, text), '{}')\n"
					   "FROM %s.model, %s.retention_mart_model_use(kind) AS use,\n"
					   "	LATERAL (VALUES (use, model::text),\n"
					   "		(CASE use WHEN 'base_model' THEN 'base_kind' END, kind)\n"
					   "	) AS m(part, text)\n"
					   "WHERE chosen AND part IS NOT NULL) || %s",
					   mart->schema, mart->functions, seasons), verbose);
	return as_of;
}

/* ------------------------------------------------------------ create */

static const char *
qualified_name(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
									  get_rel_name(relation));
}

/* A literal, or NULL */
static const char *
literal(const char *value)
{
	return value == NULL ? "NULL" : quote_literal_cstr(value);
}

static const char *
interval_literal(const Interval *interval)
{
	return literal(DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(interval))));
}

static const char *
float8_literal(double number)
{
	return literal(DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(number))));
}

static void
insert_settings(const Mart *mart, const MartArguments *arguments)
{
	const char *customers = OidIsValid(arguments->customers) ?
		qualified_name(arguments->customers) : NULL;

	mart_run(psprintf("INSERT INTO %s.settings (\n"
					  "	schema_name, source_table, customer_column, customer_type,\n"
					  "	ordered_at_column, amount_column, range_column, attribute_columns,\n"
					  "	customers_table, zone, changes, overlap, horizon, discount_rate, margin)\n"
					  "VALUES (%s, %s, %s, %s, %s, %s, %s, ARRAY[%s]::text[],\n"
					  "	%s, %s, %s, %s, %s, %s, %s)",
					  mart->schema,
					  literal(arguments->schema),
					  literal(qualified_name(arguments->source)),
					  literal(arguments->customer),
					  literal(arguments->customer_type),
					  literal(arguments->ordered_at),
					  literal(arguments->amount),
					  literal(arguments->range),
					  arguments->attributes,
					  literal(customers),
					  literal(arguments->zone),
					  literal(arguments->changes),
					  strcmp(arguments->changes, "high_water_mark") == 0 ?
					  interval_literal(arguments->overlap) : "NULL",
					  interval_literal(arguments->horizon),
					  float8_literal(arguments->discount_rate),
					  float8_literal(arguments->margin)));
}

/* As the owner of the mart */
static void
create_tables(Mart *mart, const MartArguments *arguments)
{
	/* may the orders be read at all? */
	mart_run(psprintf("SELECT %s, %s FROM %s LIMIT 0", quote_identifier(arguments->customer),
					  quote_identifier(arguments->ordered_at), qualified_name(arguments->source)));
	if (OidIsValid(arguments->customers))
		mart_run(psprintf("SELECT %s FROM %s LIMIT 0", quote_identifier(arguments->customer),
						  qualified_name(arguments->customers)));
	mart_run_steps(psprintf("SELECT * FROM %s.retention_mart_tables(\n"
							"	jsonb_build_object('schema_name', text %s, "
							"'customer_type', text %s))",
							mart->functions, literal(arguments->schema),
							literal(arguments->customer_type)), false);
	insert_settings(mart, arguments);
	if (!mart_read_settings(mart))
		elog(ERROR, "settings could not be read");
	mart_run_steps(psprintf("SELECT * FROM %s.retention_mart_comments(%s)",
							mart->functions, mart->settings), false);
}

/*
 * Of source, customer, ordered_at, amount, range, attributes, schema, zone, changes, horizon,
 * discount_rate, margin, customers and overlap
 */
Datum
create_retention_mart(PG_FUNCTION_ARGS)
{
	MartArguments arguments;
	Mart		mart;
	MartSession session;
	Oid			owner;
	bool		for_owner;

	mart_check_version(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));
	mart_read_arguments(fcinfo, &arguments);
	owner = mart_new_owner(&arguments, &for_owner);
	mart_name(&mart, arguments.schema, fcinfo->flinfo->fn_oid);

	/* PostgreSQL says whether the caller may */
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	mart_run(psprintf("CREATE SCHEMA %s AUTHORIZATION %s", mart.schema,
					  quote_identifier(GetUserNameFromId(owner, false))));
	SPI_finish();

	mart_begin(owner, for_owner, &session);
	create_tables(&mart, &arguments);
	refresh(&mart, NULL, true, false);
	mart_end(&session);
	PG_RETURN_VOID();
}

/* ------------------------------------------------------------ refresh */

static void
check_source_is_there(const Mart *mart)
{
	if (!OidIsValid(mart_relation_owner(mart->source)) ||
		(OidIsValid(mart->customers) && !OidIsValid(mart_relation_owner(mart->customers))))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("the table that retention mart \"%s\" is made from is gone", mart->name),
				 errhint("Drop the mart and make it again; what is in its table campaign is lost "
						 "unless you copy it before.")));
}

/*
 * Whether the orders are the mart owner's.  If not, an error unless the caller is its owner, who
 * reads them with their own rights.
 */
static bool
is_of_owner(const Mart *mart, Oid owner, Oid caller)
{
	Oid			source_owner;
	char	   *differs;

	if (mart_is_of_one_owner(mart->source, mart->customers, &source_owner, &differs) &&
		source_owner == owner)
		return true;
	if (differs == NULL)
		differs = psprintf("\"%s\" belongs to \"%s\", the mart to \"%s\".",
						   get_rel_name(mart->source), GetUserNameFromId(source_owner, true),
						   GetUserNameFromId(owner, true));
	if (mart->with_triggers)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("retention mart \"%s\" and its orders no longer belong to one owner",
						mart->name),
				 errdetail_internal("%s", differs),
				 errhint("Give them to one role with ALTER ... OWNER TO, or drop the mart, "
						 "and make it with changes => 'high_water_mark'.")));

	/* who has only been granted to read does so themselves, as in any other query */
	if (caller != owner || superuser_arg(owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("retention mart \"%s\" reads orders of somebody else", mart->name),
				 errdetail_internal("%s", differs),
				 superuser_arg(owner) ?
				 errhint("A superuser does not run what others have put into their tables: "
						 "let their owner have the mart.") :
				 errhint("Only \"%s\" refreshes it, not with the rights of others: use SET ROLE, "
						 "or schedule it as that role.",
						 GetUserNameFromId(owner, true))));
	return false;
}

/* Of schema, as_of, NULL being the day of the last order, read_all and verbose */
Datum
refresh_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = mart_text_argument(fcinfo, 0, "schema");
	DateADT		as_of = PG_ARGISNULL(1) ? 0 : as_of_date(PG_GETARG_DATEADT(1));
	Oid			owner = mart_owner(schema, true);
	Mart		mart;
	MartSession session;

	mart_name(&mart, schema, fcinfo->flinfo->fn_oid);
	mart_begin(owner, true, &session);
	mart_check_tables(schema, owner, mart.extension);
	if (!mart_read_settings(&mart))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the settings of retention mart \"%s\" are gone", schema)));
	check_source_is_there(&mart);
	if (!is_of_owner(&mart, owner, session.user))
	{
		mart_end(&session);
		mart_begin(owner, false, &session);
		(void) mart_read_settings(&mart);
	}
	mart_update_tables(&mart);
	as_of = refresh(&mart, PG_ARGISNULL(1) ? NULL : &as_of,
					!PG_ARGISNULL(2) && PG_GETARG_BOOL(2), !PG_ARGISNULL(3) && PG_GETARG_BOOL(3));
	mart_end(&session);
	PG_RETURN_DATEADT(as_of);
}

/* ------------------------------------------------------------ drop */

/* Of those that are there: a mart of an older version may lack some */
static void
drop_relations(const Mart *mart, const char *part, const char *relkind)
{
	char	   *names;

	names = mart_run_text(psprintf("SELECT string_agg(\n"
								   "	format('%%s.%%I', text %s, relation), ', ' "
								   "ORDER BY step, relation)\n"
								   "FROM %s.retention_mart_parts(%s)\n"
								   "	JOIN pg_class ON relname = relation AND relkind = '%s'\n"
								   "	JOIN pg_namespace n ON n.oid = relnamespace "
								   "AND nspname = %s\n"
								   "WHERE part = '%s'",
								   quote_literal_cstr(mart->schema), mart->functions,
								   mart->settings, relkind,
								   quote_literal_cstr(mart->name), part));
	if (names != NULL)
		mart_run(psprintf("DROP %s %s", part, names));
}

/* Whatever else is in the schema, or depends on it, is an error, and nothing is dropped */
Datum
drop_retention_mart(PG_FUNCTION_ARGS)
{
	char	   *schema = mart_text_argument(fcinfo, 0, "schema");
	Mart		mart;
	MartSession session;

	mart_name(&mart, schema, fcinfo->flinfo->fn_oid);
	mart_check_version(mart.extension);
	mart_begin(mart_owner(schema, true), true, &session);
	if (!mart_read_settings(&mart))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the settings of retention mart \"%s\" are gone", schema),
				 errhint("DROP SCHEMA %s CASCADE.", mart.schema)));
	drop_triggers(&mart);
	drop_relations(&mart, "view", "v");
	drop_relations(&mart, "table", "r");
	mart_run(psprintf("DROP SCHEMA %s", mart.schema));
	mart_end(&session);
	PG_RETURN_VOID();
}
