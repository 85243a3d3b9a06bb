/*
 * A sample register: invented facilities in a JSON file of our own, with ages in place of dates, so
 * that it can be dated for any day. sample_register.c draws the format; scripts/make_sample.py
 * writes data/regions/binjiang/facilities.json.
 */
#ifndef DATA_SAMPLE_REGISTER_H
#define DATA_SAMPLE_REGISTER_H

#include "data/region.h"
#include "geo/arena.h"

struct sample_register;

enum status MUST_CHECK sample_register_parse(const char *json, size_t length,
                                             struct sample_register **sample, struct error *error);
void sample_register_release(struct sample_register *sample); /* safe on NULL */
uint32_t sample_register_count(const struct sample_register *sample);

enum { SAMPLE_MAX_EVENTS = 4 };

/* A facility as it looks at a moment, and the states it has gone through. */
struct sample_facility {
    struct facility_bundle bundle; /* in its first state */
    day_t valid_from;              /* of that state */
    struct {
        day_t on;
        int8_t state;
    } events[SAMPLE_MAX_EVENTS]; /* later states, ascending by day */
    uint32_t event_count;
};

/*
 * Facility `number` (0 to count - 1), dated for `now` in the region. Arrays live in the arena, texts
 * in the register. Slots of days on which the offer is not open for their whole interval are left
 * out. INVALID with the facility's id and the field.
 */
enum status MUST_CHECK sample_register_facility(const struct sample_register *sample,
                                                uint32_t number, const struct region *region,
                                                moment_t now, struct arena *arena,
                                                struct sample_facility *facility,
                                                struct error *error);

#endif
