/*
 * review.c
 *		retention_review_html: a retention mart as a page of HTML.
 *
 * What is on the page is SQL, in the parts of sql/parts whose stems begin with review; here its
 * parts are run and put together.
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

/* Where a page is made: of which mart, of the statements of which extension, with what filled in */
typedef struct ReviewPage
{
	const char *schema;
	const char *extension;
	Datum		values[3];		/* currency, title, rows of a list: $1, $2, $3 of a statement */
	StringInfoData html;
}			ReviewPage;

/*
 * An error unless all that the page is made of may be read.  Without it a part would fail, and the
 * message would bring along all of its statement.
 */
static void
review_check_readable(const ReviewPage * page)
{
	char	   *missing;
	char	   *query = psprintf("SELECT string_agg(quote_ident(relname), ', ' ORDER BY relname) "
								 "FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace "
								 "WHERE nspname = %s) AND NOT has_any_column_privilege(oid, "
								 "'SELECT') AND relname IN (SELECT names[1] FROM "
								 "%s.retention_review_parts(text '{mart}'), "
								 "regexp_matches(statement, '\"{mart}\"[.]([a-z_]+)', 'g') names)",
								 quote_literal_cstr(page->schema),
								 quote_identifier(page->extension));

	if (SPI_execute(query, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "rights to read schema \"%s\" could not be read", page->schema);
	missing = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (missing != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied for retention mart \"%s\"", page->schema),
				 errdetail("Its page needs SELECT on %s.", missing)));
	SPI_freetuptable(SPI_tuptable);
}

/* One part of the page: what its statement gives */
static void
review_add_part(ReviewPage * page, const char *name, const char *statement)
{
	Oid			types[] = {TEXTOID, TEXTOID, INT4OID};
	char	   *part;

	/* read only: all parts see what the query sees that asks for the page, one state of the mart */
	if (SPI_execute_with_args(statement, lengthof(types), types, page->values, NULL,
							  true, 0) != SPI_OK_SELECT)
		elog(ERROR, "part %s of a retention review is no query", name);
	part = SPI_processed == 1 ?
		SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : NULL;
	if (part == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("retention mart \"%s\" gives no %s for its review", page->schema, name),
				 errhint("Refresh the mart.")));
	appendStringInfo(&page->html, "%s\n", part);
	pfree(part);
	SPI_freetuptable(SPI_tuptable);
}

static void
review_add_parts(ReviewPage * page)
{
	SPITupleTable *parts;
	uint64		count;
	char	   *query = psprintf("SELECT name, statement FROM %s.retention_review_parts(text %s) "
								 "ORDER BY step",
								 quote_identifier(page->extension),
								 quote_literal_cstr(page->schema));

	if (SPI_execute(query, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "retention_review_parts could not be read");
	parts = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		review_add_part(page, SPI_getvalue(parts->vals[i], parts->tupdesc, 1),
						SPI_getvalue(parts->vals[i], parts->tupdesc, 2));
	}
}

static void
review_check_arguments(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"schema", "title", "currency", "list_rows"};

	for (int i = 0; i < lengthof(names); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s of a retention review must not be null", names[i])));
	if (PG_GETARG_INT32(3) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a list can't have %d rows", PG_GETARG_INT32(3))));
}

/* Of schema, title, currency and list_rows */
Datum
retention_review_html(PG_FUNCTION_ARGS)
{
	ReviewPage	page;
	Oid			owner;
	MartSession session;

	review_check_arguments(fcinfo);
	page.schema = text_to_cstring(PG_GETARG_TEXT_PP(0));
	page.extension = get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid));
	page.values[0] = PG_GETARG_DATUM(2);
	page.values[1] = PG_GETARG_DATUM(1);
	page.values[2] = PG_GETARG_DATUM(3);
	owner = mart_owner(page.schema, false);

	/* in the caller's memory, not in that of SPI */
	initStringInfo(&page.html);
	mart_begin(superuser() ? owner : GetUserId(), false, &session);
	mart_check_tables(page.schema, owner, page.extension);
	review_check_readable(&page);
	review_add_parts(&page);
	mart_end(&session);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(page.html.data, page.html.len));
}
