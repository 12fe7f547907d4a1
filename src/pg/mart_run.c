/*
 * mart_run.c
 *		Runs the SQL of a retention mart; connected to SPI, after mart_begin.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/mart.h"

void
mart_run(const char *statement)
{
	int			status = SPI_execute(statement, false, 0);

	if (status < 0)
		elog(ERROR, "%s: %s", SPI_result_code_string(status), statement);
}

char *
mart_run_text(const char *statement)
{
	mart_run(statement);
	if (SPI_processed == 0 || SPI_tuptable == NULL)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

bool
mart_run_is_true(const char *statement)
{
	char	   *answer = mart_run_text(statement);

	return answer != NULL && strcmp(answer, "t") == 0;
}

ErrorData *
mart_try_to_run(const char *statement)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		mart_run(statement);
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

static void
set_for_step(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
}

/* Runs a statement that may fail for too little data, which is reported */
static void
run_optional_step(const char *name, const char *statement)
{
	int			nest_level = NewGUCNestLevel();
	ErrorData  *error;

	/* of several models one that does not fit is no news: the mart tells which converged */
	set_for_step("client_min_messages", "error");
	error = mart_try_to_run(statement);
	AtEOXact_GUC(true, nest_level);
	if (error == NULL)
		return;
	if (error->sqlerrcode != ERRCODE_DATA_EXCEPTION &&
		error->sqlerrcode != ERRCODE_INVALID_PARAMETER_VALUE)
		ReThrowError(error);
	ereport(NOTICE,
			(errmsg("%s is left out: %s", name, error->message)));
	FreeErrorData(error);
}

static void
run_step(const char *name, bool optional, const char *statement, bool verbose)
{
	instr_time	begun;
	instr_time	took;

	if (statement == NULL)
		elog(ERROR, "step %s has no statement", name);
	INSTR_TIME_SET_CURRENT(begun);
	if (optional)
		run_optional_step(name, statement);
	else
		mart_run(statement);
	if (!verbose)
		return;
	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, begun);
	ereport(INFO,
			(errmsg("%s: %.3f s", name, INSTR_TIME_GET_DOUBLE(took))));
}

void
mart_run_steps(const char *query, bool verbose)
{
	SPITupleTable *steps;
	uint64		count;
	bool		of_refresh;

	mart_run(query);
	steps = SPI_tuptable;
	count = SPI_processed;
	of_refresh = steps->tupdesc->natts == 4;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *name = SPI_getvalue(steps->vals[i], steps->tupdesc, 2);
		char	   *statement = SPI_getvalue(steps->vals[i], steps->tupdesc, of_refresh ? 4 : 3);
		char	   *optional = of_refresh ? SPI_getvalue(steps->vals[i], steps->tupdesc, 3) : NULL;

		CHECK_FOR_INTERRUPTS();
		/* to be seen in pg_stat_activity, until mart_end or an error puts back what was there */
		if (of_refresh)
			set_for_step("application_name", psprintf("retention mart: %s", name));
		run_step(name, optional != NULL && strcmp(optional, "t") == 0, statement, verbose);
	}
	SPI_freetuptable(steps);
}

/* ------------------------------------------------------------ settings */

void
mart_name(Mart *mart, const char *schema, Oid function)
{
	memset(mart, 0, sizeof(Mart));
	mart->name = schema;
	mart->schema = quote_identifier(schema);
	mart->extension = get_namespace_name(get_func_namespace(function));
	mart->functions = quote_identifier(mart->extension);
}

static Oid
oid_setting(int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);

	return value == NULL ? InvalidOid : (Oid) strtoul(value, NULL, 10);
}

bool
mart_read_settings(Mart *mart)
{
	char	   *changes;
	char	   *column;
	AttrNumber	number;
	Oid			type;

	mart_run(psprintf("SELECT source_table::oid, customers_table::oid, changes, ordered_at_column\n"
					  "FROM %s.settings", mart->schema));
	if (SPI_processed != 1)
		return false;
	mart->source = oid_setting(1);
	mart->customers = oid_setting(2);
	changes = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
	mart->with_triggers = changes != NULL && strcmp(changes, "trigger") == 0;
	column = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);

	/* of a domain the type itself, so that only one function fits */
	number = column == NULL ? InvalidAttrNumber : get_attnum(mart->source, column);
	type = number > 0 ? getBaseType(get_atttype(mart->source, number)) : InvalidOid;
	mart->settings =
		psprintf("(SELECT to_jsonb(s) || jsonb_build_object('ordered_at_type', %s)\nFROM "
				 "%s.settings s)",
				 type == DATEOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID ?
				 quote_literal_cstr(format_type_be(type)) : "NULL", mart->schema);
	return true;
}

void
mart_update_tables(Mart *mart)
{
	int			made_by;
	int			version;

	/* 0.1.0 had no such setting */
	made_by = atoi(mart_run_text(psprintf("SELECT coalesce(to_jsonb(s) ->> 'format_version', '1')\n"
										  "FROM %s.settings s", mart->schema)));
	version = atoi(mart_run_text(psprintf("SELECT %s.retention_mart_format_version()",
										  mart->functions)));
	if (made_by > version)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("retention mart \"%s\" was made by a newer version of the extension",
						mart->name),
				 errdetail("Its tables are of version %d, known are those up to %d.",
						   made_by, version),
				 errhint("Install that version, and ALTER EXTENSION retention UPDATE.")));
	if (made_by == version)
		return;
	mart_run_steps(psprintf("SELECT * FROM %s.retention_mart_update_steps(%s)",
							mart->functions, mart->settings), false);
}
