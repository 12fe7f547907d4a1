/*
 * model_bytes.c
 *		A model as it is stored.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <string.h>

#include "core/model_bytes.h"
#include "core/season_bytes.h"

enum
{
	TAG_TIME_UNIT = 1,			/* days */
	TAG_RECENCY_WEIGHT = 2,
	TAG_K_OF_CUSTOMERS = 3,		/* median, deviation of the logarithm */
	TAG_SPEND = 4,				/* customers left out, correlation with frequency */
	TAG_FITTED_AS_OF = 5,		/* days since 2000-01-01, a whole number */
	TAG_SEASON = 6,				/* the words of season_bytes.h */
	TAG_COVARIATES = 7			/* those of covariates.h */
};

const char	rt_model_is_later[] = "it was made by a later version of the extension";

/* ---------------------------------------------------------------- version 2 */

static uint8_t *
put_tag(uint8_t *bytes, uint64_t tag, int count)
{
	uint64_t	word = tag << 32 | (uint64_t) count;

	return rt_put_word(bytes, &word);
}

/* The words that the season and the covariates take, behind their tags */
static size_t
season_words(const rt_model *model)
{
	return model->season == NULL ? 0 : rt_season_words(model->season);
}

static size_t
covariates_words(const rt_model *model)
{
	return model->covariates == NULL ? 0 :
		rt_covariates_words(rt_kind_by_id(model->id), model->covariates,
							(model->flags & RT_MODEL_FITTED) != 0);
}

size_t
rt_model_size(const rt_model *model)
{
	return RT_MODEL_BYTES_MAX - 8 * (RT_SEASON_WORDS_MAX + RT_COVARIATES_WORDS_MAX) +
		8 * (season_words(model) + covariates_words(model));
}

size_t
rt_model_encode(const rt_model *model, uint8_t *bytes)
{
	int			parameters = rt_kind_by_id(model->id)->parameter_count;
	uint8_t    *end = bytes;

	*end++ = RT_MODEL_BYTES_VERSION;
	*end++ = model->id;
	*end++ = model->flags;
	*end++ = (uint8_t) parameters;
	end = rt_put_doubles(end, model->parameters, parameters);
	if (model->flags & RT_MODEL_FITTED)
	{
		end = rt_put_doubles(end, &model->log_likelihood, 1);
		end = rt_put_doubles(end, &model->observations, 1);
		end = rt_put_doubles(end, model->covariance, rt_model_covariance_count(model));
	}
	if (model->time_unit != 1)
		end = rt_put_doubles(put_tag(end, TAG_TIME_UNIT, 1), &model->time_unit, 1);
	if (model->recency_weight != 1)
		end = rt_put_doubles(put_tag(end, TAG_RECENCY_WEIGHT, 1), &model->recency_weight, 1);
	if (model->k_deviation != 0)
	{
		end = rt_put_doubles(put_tag(end, TAG_K_OF_CUSTOMERS, 2), &model->k_median, 1);
		end = rt_put_doubles(end, &model->k_deviation, 1);
	}
	if (model->left_out != 0 || model->frequency_correlation != 0)
	{
		end = rt_put_doubles(put_tag(end, TAG_SPEND, 2), &model->left_out, 1);
		end = rt_put_doubles(end, &model->frequency_correlation, 1);
	}
	if (model->flags & RT_MODEL_DATED)
	{
		int64_t		date = model->fitted_as_of;

		end = rt_put_word(put_tag(end, TAG_FITTED_AS_OF, 1), &date);
	}
	if (model->season != NULL)
		end = rt_season_put(model->season,
							put_tag(end, TAG_SEASON, (int) season_words(model)));
	if (model->covariates != NULL)
		end = rt_covariates_put(rt_kind_by_id(model->id), model->covariates,
								(model->flags & RT_MODEL_FITTED) != 0,
								put_tag(end, TAG_COVARIATES, (int) covariates_words(model)));
	return (size_t) (end - bytes);
}

/* The words behind a tag; NULL, or what is wrong */
static const char *
take_tagged(rt_words *words, uint32_t tag, uint32_t count, rt_model *model,
			rt_model_room *room)
{
	static const uint32_t counts[] = {
		[TAG_TIME_UNIT] = 1,
		[TAG_RECENCY_WEIGHT] = 1,
		[TAG_K_OF_CUSTOMERS] = 2,
		[TAG_SPEND] = 2,
		[TAG_FITTED_AS_OF] = 1
	};
	int64_t		date = 0;
	rt_words	part = {words->bytes, count};

	if (tag > TAG_COVARIATES)
		return rt_model_is_later;
	if (words->count < count || (tag < TAG_SEASON && count != counts[tag]))
		return "a part of it is too short or too long";
	switch (tag)
	{
		case TAG_TIME_UNIT:
			(void) rt_take_doubles(words, &model->time_unit, 1);
			break;
		case TAG_RECENCY_WEIGHT:
			(void) rt_take_doubles(words, &model->recency_weight, 1);
			break;
		case TAG_K_OF_CUSTOMERS:
			(void) rt_take_doubles(words, &model->k_median, 1);
			(void) rt_take_doubles(words, &model->k_deviation, 1);
			break;
		case TAG_SPEND:
			(void) rt_take_doubles(words, &model->left_out, 1);
			(void) rt_take_doubles(words, &model->frequency_correlation, 1);
			break;
		case TAG_FITTED_AS_OF:
			(void) rt_take_word(words, &date);
			if (date < INT32_MIN || date > INT32_MAX)
				return "the date of the fit is out of range";
			model->fitted_as_of = (int32_t) date;
			break;
		case TAG_SEASON:
			rt_skip_words(words, count);
			model->season = &room->season;
			return rt_season_take(&part, &room->season);
		case TAG_COVARIATES:
			rt_skip_words(words, count);
			model->covariates = &room->covariates;
			return rt_covariates_take(rt_kind_by_id(model->id),
									  (model->flags & RT_MODEL_FITTED) != 0, &part,
									  &room->covariates);
	}
	return NULL;
}

static const char *
decode_version_2(const uint8_t *bytes, size_t size, rt_model *model, rt_model_room *room)
{
	const rt_kind *kind = rt_kind_by_id(bytes[1]);
	rt_words	words = {bytes + RT_MODEL_BYTES_HEAD, (size - RT_MODEL_BYTES_HEAD) / 8};
	uint64_t	word;
	uint32_t	last_tag = 0;

	if (kind == NULL)
		return "unknown kind of model";
	if ((size - RT_MODEL_BYTES_HEAD) % 8 != 0 || bytes[3] != kind->parameter_count)
		return "it has not the parameters of its kind";
	rt_model_init(model, kind);
	model->flags = bytes[2];
	if (!rt_take_doubles(&words, model->parameters, kind->parameter_count))
		return "it is too short";
	if ((model->flags & RT_MODEL_FITTED) &&
		!(rt_take_doubles(&words, &model->log_likelihood, 1) &&
		  rt_take_doubles(&words, &model->observations, 1) &&
		  rt_take_doubles(&words, model->covariance, rt_model_covariance_count(model))))
		return "it is too short";
	while (rt_take_word(&words, &word))
	{
		uint32_t	tag = (uint32_t) (word >> 32);
		const char *problem;

		if (tag <= last_tag)
			return "its parts are not in order";
		last_tag = tag;
		problem = take_tagged(&words, tag, (uint32_t) word, model, room);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* ---------------------------------------------------------------- version 1 */

/* The bytes behind the four zeros, as a C compiler laid them out */
#define V1_PARAMETERS	6
#define V1_COVARIANCES	21

typedef struct model_version_1
{
	uint8_t		version;
	uint8_t		id;
	uint8_t		flags;
	uint8_t		unused[5];
	double		time_unit;
	double		log_likelihood;
	double		observations;
	double		recency_weight;
	double		k_median;
	double		k_deviation;
	double		left_out;
	double		frequency_correlation;
	double		parameters[V1_PARAMETERS];
	double		covariance[V1_COVARIANCES];
} model_version_1;

#define V1_SIZE (RT_MODEL_BYTES_HEAD + sizeof(model_version_1))

static const char *
decode_version_1(const uint8_t *bytes, rt_model *model)
{
	model_version_1 old;
	const rt_kind *kind;

	memcpy(&old, bytes + RT_MODEL_BYTES_HEAD, sizeof(old));
	kind = rt_kind_by_id(old.id);
	if (old.version != 1 || kind == NULL || kind->parameter_count > V1_PARAMETERS)
		return "unknown kind of model";
	rt_model_init(model, kind);
	model->flags = old.flags;
	model->time_unit = old.time_unit;
	model->log_likelihood = old.log_likelihood;
	model->observations = old.observations;
	model->recency_weight = old.recency_weight;
	model->k_median = old.k_median;
	model->k_deviation = old.k_deviation;
	model->left_out = old.left_out;
	model->frequency_correlation = old.frequency_correlation;
	for (int i = 0; i < kind->parameter_count; i++)
		model->parameters[i] = old.parameters[i];
	for (int i = 0; i < rt_model_covariance_count(model); i++)
		model->covariance[i] = old.covariance[i];
	return NULL;
}

/* ------------------------------------------------------------ any version */

/* One zero, one NaN */
static void
normalize(double *value)
{
	*value = isnan(*value) ? NAN : *value + 0;
}

const char *
rt_model_decode(const uint8_t *bytes, size_t size, rt_model *model, rt_model_room *room)
{
	const char *problem;

	if (size < RT_MODEL_BYTES_HEAD)
		return "it is too short";
	if (bytes[0] > RT_MODEL_BYTES_VERSION)
		return rt_model_is_later;
	if (bytes[0] == RT_MODEL_BYTES_VERSION)
		problem = decode_version_2(bytes, size, model, room);
	else if (bytes[0] == 0 && size == V1_SIZE)
		problem = decode_version_1(bytes, model);
	else
		problem = "unknown version";
	if (problem != NULL)
		return problem;
	normalize(&model->log_likelihood);
	normalize(&model->observations);
	normalize(&model->left_out);
	normalize(&model->frequency_correlation);
	for (int i = 0; i < rt_model_covariance_count(model); i++)
	{
		normalize(&model->covariance[i]);
		if (isinf(model->covariance[i]))
			model->covariance[i] = NAN;
	}
	return rt_model_check(model);
}
