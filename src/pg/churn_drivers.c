/*
 * churn_drivers.c
 *		The aggregate churn_drivers(churned, attribute).
 *
 * A key is the length of the attribute's name, the name, whether there is a value, and the
 * value.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/churn_drivers.h"
#include "core/sort.h"
#include "core/special.h"
#include "core/poll.h"
#include "pg/composite.h"
#include "pg/errors.h"
#include "pg/tally_state.h"

PG_FUNCTION_INFO_V1(churn_drivers_add);
PG_FUNCTION_INFO_V1(churn_drivers_add_jsonb);
PG_FUNCTION_INFO_V1(churn_drivers_combine);
PG_FUNCTION_INFO_V1(churn_drivers_final);

#define NO_NAME (-1)

/* The parts of a key */
typedef struct DriverKey
{
	const char *name;
	int32		name_length;	/* or NO_NAME */
	const char *value;			/* or NULL */
	int			value_length;
} DriverKey;

/* False when the bytes are no key */
static bool
split_key(const char *bytes, Size size, DriverKey *key)
{
	Size		used = sizeof(int32);

	memset(key, 0, sizeof(*key));
	if (size <= used)
		return false;
	memcpy(&key->name_length, bytes, sizeof(int32));
	if (key->name_length != NO_NAME)
	{
		if (key->name_length < 0 || key->name_length >= size - used)
			return false;
		key->name = bytes + used;
		used += key->name_length;
	}
	if (bytes[used] == 1)
	{
		key->value = bytes + used + 1;
		key->value_length = (int) (size - used - 1);
		return true;
	}
	return bytes[used] == 0 && used + 1 == size;
}

static bool
churn_drivers_key_valid(const TallyState *state, const void *bytes, Size size)
{
	DriverKey	key;

	return split_key(bytes, size, &key) &&
		(key.name == NULL || tally_text_valid(key.name, key.name_length)) &&
		(key.value == NULL || tally_text_valid(key.value, key.value_length));
}

/* Of each attribute and value: who left, and who did not */
static const TallyKind drivers_kind = {"churn_drivers", 0x20007, 2, false, "nothing", NULL,
churn_drivers_key_valid};

static TallyState *
add_value(TallyState *state, StringInfo key, const char *name, int32 name_length, const char *value,
		  int value_length, bool churned)
{
	resetStringInfo(key);
	appendBinaryStringInfo(key, (const char *) &name_length, sizeof(name_length));
	if (name_length > 0)
		appendBinaryStringInfo(key, name, name_length);
	appendStringInfoChar(key, value != NULL ? 1 : 0);
	if (value != NULL)
		appendBinaryStringInfo(key, value, value_length);
	tally_state_count(&state, &drivers_kind, key->data, key->len, churned ? 0 : 1);
	return state;
}

/* Of churned and one attribute */
Datum
churn_drivers_add(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_state_to_add_to(fcinfo, &drivers_kind, NULL);
	StringInfoData key;

	if (PG_ARGISNULL(1))
		return state_result(fcinfo, state);
	initStringInfo(&key);
	if (PG_ARGISNULL(2))
		state = add_value(state, &key, NULL, NO_NAME, NULL, 0, PG_GETARG_BOOL(1));
	else
	{
		text	   *value = PG_GETARG_TEXT_PP(2);

		state = add_value(state, &key, NULL, NO_NAME, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value),
						  PG_GETARG_BOOL(1));
	}
	pfree(key.data);
	return state_result(fcinfo, state);
}

/* A scalar as text; NULL for null */
static const char *
scalar_text(const JsonbValue *value, int *length)
{
	const char *result;

	switch (value->type)
	{
		case jbvNull:
			return NULL;
		case jbvString:
			*length = value->val.string.len;
			return value->val.string.val;
		case jbvBool:
			result = value->val.boolean ? "true" : "false";
			break;
		case jbvNumeric:
			/* 1 and 1.0 are the same value */
			result = numeric_normalize(value->val.numeric);
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("an attribute of churn_drivers is an array or an object"),
					 errhint("Give an object of plain values, such as jsonb_build_object('region', "
							 "region, 'channel', channel).")));
	}
	*length = (int) strlen(result);
	return result;
}

/* Of churned and an object of attributes */
Datum
churn_drivers_add_jsonb(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_state_to_add_to(fcinfo, &drivers_kind, NULL);
	Jsonb	   *attributes;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;
	const char *name = NULL;
	int			name_length = 0;
	StringInfoData key;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_result(fcinfo, state);
	attributes = PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_OBJECT(attributes))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attributes of churn_drivers must be a JSON object"),
				 errhint("Give an object of plain values, such as jsonb_build_object('region', "
						 "region, 'channel', channel).")));
	initStringInfo(&key);
	iterator = JsonbIteratorInit(&attributes->root);
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			name = item.val.string.val;
			name_length = item.val.string.len;
		}
		else if (token == WJB_VALUE && name != NULL)
		{
			int			length = 0;
			const char *value = scalar_text(&item, &length);

			state = add_value(state, &key, name, name_length, value, length, PG_GETARG_BOOL(1));
		}
	}
	pfree(key.data);
	return state_result(fcinfo, state);
}

Datum
churn_drivers_combine(PG_FUNCTION_ARGS)
{
	return tally_state_combine(fcinfo, &drivers_kind);
}

/* Of a checked state */
static DriverKey
churn_drivers_get_key(const rt_tally_entry *entry)
{
	DriverKey	key;

	split_key(entry->key, entry->key_size, &key);
	return key;
}

static int
compare_bytes(const char *left, int left_length, const char *right, int right_length)
{
	int			order;

	rt_poll_bytes(Min(left_length, right_length));
	order = memcmp(left, right, Min(left_length, right_length));
	return order != 0 ? order : (left_length > right_length) - (left_length < right_length);
}

static int
compare_names(const DriverKey *left, const DriverKey *right)
{
	if (left->name_length < 0 || right->name_length < 0)
		return (left->name_length >= 0) - (right->name_length >= 0);
	return compare_bytes(left->name, left->name_length, right->name, right->name_length);
}

/* By the attribute's name, then by the value, NULL last */
static int
compare_entries(const void *a, const void *b, const void *unused)
{
	DriverKey	left = churn_drivers_get_key(a);
	DriverKey	right = churn_drivers_get_key(b);
	int			order = compare_names(&left, &right);

	if (order != 0)
		return order;
	if (left.value == NULL || right.value == NULL)
		return (left.value == NULL) - (right.value == NULL);
	return compare_bytes(left.value, left.value_length, right.value, right.value_length);
}

/* In the order of the type churn_driver */
enum
{
	DRIVER_ATTRIBUTE,
	DRIVER_VALUE,
	DRIVER_CUSTOMERS,
	DRIVER_CHURNED,
	DRIVER_CHURN_RATE,
	DRIVER_LOWER,
	DRIVER_UPPER,
	DRIVER_LIFT,
	DRIVER_WEIGHT,
	DRIVER_P_VALUE,
	DRIVER_INFORMATION,
	DRIVER_COLUMNS
};

Datum
churn_drivers_final(PG_FUNCTION_ARGS)
{
	rt_tally_entry *entries;
	const TallyState *state = tally_state_final(fcinfo, &drivers_kind, &entries);
	size_t		count = state->tally.keys;
	rt_driver  *drivers = palloc0_array(rt_driver, Max(count, 1));
	int			attribute = 0;
	CompositeArray result;

	if (count == 0)
		PG_RETURN_NULL();
	rt_sort(entries, count, sizeof(rt_tally_entry), compare_entries, NULL);
	for (size_t i = 0; i < count; i++)
	{
		DriverKey	key = churn_drivers_get_key(&entries[i]);
		DriverKey	before = churn_drivers_get_key(&entries[i == 0 ? 0 : i - 1]);

		rt_poll_each(i);
		if (compare_names(&before, &key) != 0)
			attribute++;
		drivers[i].attribute = attribute;
		drivers[i].value = (int) i;
		drivers[i].churned = entries[i].counts[0];
		drivers[i].kept = entries[i].counts[1];
	}
	rt_churn_drivers(drivers, count, rt_normal_quantile(0.025));

	composite_array_begin(fcinfo, &result, DRIVER_COLUMNS);
	for (size_t i = 0; i < count; i++)
	{
		const rt_driver *driver = &drivers[i];
		DriverKey	key = churn_drivers_get_key(&entries[driver->value]);
		Datum		values[DRIVER_COLUMNS];
		bool		nulls[DRIVER_COLUMNS] = {false};

		nulls[DRIVER_ATTRIBUTE] = key.name_length < 0;
		if (key.name_length >= 0)
			values[DRIVER_ATTRIBUTE] =
				PointerGetDatum(cstring_to_text_with_len(key.name, key.name_length));
		nulls[DRIVER_VALUE] = key.value == NULL;
		if (key.value != NULL)
			values[DRIVER_VALUE] =
				PointerGetDatum(cstring_to_text_with_len(key.value, key.value_length));
		values[DRIVER_CUSTOMERS] = Int64GetDatum(driver->churned + driver->kept);
		values[DRIVER_CHURNED] = Int64GetDatum(driver->churned);
		values[DRIVER_CHURN_RATE] = Float8GetDatum(driver->churn_rate);
		values[DRIVER_LOWER] = Float8GetDatum(driver->lower);
		values[DRIVER_UPPER] = Float8GetDatum(driver->upper);
		nulls[DRIVER_LIFT] = isnan(driver->lift);
		values[DRIVER_LIFT] = Float8GetDatum(driver->lift);
		nulls[DRIVER_WEIGHT] = nulls[DRIVER_INFORMATION] = isnan(driver->weight_of_evidence);
		values[DRIVER_WEIGHT] = Float8GetDatum(driver->weight_of_evidence);
		values[DRIVER_P_VALUE] = Float8GetDatum(driver->p_value);
		values[DRIVER_INFORMATION] = Float8GetDatum(driver->information_value);
		composite_array_add(&result, values, nulls);
	}
	return composite_array_finish(&result);
}
