# Reference values where customers are not all at risk together: they came under observation later (entry), belong to
# strata, or count with weights; and of concordance. By R's package survival:
#
#	Rscript test/data/make_at_risk.R        writes at_risk_customers.csv and at_risk.csv beside itself
library(survival)
stopifnot(packageVersion("survival") >= "3.4")
options(warn = -1)
set.seed(20261127, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))

# exponential durations that x1, x2, the group and the stratum change, seen from entry until some time
drawn <- function(name, n, groups, strata, seen, unit) {
	rows <- NULL
	while (is.null(rows) || nrow(rows) < n) {
		group <- sample(letters[seq_len(groups)], 1)
		stratum <- sample(LETTERS[seq_len(strata)], 1)
		x1 <- rbinom(1, 1, 0.4)
		x2 <- round(rnorm(1), 2)
		leaves <- rexp(1, exp(0.7 * x1 - 0.4 * x2 + 0.3 * (group == "a") + 0.5 * (stratum == "B")) / 5)
		until <- runif(1, seen / 4, seen)
		entry <- runif(1, 0, seen / 2)
		if (rbinom(1, 1, 0.2) == 1)
			entry <- 0
		duration <- pmin(leaves, until)
		if (unit > 0) {
			entry <- floor(entry / unit) * unit
			duration <- ceiling(duration / unit) * unit
		}
		# whoever had left before was never seen
		if (entry >= duration)
			next
		rows <- rbind(rows, data.frame(dataset = name, entry = entry, duration = duration,
			churned = as.integer(leaves <= until), group = group, stratum = stratum,
			weight = round(rexp(1) + 0.05, 2), x1 = x1, x2 = x2,
			score = round(0.7 * x1 - 0.4 * x2 + rnorm(1), 1)))
	}
	rows
}

customers <- list(
	drawn("ties", 60, 2, 3, 12, 1),
	drawn("no_ties", 50, 2, 2, 12, 0),
	drawn("months", 500, 3, 4, 36, 1),
	local({ d <- drawn("far_scales", 80, 2, 2, 12, 0.5); d$x2 <- d$x2 * 1e6 + 1e9; d$weight <- d$weight * 10^((seq_len(nrow(d)) %% 7) - 3); d }),
	# the same numbers, some a rounding error off
	local({ d <- drawn("rounding", 80, 2, 2, 4, 0.1)
		off <- function(x, i) { n <- round(10 * x); ifelse(i %% 3 == 0, n / 10, ifelse(i %% 3 == 1, (n + 7) / 10 - 0.7, n * 0.1)) }
		d$entry <- pmax(off(d$entry, seq_len(nrow(d))), 0); d$duration <- off(d$duration, seq_len(nrow(d)) + 1); d }),
	# the few who are there at first all leave
	local({ d <- drawn("gone_early", 30, 2, 2, 12, 1); d$entry[d$entry < 2] <- 2; d <- d[d$entry < d$duration, ]
		rbind(transform(d[1:2, ], entry = 0, duration = 1, churned = 1L), d) }),
	local({ d <- drawn("pairs", 60, 2, 1, 12, 1); d$stratum <- paste0("P", (seq_len(nrow(d)) + 1) %/% 2); d$group <- c("a", "b")[1 + seq_len(nrow(d)) %% 2]; d }))
customers <- do.call(rbind, customers)

rows <- list()
put <- function(dataset, quantity, place, value)
	rows[[length(rows) + 1]] <<- data.frame(dataset = dataset, quantity = quantity, place = place, value = as.numeric(value))

for (name in unique(customers$dataset)) {
	d <- customers[customers$dataset == name, ]
	curves <- list(
		entry = survfit(Surv(entry, duration, churned) ~ 1, d, conf.type = "log-log"),
		weight = survfit(Surv(duration, churned) ~ 1, d, weights = weight, robust = FALSE, conf.type = "log-log"),
		both = survfit(Surv(entry, duration, churned) ~ 1, d, weights = weight, robust = FALSE, conf.type = "log-log"))
	for (kind in names(curves)) {
		fit <- curves[[kind]]
		for (i in seq_along(fit$time)) {
			put(name, paste0(kind, "_time"), i, fit$time[i])
			if (kind == "entry") {
				put(name, "entry_at_risk", i, fit$n.risk[i])
				put(name, "entry_events", i, fit$n.event[i])
			}
			put(name, paste0(kind, "_survival"), i, fit$surv[i])
			if (fit$surv[i] > 0) {
				put(name, paste0(kind, "_std_error"), i, fit$surv[i] * fit$std.err[i])
				put(name, paste0(kind, "_lower"), i, fit$lower[i])
				put(name, paste0(kind, "_upper"), i, fit$upper[i])
			}
		}
		horizon <- round(max(fit$time) * 0.7, 2)
		mean <- survival:::survmean(fit, rmean = horizon)$matrix
		put(name, paste0(kind, "_mean"), horizon, mean["rmean"])
		put(name, paste0(kind, "_mean_std_error"), horizon, mean["se(rmean)"])
	}
	test <- survdiff(Surv(duration, churned) ~ group + strata(stratum), d)
	put(name, "stratum_chi_square", 1, test$chisq)
	expected <- rowSums(as.matrix(test$exp))
	observed <- rowSums(as.matrix(test$obs))
	for (i in seq_along(expected)) {
		put(name, "stratum_observed", i, observed[i])
		put(name, "stratum_expected", i, expected[i])
	}
	# the score test of the exact partial likelihood is the log-rank test, ties and all
	if (name != "months") {
		put(name, "entry_chi_square", 1, coxph(Surv(entry, duration, churned) ~ group, d, ties = "exact")$score)
		put(name, "both_chi_square", 1, coxph(Surv(entry, duration, churned) ~ group + strata(stratum), d, ties = "exact")$score)
	}
	for (ties in c("efron", "breslow"))
		for (kind in c("entry", "stratum", "both")) {
			model <- switch(kind, entry = Surv(entry, duration, churned) ~ x1 + x2,
				stratum = Surv(duration, churned) ~ x1 + x2 + strata(stratum),
				both = Surv(entry, duration, churned) ~ x1 + x2 + strata(stratum))
			cox <- coxph(model, d, ties = ties, control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
			for (i in 1:2) {
				put(name, paste(ties, kind, "coefficient", sep = "_"), i, coef(cox)[i])
				put(name, paste(ties, kind, "std_error", sep = "_"), i, sqrt(vcov(cox)[i, i]))
			}
			put(name, paste(ties, kind, "null", sep = "_"), 1, cox$loglik[1])
			put(name, paste(ties, kind, "likelihood", sep = "_"), 1, cox$loglik[2])
		}
	put(name, "concordance", 1, concordance(Surv(duration, churned) ~ score, d, reverse = TRUE)$concordance)
	put(name, "concordance_entry", 1, concordance(Surv(entry, duration, churned) ~ score, d, reverse = TRUE)$concordance)
}
text <- function(x) ifelse(is.na(x), "NaN", formatC(x, digits = 17, format = "g", width = 1))
rows <- do.call(rbind, rows)
rows$value <- text(rows$value)
for (column in c("entry", "duration"))
	customers[[column]] <- text(customers[[column]])
write.csv(customers, file.path(here, "at_risk_customers.csv"), row.names = FALSE, quote = FALSE)
write.csv(rows, file.path(here, "at_risk.csv"), row.names = FALSE, quote = FALSE)
