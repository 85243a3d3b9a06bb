/*
 * The identities of one register file, each with the lines it stands on: a hash table.
 */
#ifndef DATA_REGISTER_IDENTITIES_H
#define DATA_REGISTER_IDENTITIES_H

#include "geo/arena.h"

#include <stdint.h>

struct register_identity {
    const char *text; /* NULL: a free place */
    uint64_t hash;
    uint64_t first_line, other_line; /* other 0: it stands there only once */
};

struct register_identities {
    struct register_identity *places;
    uint32_t capacity; /* a power of two, or 0 */
    uint32_t count;
    struct arena arena; /* texts */
};

void register_identities_init(struct register_identities *identities);
void register_identities_release(struct register_identities *identities); /* safe twice */

/* Note that `text` stands on `line`. STATUS_MEMORY, STATUS_LIMIT. */
enum status MUST_CHECK register_identities_add(struct register_identities *identities,
                                               const char *text, uint64_t line,
                                               struct error *error);

/* NULL when it is not there; borrowed until the next add. */
const struct register_identity *
register_identities_find(const struct register_identities *identities, const char *text);

#endif
