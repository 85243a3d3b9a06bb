/*
 * A coverage run as the text that a store keeps: JSON, exact, read back to the same figures.
 *
 *   {"profile": {"name": "stroller", "speed_m_s": 1}, "minutes": 15, "inclusive": false,
 *    "weighs_children": true, "residents_from": 1 (enum resident_source), "has_network": true,
 *    "community_share": 0.9, "dataset": 4 (generation), "dataset_at": UTC seconds or null,
 *    "made_for": UTC seconds, "day": days since 1970-01-01, "resident_points": 2595,
 *    "empty_supply": 36, "whole": ENTRY, "communities": [ENTRY, …] ascending by code}
 *   ENTRY: {"code", "name", "name_en", "street", "residents", "children", "weight", "off_network",
 *    "facilities", "places", "places_staff_only", "standard_per_1000", "places_needed", "access",
 *    "access_plain": null where not known,
 *    "cells": [[located, reachable, median_mm, p90_mm, open, median_mm, p90_mm], …]}: weights, and
 *    millimetres on foot (null: beyond 60 minutes), 16 of them by coverage_bit().
 */
#ifndef DATA_COVERAGE_RECORD_H
#define DATA_COVERAGE_RECORD_H

#include "data/coverage_run.h"

/* The text is malloc'd: free(). */
enum status MUST_CHECK coverage_record_write(const struct coverage_run *run, char **text,
                                             struct error *error);
/* CORRUPT for what coverage_record_write() did not write. `community` of entries is UINT32_MAX: the
 * communities of a dataset may have changed since. */
enum status MUST_CHECK coverage_record_read(const char *region, const char *text, size_t length,
                                            struct coverage_run **run, struct error *error);

#endif
