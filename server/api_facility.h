/*
 * Finding what a path names, for the handlers below /v1/facilities/{id}.
 */
#ifndef SERVER_API_FACILITY_H
#define SERVER_API_FACILITY_H

#include "server/json_feature.h"
#include "server/request.h"

/* The public facility of the path; NOT_FOUND: never listed; GONE: it was public once. */
enum status MUST_CHECK api_find_facility(const struct picture *picture,
                                         const struct request *request, uint32_t *facility,
                                         struct error *error);

/* "slots":[…]: those of `from` and later; with their freshness by `vacancies`, NULL = without. */
void api_write_slots(struct json *out, const struct dataset *dataset, uint32_t offer, day_t from,
                     const struct vacancies *vacancies);

#endif
