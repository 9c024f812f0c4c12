# Pools the review's table, as pool.py beside it does, with metafor (and lme4 for the one-stage model).
#
#     Rscript docs/worked-example/pool.R out/worked-example/analysis.csv

suppressPackageStartupMessages({
  library(metafor)
  library(lme4)
})

cases <- read.csv(commandArgs(trailingOnly = TRUE)[1], na.strings = "", stringsAsFactors = FALSE)
show <- function(name, value) cat(sprintf("%-28s%10.3f\n", name, value))

show_pooled <- function(name, fit, back = identity) {
  show(name, back(as.numeric(fit$beta)))
  show(paste0(name, "_low"), back(fit$ci.lb))
  show(paste0(name, "_high"), back(fit$ci.ub))
  show(paste0(name, "_tau"), sqrt(fit$tau2))
}

show("articles", length(unique(cases$article_id)))
show("patients", nrow(cases))

# mean of the articles' means: Paule and Mandel, interval of Hartung, Knapp, Sidik and Jonkman
calcium <- cases[!is.na(cases$calcium), ]
by_article <- data.frame(
  n = as.numeric(tapply(calcium$calcium, calcium$article_id, length)),
  mean = as.numeric(tapply(calcium$calcium, calcium$article_id, mean)),
  sd = as.numeric(tapply(calcium$calcium, calcium$article_id, sd))
)
means <- escalc(measure = "MN", mi = mean, sdi = sd, ni = n, data = by_article)
show_pooled("mean_calcium", rma(yi, vi, data = means, method = "PM", test = "knha"))

# mean over all patients, with an effect of their own for each article
fit <- lmer(calcium ~ 1 + (1 | article_id), data = calcium, REML = TRUE)
bounds <- fixef(fit) + c(-1, 1) * qnorm(0.975) * sqrt(diag(as.matrix(vcov(fit))))
show("one_stage_calcium", fixef(fit))
show("one_stage_calcium_low", bounds[1])
show("one_stage_calcium_high", bounds[2])

# a proportion, on the scale of log odds; half a patient is added where an article has none or all
for (answer in c("yes", "no", "NR")) {
  show(c(yes = "given", no = "not_given", NR = "not_reported")[[answer]], sum(cases$bisphosphonate == answer))
}
given <- as.numeric(tapply(cases$bisphosphonate == "yes", cases$article_id, sum))
size <- as.numeric(tapply(cases$bisphosphonate, cases$article_id, length))
odds <- escalc(measure = "PLO", xi = given, ni = size, add = 0.5, to = "only0")
show_pooled("proportion", rma(yi, vi, data = odds, method = "PM", test = "knha"), transf.ilogit)
