/*
 * mart_fill.c
 *		retention_mart_fill: SQL of a retention mart with its placeholders filled.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "pg/arguments.h"

PG_FUNCTION_INFO_V1(retention_mart_fill);

/* Of a placeholder that begins here, with its braces; 0 when none does: {due,overdue}, say */
static int
placeholder_length(const char *from, const char *end)
{
	const char *at = from + 1;

	if (from >= end || *from != '{')
		return 0;
	while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '_'))
		at++;
	return at > from + 1 && at < end && *at == '}' ? (int) (at - from) + 1 : 0;
}

static void
append_value(StringInfo filled, Jsonb *values, const char *name, int length)
{
	JsonbValue	key;
	JsonbValue *value;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = length;
	value = findJsonbValueFromContainer(&values->root, JB_FOBJECT, &key);
	if (value == NULL || value->type != jbvString)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no value for {%s} in the SQL of a retention mart",
						clip_bytes(name, length))));
	appendBinaryStringInfo(filled, value->val.string.val, value->val.string.len);
}

/* Of a template and values; what was filled in is not looked at again */
Datum
retention_mart_fill(PG_FUNCTION_ARGS)
{
	text	   *template = PG_GETARG_TEXT_PP(0);
	Jsonb	   *values = PG_GETARG_JSONB_P(1);
	const char *at = VARDATA_ANY(template);
	const char *end = at + VARSIZE_ANY_EXHDR(template);
	const char *copied = at;
	StringInfoData filled;

	if (!JB_ROOT_IS_OBJECT(values))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the values for the SQL of a retention mart must be an object")));
	initStringInfo(&filled);
	while ((at = memchr(at, '{', end - at)) != NULL)
	{
		int			length = placeholder_length(at, end);

		if (length == 0)
		{
			at++;
			continue;
		}
		CHECK_FOR_INTERRUPTS();
		appendBinaryStringInfo(&filled, copied, (int) (at - copied));
		append_value(&filled, values, at + 1, length - 2);
		at += length;
		copied = at;
	}
	appendBinaryStringInfo(&filled, copied, (int) (end - copied));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(filled.data, filled.len));
}
