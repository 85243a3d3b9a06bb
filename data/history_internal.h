/*
 * What the files of history share.
 *
 * history.c         the whole of a facility: its groups and offers, their ids, the two walks
 * history_record.c  the fields of the versioned records
 * history_version.c one record's versions: judging and writing a change
 * history_parts.c   what has no versions: numbers, hours, slots
 */
#ifndef DATA_HISTORY_INTERNAL_H
#define DATA_HISTORY_INTERNAL_H

#include "data/history.h"

/* history_record.c ------------------------------------------------------------------------------*/

enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DAY, FIELD_CODE, FIELD_ANSWER, FIELD_FLAG };

struct field {
    const char *name;
    size_t offset;
    enum field_type type;
    const char *(*code)(int value);
};

/* What the three kinds of versioned records have in common, by offset. */
struct shape {
    enum store_table table;
    const char *word;
    size_t bytes, key, version_key, validity, source_id;
    const struct field *fields;
    uint32_t field_count;
};
extern const struct shape history_shapes[]; /* by enum store_table */

int64_t shape_key(const struct shape *shape, const void *record);
const struct validity *shape_validity(const struct shape *shape, const void *record);
const char *shape_source_id(const struct shape *shape, const void *record);

/* Of a record, as its shape has them. Text "" and NULL are the same: absent. */
bool field_is_absent(const struct field *field, const void *record);
bool field_differs(const struct field *field, const void *a, const void *b);
void field_copy(const struct field *field, const void *from, void *to);
void field_print(const struct field *field, const void *record, char *text, size_t size);
/* As much of a text as there is room for, in whole characters: a report takes UTF-8 alone. */
void history_print_text(char *text, size_t size, const char *whole);

/* history_version.c -----------------------------------------------------------------------------*/

enum { SECONDS_A_DAY = 86400 };

/* The zone furthest ahead of UTC. An edit counts as of the earliest day it may have been anywhere: an
 * import of that same local day must not undo it, and the store knows no zones. */
enum { FURTHEST_ZONE_S = 14 * 3600 };

/* A put under way: walked once to judge, and again to write. */
struct put {
    struct store *store;
    struct facility_bundle *bundle;
    day_t as_of;
    moment_t now;
    const char *source; /* of the new versions */
    day_t
        newer_report; /* of a known facility: the first after as_of of the same source; DAY_NONE */
    day_t ends_on;    /* valid_to of what begins: of a new facility that day; else DAY_OPEN */
    bool writing;     /* the second walk */
    bool changed;
    struct arena *arena;
    struct store_history history;
    struct field_edit *edits;
    uint32_t edit_count;
    struct history_conflict *conflicts;
    uint32_t conflict_capacity, conflict_count;
    struct history_conflict unheard; /* where those go that the caller has no room for */
    struct error *error;
};

/* The believed versions of one record, ascending by valid_from; count 0 = it is new. */
struct chain {
    const char *first;
    uint32_t count;
};

/* By the source's id, of groups or offers; and the facility's own. */
struct chain put_find_chain(const struct put *put, const struct shape *shape,
                            const char *source_id);
struct chain put_facility_chain(const struct put *put);
/* The version that holds on the day; NULL. */
const void *chain_holding(const struct shape *shape, struct chain chain, day_t day);

/* One more conflict, to be filled in. */
struct history_conflict *put_add_conflict(struct put *put);
/* "facility.name", "group 2.licensed" */
void put_print_label(char *label, size_t size, const struct shape *shape, const void *record,
                     const char *field);
/* A change: note it, or object to it. True when it may be written. `field` is NULL for the record's
 * existence. */
bool put_settle_change(struct put *put, const struct shape *shape, struct chain chain,
                       const void *record, const char *field, const char *stored,
                       const char *given);

/* From as_of on, `record` holds; until a newer report of the same source, which does not name it. */
enum status MUST_CHECK version_begin(struct put *put, const struct shape *shape, void *record);
/* `stored` is believed to end on as_of. A version that began on that very day then holds on no day;
 * it is kept where nothing follows, so that its record stays known. */
enum status MUST_CHECK version_end(struct put *put, const struct shape *shape, const void *stored,
                                   bool is_followed);
/* One record that was known and is named again: its fields judged, and written on the second walk. */
enum status MUST_CHECK settle_record(struct put *put, const struct shape *shape, struct chain chain,
                                     void *given);

/* history_parts.c -------------------------------------------------------------------------------*/

/* The numbers of the bundle's group; the hours of the facility or of the bundle's offer; the slots
 * of the bundle's offer. */
enum status MUST_CHECK settle_places(struct put *put, uint32_t group);
enum status MUST_CHECK settle_hours(struct put *put, enum hours_owner kind, uint32_t offer);
enum status MUST_CHECK settle_slots(struct put *put, uint32_t offer);

#endif
