/*
 * The street file of a region (network_file.h) beside its store: STORE.REGION.streets, for its owner
 * alone. The store says which one is current, by its checksum, so that a file and a store that do
 * not belong together are never used together.
 *
 * A new file is written as STORE.REGION.streets.next, becomes current with the commit that records
 * it, and gets its own name afterwards. Whatever the moment at which a process dies, the file that
 * the store names is there under one of the two.
 */
#ifndef DATA_REGION_STREETS_H
#define DATA_REGION_STREETS_H

#include "data/network_file.h"
#include "data/store.h"

enum { REGION_STREETS_PATH_BYTES = 4096 + 128 };

/* Where the file is. UNSUPPORTED for a store in memory, which has nothing beside it; LIMIT. */
enum status MUST_CHECK region_streets_path(const struct store *store, const char *region,
                                           char path[REGION_STREETS_PATH_BYTES],
                                           struct error *error);

/*
 * The current file, mapped and proven; yours: network_file_close(). NOT_FOUND where no streets were
 * ever imported. Else, with a sentence that says what to do: CONFLICT (the file is missing, or is not
 * the one that the store names), CORRUPT, VERSION, IO.
 */
enum status MUST_CHECK region_streets_open(struct store *store, const char *region,
                                           struct network_file *file, struct error *error);

/* Write the current file, proven, to a new file `to`, on disk when this returns. As
 * region_streets_open(); IO names `to`. */
enum status MUST_CHECK region_streets_copy(struct store *store, const char *region, const char *to,
                                           struct error *error);

/*
 * Make a network and its map the current one of a region, within the transaction that is open:
 * write it aside and record it. After the commit: region_streets_settle(); after a rollback:
 * region_streets_forget(). *checksum says which one it is.
 */
enum status MUST_CHECK region_streets_put(struct store *store, const char *region,
                                          const struct network *network,
                                          const struct osm_extract *extract, uint32_t *checksum,
                                          struct error *error);
/* Give it its own name. IO where it cannot be; it is found under the other one all the same. */
enum status MUST_CHECK region_streets_settle(const struct store *store, const char *region,
                                             struct error *error);
void region_streets_forget(const struct store *store, const char *region);

/* After a process died between its commit and region_streets_settle(): give the file that the store
 * names its own name. Whatever else there is stays as it is. */
void region_streets_recover(struct store *store, const char *region);

#endif
