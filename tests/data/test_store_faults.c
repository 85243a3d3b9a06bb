/*
 * What survives: an I/O error, a full disk, a power cut, a failed allocation at any point of an
 * import-like run leaves the store as it was before or after a transaction, never between, and never
 * without one that was acknowledged. Each kind has a control that shows the test can fail.
 *
 * A short dose runs here; TORTURE=1 (make torture) takes every point.
 */
#include "tests/data/fault_vfs.h"
#include "tests/test.h"

#include "data/history.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATES = 4, NOTHING = -1 }; /* the template, and after each of three transactions */

static char template_path[4096], path[4096];
static uint64_t state_digests[STATES];

static int stride(int short_dose)
{
    return getenv("TORTURE") ? 1 : short_dose;
}

/* What a run writes: transaction n makes facility n and renames all before it --------------------*/

static enum status put_facility(struct store *store, int number, int said_by, struct error *error)
{
    char source_id[16], name[400];
    snprintf(source_id, sizeof source_id, "%d", number);
    memset(name, 'n', sizeof name); /* long, so that a transaction fills several pages */
    snprintf(name + 380, 20, "%d by %d", number, said_by);
    struct group_record group = {
        .source_id = "A", .age_from_m = 6, .age_to_m = 36, .licensed = 10 + said_by};
    struct places_record places = {.as_of = 1000 + said_by, .staffed = NONE, .enrolled = said_by};
    struct offer_record offer = {
        .source_id = "a", .age_from_m = NONE, .age_to_m = NONE, .price = NONE};
    uint32_t offer_group = 0;
    struct facility_bundle bundle = {
        .facility = {.region = "sample",
                     .source = "register",
                     .source_id = source_id,
                     .name = name,
                     .lon_e7 = 1200000000 + number,
                     .lat_e7 = 300000000,
                     .state = STATE_FILED,
                     .licensed_total = number},
        .groups = &group,
        .places = &places,
        .group_count = 1,
        .offers = &offer,
        .offer_groups = &offer_group,
        .offer_count = 1,
    };
    enum history_outcome outcome;
    return history_put(store, &bundle, "sample", 100 + said_by, said_by, &outcome, NULL, 0, NULL,
                       error);
}

static enum status one_transaction(struct store *store, int number, struct error *error)
{
    enum status status = store_begin(store, error);
    if (!status && number == 0)
        status = store_region_put(store, "sample", "{}", error);
    for (int i = 0; i < 4 * (number + 1) && !status; i++)
        status = put_facility(store, i, number, error);
    if (!status)
        return store_commit(store, error);
    store_rollback(store);
    return status;
}

/* All that scans say, as one number. */
static void digest_text(uint64_t *digest, const char *text)
{
    for (; text && *text; text++)
        *digest = (*digest ^ (unsigned char)*text) * 1099511628211u;
}

static uint64_t digest_store(struct store *store)
{
    struct error error;
    uint64_t digest = 14695981039346656037u;
    struct store_scan *scan;
    struct facility_record facility;
    struct places_record places;
    char line[200];
    REQUIRE_OK(store_scan_open(store, STORE_ROWS_FACILITIES, DAY_NONE, &scan, &error), &error);
    for (bool more = true; more;) {
        REQUIRE_OK(store_scan_next(scan, &facility, &more, &error), &error);
        if (!more)
            break;
        snprintf(line, sizeof line, "%s %d %d", facility.id, facility.validity.valid_from,
                 facility.validity.valid_to);
        digest_text(&digest, line);
        digest_text(&digest, facility.name);
    }
    store_scan_close(scan);
    REQUIRE_OK(store_scan_open(store, STORE_ROWS_PLACES, DAY_NONE, &scan, &error), &error);
    for (bool more = true; more;) {
        REQUIRE_OK(store_scan_next(scan, &places, &more, &error), &error);
        if (more)
            snprintf(line, sizeof line, "%d %d", places.seq, places.enrolled);
        digest_text(&digest, more ? line : "");
    }
    store_scan_close(scan);
    return digest;
}

static void copy_file(const char *from, const char *to)
{
    size_t bytes;
    char *content = test_read_file(from, &bytes);
    FILE *file = fopen(to, "wb");
    REQUIRE(file && fwrite(content, 1, bytes, file) == bytes);
    fclose(file);
    free(content);
}

static void fresh_copy(void)
{
    char beside[4200];
    snprintf(beside, sizeof beside, "%s-wal", path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path);
    unlink(beside);
    copy_file(template_path, path);
}

/* The template holds transaction 0; the digests of all states are learnt without faults. */
static void prepare(void)
{
    struct error error;
    struct store *store;
    snprintf(template_path, sizeof template_path, "%s/template.db", test_folder());
    snprintf(path, sizeof path, "%s/store.db", test_folder());
    REQUIRE_OK(store_open(template_path, STORE_CREATE, &store, &error), &error);
    REQUIRE_OK(one_transaction(store, 0, &error), &error);
    store_close(store);
    fresh_copy();
    REQUIRE_OK(store_open(path, STORE_WRITE, &store, &error), &error);
    for (int i = 0; i < STATES; i++) {
        if (i)
            REQUIRE_OK(one_transaction(store, i, &error), &error);
        state_digests[i] = digest_store(store);
    }
    store_close(store);
    for (int i = 1; i < STATES; i++)
        REQUIRE(state_digests[i] != state_digests[i - 1]);
}

/* Run until something fails. The last state that was acknowledged; *failed = the first status. */
static int run_transactions(enum status *failed)
{
    struct error error;
    struct store *store;
    int acknowledged = 0;
    *failed = store_open(path, STORE_WRITE, &store, &error);
    if (*failed)
        return 0;
    for (int i = 1; i < STATES && !*failed; i++) {
        *failed = one_transaction(store, i, &error);
        if (!*failed)
            acknowledged = i;
    }
    store_close(store);
    return acknowledged;
}

/* Which state the files hold, NOTHING when they cannot be opened or are not sound. */
static int find_state(struct error *error)
{
    struct store *store;
    int found = NOTHING;
    if (store_open(path, STORE_WRITE, &store, error))
        return NOTHING;
    if (store_check(store, error) == STATUS_OK) {
        uint64_t digest = digest_store(store);
        error_set(error, STATUS_CORRUPT, "the rows are of no state at all");
        for (int i = 0; i < STATES; i++)
            if (digest == state_digests[i])
                found = i;
    }
    store_close(store);
    fault_begin((struct fault_plan){0}); /* forgets what was learnt of its files */
    return found;
}

static int count_changes(void)
{
    enum status failed;
    fresh_copy();
    fault_begin((struct fault_plan){0});
    CHECK_INT(run_transactions(&failed), STATES - 1);
    int changes = fault_changes();
    fault_begin((struct fault_plan){0});
    return changes;
}

/* Errors -----------------------------------------------------------------------------------------*/

static void sweep_errors(int code, bool goes_on, int first, int step)
{
    int changes = count_changes(), faults = 0, refused = 0;
    REQUIRE(changes > 40);
    for (int at = first; at <= changes; at += step) {
        struct error error = {0};
        enum status failed;
        fresh_copy();
        fault_begin((struct fault_plan){.at = at, .code = code, .goes_on = goes_on});
        int acknowledged = run_transactions(&failed);
        faults += fault_happened();
        refused += failed != STATUS_OK;
        if (failed)
            CHECK_INT(failed, STATUS_IO);
        fault_begin((struct fault_plan){0});
        int found = find_state(&error);
        if (found < acknowledged || found > acknowledged + 1)
            test_fail(__FILE__, __LINE__,
                      "change %d of %d fails with %d%s: state %d, acknowledged %d: %s", at, changes,
                      code, goes_on ? " from then on" : "", found, acknowledged, error.message);
    }
    CHECK(faults > 3);
    CHECK(refused > 0); /* the sweep really hit transactions */
}

TEST(an_io_error_at_any_write_leaves_one_of_two_states)
{
    fault_install();
    prepare();
    sweep_errors(SQLITE_IOERR_WRITE, false, 1, stride(31));
    sweep_errors(SQLITE_IOERR_WRITE, true, 3, stride(37));
}

TEST(a_full_disk_at_any_write_leaves_one_of_two_states)
{
    fault_install();
    prepare();
    sweep_errors(SQLITE_FULL, false, 2, stride(37));
    sweep_errors(SQLITE_FULL, true, 5, stride(31));
}

/* Find the change at which the commit of transaction 1 fails with this code. */
static struct store *fail_commit(int code, struct error *error)
{
    int changes = count_changes();
    for (int at = 5; at <= changes; at += 2) {
        struct store *store;
        fresh_copy();
        fault_begin((struct fault_plan){.at = at, .code = code});
        if (store_open(path, STORE_WRITE, &store, error))
            continue;
        enum status status = store_begin(store, error);
        for (int i = 0; i < 8 && !status; i++) /* as one_transaction() number 1 */
            status = put_facility(store, i, 1, error);
        if (!status && store_commit(store, error))
            return store;
        store_close(store);
    }
    test_fail(__FILE__, __LINE__, "no commit failed");
    test_abandon();
}

TEST(after_a_commit_of_unknown_outcome_the_store_is_only_read)
{
    fault_install();
    prepare();
    struct error error;
    struct store *store = fail_commit(SQLITE_IOERR_WRITE, &error);
    CHECK_INT(error.status, STATUS_IO);
    CHECK_INT(store_begin(store, &error), STATUS_READ_ONLY);
    CHECK_CONTAINS(error.message, "its outcome is unknown; it may only be read until it is opened");
    digest_store(store); /* reading goes on */
    store_close(store);
    fault_begin((struct fault_plan){0});
    int found = find_state(&error);
    CHECK(found == 0 || found == 1);
    REQUIRE_OK(store_open(path, STORE_WRITE, &store, &error), &error);
    REQUIRE_OK(store_begin(store, &error), &error); /* opened again, it is written again */
    store_close(store);
}

TEST(after_a_full_disk_the_same_transaction_can_be_tried_again)
{
    fault_install();
    prepare();
    struct error error;
    struct store *store = fail_commit(SQLITE_FULL, &error);
    CHECK_INT(error.status, STATUS_IO);
    CHECK_CONTAINS(error.message, "the disk is full");
    fault_heal(); /* somebody made room */
    REQUIRE_OK(one_transaction(store, 1, &error), &error);
    store_close(store);
    CHECK_INT(find_state(&error), 1);
    fault_begin((struct fault_plan){0});
}

/* Power cuts -------------------------------------------------------------------------------------*/

/* How many cuts lost what was acknowledged, or left no sound store at all. */
static int sweep_cuts(bool only_pretend, int step)
{
    struct test_random random = test_random();
    int changes = count_changes(), lost = 0;
    for (int at = 1; at <= changes; at += step) {
        struct error error = {0};
        enum status failed;
        fresh_copy();
        fault_begin((struct fault_plan){
            .at = at, .code = SQLITE_IOERR_WRITE, .goes_on = true, .only_pretend = only_pretend});
        int acknowledged = run_transactions(&failed);
        fault_cut_power(&random);
        char index[4200]; /* the log's index does not survive a power cut */
        snprintf(index, sizeof index, "%s-shm", path);
        unlink(index);
        fault_begin((struct fault_plan){0});
        int found = find_state(&error);
        if (found >= acknowledged && found <= acknowledged + 1)
            continue;
        lost++;
        if (!only_pretend)
            test_fail(__FILE__, __LINE__,
                      "power cut at change %d of %d: state %d, acknowledged "
                      "%d: %s",
                      at, changes, found, acknowledged, error.message);
    }
    return lost;
}

TEST(a_power_cut_takes_nothing_that_was_acknowledged)
{
    fault_install();
    prepare();
    CHECK_INT(sweep_cuts(false, stride(17)), 0);
}

TEST(control_without_syncs_a_power_cut_does_take_it)
{
    fault_install();
    prepare();
    CHECK(sweep_cuts(true, stride(31)) > 0);
}

/* Allocations ------------------------------------------------------------------------------------*/

static sqlite3_mem_methods real_memory;
static int allocations, failing_allocation;

static bool allocation_fails(void)
{
    return ++allocations == failing_allocation;
}
static void *fault_malloc(int bytes)
{
    return allocation_fails() ? NULL : real_memory.xMalloc(bytes);
}
static void *fault_realloc(void *memory, int bytes)
{
    return allocation_fails() ? NULL : real_memory.xRealloc(memory, bytes);
}

TEST(a_failed_allocation_is_a_status_and_leaves_a_sound_store)
{
    REQUIRE(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory) == SQLITE_OK);
    sqlite3_mem_methods ours = real_memory;
    ours.xMalloc = fault_malloc;
    ours.xRealloc = fault_realloc;
    REQUIRE(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK);
    prepare();
    fresh_copy();
    enum status failed;
    allocations = 0;
    CHECK_INT(run_transactions(&failed), STATES - 1);
    int total = allocations, refused = 0;
    REQUIRE(total > 500);
    for (int at = 1; at <= total; at += stride(total / 25)) {
        struct error error = {0};
        fresh_copy();
        allocations = 0;
        failing_allocation = at;
        int acknowledged = run_transactions(&failed);
        failing_allocation = 0;
        refused += failed != STATUS_OK;
        if (failed && failed != STATUS_MEMORY && failed != STATUS_IO)
            test_fail(__FILE__, __LINE__, "allocation %d of %d: status %d", at, total, failed);
        int found = find_state(&error);
        if (found < acknowledged || found > acknowledged + 1)
            test_fail(__FILE__, __LINE__, "allocation %d of %d: state %d, acknowledged %d: %s", at,
                      total, found, acknowledged, error.message);
    }
    CHECK(refused > 10);
}
