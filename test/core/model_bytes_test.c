/*
 * model_bytes_test.c
 *		Models as bytes: there and back, bytes of release 0.1.0, bytes that are no model.
 *
 * Copyright (c) 2026, retention contributors
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/model_bytes.h"

#include "check.h"

/* Of any kind, with everything that a model of it may have */
static void
random_model(rt_model *model)
{
	int			kinds = 0;
	const rt_kind *kind;

	while (rt_kind_at(kinds) != NULL)
		kinds++;
	kind = rt_kind_at((int) random_between(0, kinds - 1));
	rt_model_init(model, kind);
	for (int i = 0; i < kind->parameter_count; i++)
		model->parameters[i] = (double) random_between(1, 100000) / 64;
	if (kind->has_whole_k)
		model->parameters[0] = (double) random_between(1, RT_K_MAX);
	if (random_between(0, 1))
		model->time_unit = 7;
	if (random_between(0, 1))
		model->recency_weight = 0.75;
	if (kind->input == RT_INPUT_INTERVALS && random_between(0, 1))
	{
		model->k_median = 2;
		model->k_deviation = 0.5;
	}
	if (kind->spend != NULL && random_between(0, 1))
	{
		model->left_out = (double) random_between(0, 9);
		model->frequency_correlation = random_between(0, 1) ? NAN : 0.25;
	}
	if (!random_between(0, 2))
		return;
	model->flags = RT_MODEL_FITTED | (random_between(0, 1) ? RT_MODEL_CONVERGED : 0);
	model->log_likelihood = (double) random_between(-100000, 100000);
	model->observations = (double) random_between(0, 100000);
	for (int i = 0; i < rt_model_covariance_count(model); i++)
		model->covariance[i] = random_between(0, 3) ? (double) random_between(-9, 9) / 8 : NAN;
	if (random_between(0, 1))
	{
		model->flags |= RT_MODEL_DATED;
		model->fitted_as_of = (int32_t) random_between(RT_DATE_MIN, RT_DATE_MAX);
	}
}

/* What models point to: as it was made, and as it was read */
static rt_model_room made;
static rt_model_room room;

static double
random_number(void)
{
	return random_between(0, 3) ? (double) random_between(-9, 9) / 8 : NAN;
}

/* Of a model of a kind that has them */
static void
random_covariates(const rt_model *model, rt_covariates *random)
{
	const rt_kind *kind = rt_kind_by_id(model->id);

	memset(random, 0, sizeof(*random));
	random->count = (int) random_between(1, random_between(0, 9) ? 4 : RT_MODEL_COVARIATES_MAX);
	random->named = random_between(0, 1);
	for (int i = 0; random->named && i < random->count; i++)
	{
		memset(random->names[i], 'a', (size_t) random_between(1, RT_COVARIATE_NAME_MAX));
		random->names[i][0] = (char) ('A' + i);
	}
	for (int i = 0; i < rt_coefficient_count(kind, random); i++)
		random->coefficients[i] = random_number();
	for (int i = 0; model->flags & RT_MODEL_FITTED &&
		 i < rt_coefficient_covariance_count(kind, random); i++)
		random->covariance[i] = random_number();
}

static void
random_season(rt_season *random)
{
	double		mean;

	memset(random, 0, sizeof(*random));
	random->flags = (uint8_t) random_between(0, 7);
	if (!(random->flags & RT_SEASON_FITTED))
		random->flags &= RT_SEASON_WEEKDAYS;
	for (int i = 0; i < 12; i++)
		random->months[i] = (double) random_between(1, 100) / 16;
	for (int i = 0; random->flags & RT_SEASON_WEEKDAYS && i < 7; i++)
		random->weekdays[i] = (double) random_between(1, 100) / 16;
	random->event_count = (int) random_between(0, 2) * (int) random_between(0, 50);
	for (int i = 0; i < random->event_count; i++)
	{
		random->events[i].from = (int32_t) random_between(100 * i, 100 * i + 50);
		random->events[i].until = (int32_t) random_between(100 * i + 50, 100 * i + 99);
		random->events[i].factor = (double) random_between(1, 100) / 16;
	}
	if (random->flags & RT_SEASON_FITTED)
	{
		for (int i = 0; i < 12; i++)
			random->errors[i] = (double) random_between(0, 100) / 16;
		random->years = 3;
		random->log_likelihood = -5;
		random->customers = 1000;
		random->p_value = random_between(0, 1) ? .5 : NAN;
		random->fitted_as_of = random->flags & RT_SEASON_DATED ?
			(int32_t) random_between(RT_DATE_MIN, RT_DATE_MAX) : 0;
	}
	CHECK(rt_season_set(random, &mean) == NULL);
}

/* The same, with the same season and covariates */
static bool
models_same(const rt_model *one, rt_model other)
{
	if ((one->season == NULL) != (other.season == NULL) ||
		(one->season != NULL && memcmp(one->season, other.season, sizeof(rt_season)) != 0) ||
		(one->covariates == NULL) != (other.covariates == NULL) ||
		(one->covariates != NULL &&
		 memcmp(one->covariates, other.covariates, sizeof(rt_covariates)) != 0))
		return false;
	other.season = one->season;
	other.covariates = one->covariates;
	return memcmp(one, &other, sizeof(rt_model)) == 0;
}

static void
test_there_and_back(void)
{
	for (int i = 0; i < 20000; i++)
	{
		rt_model	model;
		rt_model	back;
		uint8_t		bytes[RT_MODEL_BYTES_MAX + 1];
		uint8_t		again[RT_MODEL_BYTES_MAX];
		size_t		size;

		random_model(&model);
		if (rt_kind_takes_season(rt_kind_by_id(model.id)) && random_between(0, 1))
		{
			random_season(&made.season);
			model.season = &made.season;
		}
		if (rt_kind_process_count(rt_kind_by_id(model.id)) > 0 && random_between(0, 1))
		{
			random_covariates(&model, &made.covariates);
			model.covariates = &made.covariates;
		}
		size = rt_model_encode(&model, bytes + 1);
		CHECK(size <= rt_model_size(&model) && rt_model_size(&model) <= RT_MODEL_BYTES_MAX);

		/* from an odd address, too */
		CHECK(rt_model_decode(bytes + 1, size, &back, &room) == NULL);
		CHECK(models_same(&back, model));
		CHECK(rt_model_encode(&back, again) == size && memcmp(again, bytes + 1, size) == 0);
	}
}

/* None is read beyond its end, and what comes of it is a model */
static void
test_broken(void)
{
	int			read = 0;

	for (int i = 0; i < 200000; i++)
	{
		rt_model	model;
		rt_model	back;
		uint8_t		bytes[RT_MODEL_BYTES_MAX];
		uint8_t    *exact;
		size_t		size;

		random_model(&model);
		if (i % 1000 == 0)
			random_season(&made.season);
		if (random_between(0, 1))
			model.season = &made.season;
		if (rt_kind_process_count(rt_kind_by_id(model.id)) > 0 && random_between(0, 1))
		{
			random_covariates(&model, &made.covariates);
			model.covariates = &made.covariates;
		}
		size = rt_model_encode(&model, bytes);
		for (int64_t n = random_between(0, 3); n > 0; n--)
			bytes[random_between(0, (int64_t) size - 1)] = (uint8_t) random_between(0, 255);
		if (random_between(0, 1))
			size = (size_t) random_between(0, (int64_t) size);
		/* the sanitizer sees what is behind the end */
		exact = malloc(size + 1);
		memcpy(exact, bytes, size);
		if (rt_model_decode(exact, size, &back, &room) == NULL)
		{
			read++;
			CHECK(rt_model_check(&back) == NULL);
		}
		free(exact);
	}
	CHECK(read > 20000 && read < 180000);
}

static void
test_later(void)
{
	rt_model	model;
	rt_model	back;
	uint8_t		bytes[RT_MODEL_BYTES_MAX + 16];
	size_t		size;
	uint64_t	tag = (uint64_t) 8 << 32 | 1;

	random_model(&model);
	size = rt_model_encode(&model, bytes);
	memcpy(bytes + size, &tag, 8);
	memcpy(bytes + size + 8, &tag, 8);
	CHECK(rt_model_decode(bytes, size + 16, &back, &room) == rt_model_is_later);
	bytes[0] = RT_MODEL_BYTES_VERSION + 1;
	CHECK(rt_model_decode(bytes, size, &back, &room) == rt_model_is_later);
	bytes[0] = 1;
	CHECK(rt_model_decode(bytes, size, &back, &room) != NULL);
}

static int
hex_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Each line: the text form, |, the bytes */
static void
test_version_1(void)
{
	FILE	   *file = fopen("test/data/model_1.csv", "r");
	char		line[4000];
	int			models = 0;
	const uint16_t one = 1;

	CHECK(file != NULL);
	/* they were written by a machine whose lowest byte comes first */
	while (file != NULL && *(const char *) &one == 1 && fgets(line, sizeof(line), file) != NULL)
	{
		char	   *hex = strchr(line, '|') + 1;
		uint8_t		bytes[292];
		uint8_t		version_2[RT_MODEL_BYTES_MAX];
		rt_model	model;
		rt_model	back;
		char		name[40];
		const rt_kind *kind;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t) (hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
		CHECK(rt_model_decode(bytes, sizeof(bytes), &model, &room) == NULL);
		kind = rt_kind_by_id(model.id);
		snprintf(name, sizeof(name), "{\"model\": \"%s\",", kind->name);
		CHECK(strncmp(line, name, strlen(name)) == 0);
		for (int i = 0; i < kind->parameter_count; i++)
		{
			char	   *at;

			snprintf(name, sizeof(name), "\"%s\": ", kind->parameters[i]);
			at = strstr(line, name);
			CHECK(at != NULL && strtod(at + strlen(name), NULL) == model.parameters[i]);
		}
		CHECK((strstr(line, "log_likelihood") != NULL) == ((model.flags & RT_MODEL_FITTED) != 0));
		CHECK(!(model.flags & RT_MODEL_DATED));
		CHECK(rt_model_decode(version_2, rt_model_encode(&model, version_2), &back, &room) ==
			  NULL);
		CHECK(models_same(&model, back));
		for (size_t size = 0; size < sizeof(bytes); size++)
			CHECK(rt_model_decode(bytes, size, &model, &room) != NULL);
		models++;
	}
	CHECK(models == 12 || *(const char *) &one != 1);
	if (file != NULL)
		fclose(file);
}

static void
bytes_later(const rt_season *of)
{
	uint8_t		bytes[RT_SEASON_BYTES_MAX];
	size_t		size = rt_season_encode(of, bytes);

	bytes[0]++;
	CHECK(rt_season_decode(bytes, size, &room.season) == rt_season_is_later);
}

/* A season alone: any bytes are none, or one that is the same bytes again but for its order */
static void
test_seasons(void)
{
	int			read = 0;

	for (int i = 0; i < 20000; i++)
	{
		uint8_t		bytes[RT_SEASON_BYTES_MAX];
		uint8_t		again[RT_SEASON_BYTES_MAX];
		size_t		size;

		random_season(&made.season);
		size = rt_season_encode(&made.season, bytes);
		CHECK(rt_season_decode(bytes, size, &room.season) == NULL);
		CHECK(memcmp(&room.season, &made.season, sizeof(made.season)) == 0);
		for (int64_t n = random_between(1, 3); n > 0; n--)
			bytes[random_between(0, (int64_t) size - 1)] = (uint8_t) random_between(0, 255);
		if (random_between(0, 1))
			size = (size_t) random_between(0, (int64_t) size);
		if (rt_season_decode(bytes, size, &room.season) != NULL)
			continue;
		read++;
		CHECK(rt_season_encode(&room.season, again) == size);
		CHECK(rt_season_decode(again, size, &made.season) == NULL);
		CHECK(memcmp(&room.season, &made.season, sizeof(made.season)) == 0);
	}
	CHECK(read > 100 && read < 15000);
	random_season(&made.season);
	bytes_later(&made.season);
}

static const check_case model_bytes_cases[] = {
	{"models as bytes: there and back, from any address", test_there_and_back},
	{"models as bytes: seasons", test_seasons},
	{"models as bytes: broken ones and cut ones", test_broken},
	{"models as bytes: those of a later version are told apart", test_later},
	{"models as bytes: those of release 0.1.0", test_version_1},
	{NULL, NULL}
};

CHECK_CASES(model_bytes);
