/*
 * review.c
 *		retention_review_html: a retention mart as a page of HTML.
 *
 * What is on the page is SQL, in sql/parts/82-review.sql; here its parts are run and put together.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "pg/mart.h"

PG_FUNCTION_INFO_V1(retention_review_html);

/*
 * An error unless all that the page is made of may be read.  Without it a part would fail, and the
 * message would bring along all of its statement.
 */
static void
check_tables_readable(const char *schema, const char *extension)
{
	char	   *missing;

	if (SPI_execute(psprintf("SELECT string_agg(quote_ident(relname), ', ' ORDER BY relname) FROM pg_class"
							 " WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = %s)"
							 " AND NOT has_any_column_privilege(oid, 'SELECT')"
							 " AND relname IN (SELECT names[1] FROM %s.retention_review_parts(text '{mart}'),"
							 " regexp_matches(statement, '\"{mart}\"[.]([a-z_]+)', 'g') names)",
							 quote_literal_cstr(schema), quote_identifier(extension)), true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "rights to read schema \"%s\" could not be read", schema);
	missing = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (missing != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for retention mart \"%s\"", schema),
				 errdetail("Its page needs SELECT on %s.", missing)));
	SPI_freetuptable(SPI_tuptable);
}

/* Of schema, title, currency and list_rows */
Datum
retention_review_html(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"schema", "title", "currency", "list_rows"};
	Oid			types[3] = {TEXTOID, TEXTOID, INT4OID};
	Datum		values[3];
	char	   *schema;
	StringInfoData page;
	SPITupleTable *parts;
	uint64		count;
	char	   *extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	Oid			owner;
	MartSession session;

	for (int i = 0; i < lengthof(names); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of a retention review must not be null", names[i])));
	if (PG_GETARG_INT32(3) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a list can't have %d rows", PG_GETARG_INT32(3))));
	schema = text_to_cstring(PG_GETARG_TEXT_PP(0));
	values[0] = PG_GETARG_DATUM(2);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_GETARG_DATUM(3);
	owner = mart_owner(schema, false);

	/* in the caller's memory, not in that of SPI */
	initStringInfo(&page);
	mart_begin(superuser() ? owner : GetUserId(), false, &session);
	mart_check_tables(schema, owner, extension);
	check_tables_readable(schema, extension);
	/* read only: all parts see what the query sees that asks for the page, one state of the mart */
	if (SPI_execute(psprintf("SELECT name, statement FROM %s.retention_review_parts(text %s) ORDER BY step", quote_identifier(extension), quote_literal_cstr(schema)), true, 0) != SPI_OK_SELECT)
		elog(ERROR, "retention_review_parts could not be read");
	parts = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		char	   *part;

		CHECK_FOR_INTERRUPTS();
		if (SPI_execute_with_args(SPI_getvalue(parts->vals[i], parts->tupdesc, 2), 3, types, values, NULL, true, 0) != SPI_OK_SELECT)
			elog(ERROR, "part %s of a retention review is no query", SPI_getvalue(parts->vals[i], parts->tupdesc, 1));
		part = SPI_processed == 1 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : NULL;
		if (part == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("retention mart \"%s\" gives no %s for its review", schema, SPI_getvalue(parts->vals[i], parts->tupdesc, 1)),
					 errhint("Refresh the mart.")));
		appendStringInfo(&page, "%s\n", part);
		pfree(part);
		SPI_freetuptable(SPI_tuptable);
	}
	mart_end(&session);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(page.data, page.len));
}
