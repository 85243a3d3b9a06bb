/*
 * Walking in a dataset: the networks of its regions, and where on them its facilities stand.
 *
 * The networks are opened with the dataset, from the street files beside the store
 * (region_streets.h), and go with it. Each profile has its own main components, so each has a snapper
 * and a spot for every facility of its own (the public point of the facility, moved onto the street;
 * farther than the profile's limit it is off the network, and so marked). A network serves the
 * facilities of every region: nobody turns back at a border.
 */
#ifndef DATA_WALKING_H
#define DATA_WALKING_H

#include "data/dataset.h"
#include "data/network_file.h"
#include "geo/catchment.h"

#define WALKING_OFF UINT32_MAX

/* Where a facility stands on a network. */
struct walking_spot {
    uint32_t piece; /* WALKING_OFF = off the network */
    uint32_t from_start_mm;
    uint32_t snap_mm; /* from the facility to there */
};

/* A profile on a network. */
struct walking {
    struct profile profile;
    const struct network *network;
    struct snapper *snapper;
    struct walking_spot *spots; /* beside the dataset's facilities */
    struct residents people;    /* of the network's region, beside dataset->people[region] */
    bool is_borrowed;           /* all three are another profile's, which bars the same */
};

struct walking_network {
    struct network_file file;
    uint16_t region; /* whose street file it is */
    struct walking by_profile[PROFILE_COUNT];
};

/* Place every facility of the dataset on a network for a profile. Yours: walking_release(). */
enum status MUST_CHECK walking_build(const struct dataset *dataset, const struct network *network,
                                     const struct profile *profile, struct walking *walking,
                                     struct error *error);
void walking_release(struct walking *walking); /* safe on {0} and safe twice */

/* For dataset_build(): open the street file of every region that has one. A file that is missing,
 * damaged or another than the store names leaves that region without walking, and a sentence in
 * dataset->network_troubles. */
enum status MUST_CHECK walking_open_all(struct dataset *dataset, struct store *store,
                                        struct error *error);
/* One more network; takes `file` over, also where it fails. */
enum status MUST_CHECK walking_add_network(struct dataset *dataset, uint16_t region,
                                           struct network_file *file, struct error *error);
/* For dataset_build(), when people are known: where the region's stand on its network. */
enum status MUST_CHECK walking_place_people(struct dataset *dataset, struct error *error);
void walking_close_all(struct dataset *dataset);
/* NULL: the region has no streets. */
const struct walking_network *walking_network_of(const struct dataset *dataset, uint32_t region);

/* A point of the map on the network that is nearest to it. */
struct walking_start {
    const struct walking *walking;
    struct snap snap;
    uint32_t snap_mm; /* counted as walked; 0 where the profile does not count it */
};

/*
 * Where somebody at `from` begins to walk. `custom` (NULL = the built-in profile of that number):
 * walkings beside dataset->networks. NO_NETWORK where there is none, or none of the region whose
 * bounds hold the point; OFF_NETWORK where the nearest street is farther than the profile's limit.
 */
enum status MUST_CHECK walking_find_start(const struct dataset *dataset, struct geo_point from,
                                          uint32_t profile, const struct walking *custom,
                                          struct walking_start *start, struct error *error);

/* What an answer about a walk from there must say of its streets (base_map.h). */
const char *walking_attribution(const struct dataset *dataset, const struct walking_start *start);

/* What one thread keeps to walk with; {0} to begin with. Grows with the networks, not by request. */
struct walker {
    struct reach reach;
    uint32_t node_count; /* it has room for */
};
void walker_release(struct walker *walker); /* safe on {0} and safe twice */
/* For a reach over a network of so many nodes. */
enum status MUST_CHECK walker_make_room(struct walker *walker, uint32_t node_count,
                                        struct error *error);

/* All within max_mm of the start, its snap included where it counts. A start whose snap alone is
 * longer reaches nothing: *reaches is then false. */
enum status MUST_CHECK walker_reach(struct walker *walker, const struct walking_start *start,
                                    enum reach_direction direction, uint32_t max_mm, bool *reaches,
                                    struct error *error);

/* Millimetres on foot from the start to a facility, both snaps included where they count; UINT64_MAX
 * where the reach does not hold it. */
uint64_t walker_facility_mm(const struct walker *walker, const struct walking_start *start,
                            uint32_t facility);

/*
 * Who lives within each of `count` limits of the start, by the reach that walker_reach() has just
 * made (of at least the largest limit): residents, out, NaN where the region has no figures.
 */
void walker_count_people(const struct walker *walker, const struct walking_start *start,
                         const struct dataset *dataset, const uint64_t *max_mm, uint32_t count,
                         double *residents);

#endif
