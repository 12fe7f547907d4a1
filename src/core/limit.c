/*
 * limit.c
 *		At which limit of its parameters did a model end?
 *
 * Copyright (c) 2026, retention contributors
 */
#include <string.h>

#include "core/assert.h"
#include "core/customer_base.h"
#include "core/gone.h"
#include "core/limit.h"

int
rt_model_limits(const rt_model *model, const char *names[RT_LIMITS_MAX])
{
	const rt_kind *kind = rt_kind_by_id(model->id);
	rt_base		base = {.kind = kind};
	bool		leave = true;
	int			count = 0;

	if (rt_model_is_sure(model))
		return 0;
	memcpy(base.parameters, model->parameters, sizeof(base.parameters));
	if (kind->base != NULL && !(rt_base_leaving(&base) >= RT_LEAVING_MIN))
	{
		leave = false;
		names[count++] = "no dropout";
	}
	for (const rt_limit *limit = kind->limits; limit->name != NULL; limit++)
	{
		if ((limit->of_dropout && !leave) || !limit->reached(&base))
			continue;
		RT_ASSERT(count < RT_LIMITS_MAX);
		names[count++] = limit->name;
	}
	return count;
}
