/*
 * mart_capture.c
 *		retention_mart_capture: the triggers on the orders of a retention mart.
 *
 * They run as the owner of the mart and the orders, whoever writes: mart_owner.c.  Whatever is
 * wrong with a mart, a column that has another name now, say, or an order that is no purchase, the
 * orders are stored: the next refresh reads all of them, and says what is wrong.
 *
 * Copyright (c) 2026, retention contributors
 */
#include "pg/compat.h"

#include "catalog/partition.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "pg/mart.h"

PG_FUNCTION_INFO_V1(retention_mart_capture);

/* Is this the table of the mart's orders, or a partition of it? */
static bool
is_source(Oid relation, Oid source)
{
	return relation == source ||
		(get_rel_relispartition(relation) &&
		 list_member_oid(get_partition_ancestors(relation), source));
}

/* The next refresh is to read all orders */
static void
mark_to_read_all(const Mart *mart)
{
	ErrorData  *error = mart_try_to_run(psprintf("INSERT INTO %s.change (truncated) VALUES (true)",
												 mart->schema));

	if (error != NULL)
		ereport(WARNING,
				(errmsg("retention mart \"%s\": %s", mart->name, error->message)));
}

static void
write_down(const Mart *mart, const char *operation)
{
	ErrorData  *error;
	int			category;

	error = mart_try_to_run(mart_run_text(psprintf("SELECT %s.retention_mart_capture_statement(\n"
												   "	%s, text '%s')", mart->functions,
												   mart->settings, operation)));
	if (error == NULL)
		return;
	category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
	if (category == ERRCODE_TRANSACTION_ROLLBACK ||
		category == ERRCODE_TO_CATEGORY(ERRCODE_QUERY_CANCELED) ||
		category == ERRCODE_INSUFFICIENT_RESOURCES)
		ReThrowError(error);
	ereport(WARNING,
			(errmsg("retention mart \"%s\" could not write down what changed: %s",
					mart->name, error->message),
			 errhint("The next refresh_retention_mart reads all orders.")));
	mark_to_read_all(mart);
}

/* As the owner of the mart */
static void
capture(Mart *mart, TriggerData *trigger, Oid owner)
{
	Oid			relation = RelationGetRelid(trigger->tg_relation);
	const char *name = RelationGetRelationName(trigger->tg_relation);
	const char *operation = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" :
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE";

	if (SPI_register_trigger_data(trigger) < 0)
		elog(ERROR, "SPI_register_trigger_data failed");
	if (!mart_read_settings(mart) || !is_source(relation, mart->source))
		ereport(WARNING,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("retention mart \"%s\" is not made from table \"%s\"", mart->name, name)));
	else if (mart_relation_owner(relation) != owner || mart_relation_owner(mart->source) != owner)
	{
		ereport(WARNING,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("retention mart \"%s\" and table \"%s\" no longer belong to one owner",
						mart->name, name),
				 errhint("What changes is not written down until they do.")));
		mark_to_read_all(mart);
	}
	else
		write_down(mart, operation);
}

Datum
retention_mart_capture(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Mart		mart;
	MartSession session;
	Oid			owner;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) || trigger->tg_trigger->tgnargs != 1)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("retention_mart_capture is for the triggers that create_retention_mart "
						"makes")));
	mart_name(&mart, trigger->tg_trigger->tgargs[0], fcinfo->flinfo->fn_oid);
	owner = mart_owner_if_any(mart.name);
	if (!OidIsValid(owner))
	{
		/* the orders are more important than the mart */
		ereport(WARNING,
				(errcode(ERRCODE_INVALID_SCHEMA_NAME),
				 errmsg("the retention mart \"%s\" is gone, or not of one owner", mart.name),
				 errhint("DROP TRIGGER %s ON %s.", quote_identifier(trigger->tg_trigger->tgname),
						 RelationGetRelationName(trigger->tg_relation))));
		PG_RETURN_POINTER(NULL);
	}

	/* not as the writer: whoever owns mart and orders has put there what is run */
	mart_begin(owner, true, &session);
	capture(&mart, trigger, owner);
	mart_end(&session);
	PG_RETURN_POINTER(NULL);
}
