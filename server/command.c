#include "server/command.h"

#include "data/calendar.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_EVERY_MS = 200 };

int command_fail(struct command *command, const struct error *error)
{
    command_progress_end(command);
    fprintf(command->err, "tuoyu %s: %s\n", command->name, error->message);
    bool is_value = error->status == STATUS_INVALID || error->status == STATUS_NOT_FOUND;
    if (is_value && error->parameter[0])
        return COMMAND_MISUSED;
    return error->status == STATUS_REJECTED ? COMMAND_REJECTED : COMMAND_FAILED;
}

int command_misuse(struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(command->err, "tuoyu %s: ", command->name);
    vfprintf(command->err, format, arguments);
    fprintf(command->err, "\nTry: tuoyu %s --help\n", command->name);
    va_end(arguments);
    return COMMAND_MISUSED;
}

enum status command_path(const struct command *command, const char *given,
                         char path[COMMAND_PATH_BYTES], struct error *error)
{
    int length = given[0] == '/' ? snprintf(path, COMMAND_PATH_BYTES, "%s", given)
                                 : snprintf(path, COMMAND_PATH_BYTES, "%s/%s", command->cwd, given);
    if (length >= COMMAND_PATH_BYTES)
        return error_set(error, STATUS_LIMIT, "the path %.60s… is %d bytes long; at most %d work",
                         given, length, COMMAND_PATH_BYTES - 1);
    return STATUS_OK;
}

enum status command_open_store(struct command *command, enum store_mode mode, struct error *error)
{
    if (command->store)
        return STATUS_OK; /* a picture is taken of a store that is open to write */
    if (!command->service)
        return store_open(command->config.store, mode, &command->store, error);
    if (mode == STORE_WRITE) {
        enum status status = service_take_turn(command->service, command->cancelled, error);
        if (status)
            return status;
        command->has_turn = true;
    }
    command->store = command->service->store;
    return STATUS_OK;
}

void command_close_store(struct command *command)
{
    if (!command->service)
        store_close(command->store);
    else if (command->has_turn)
        service_give_turn(command->service);
    command->store = NULL;
    command->has_turn = false;
}

enum status command_show_changes(struct command *command, struct error *error)
{
    if (!command->service)
        return STATUS_OK;
    enum status status = service_reload(command->service, error);
    if (status)
        error_prefix(error, "it is stored, but the server could not load it and shows the old data "
                            "until it is started anew");
    return status;
}

enum status command_show_kept(struct command *command, struct error *error)
{
    return command->service ? service_show_kept(command->service, error) : STATUS_OK;
}

static bool is_yes(struct store *store, const char *fact)
{
    struct arena arena;
    arena_init(&arena, 4096);
    const char *value = NULL;
    bool yes = !store_meta_get(store, fact, &arena, &value, NULL) && strcmp(value, "yes") == 0;
    arena_release(&arena);
    return yes;
}

enum status command_allow_now(struct store *store, struct error *error)
{
    if (is_yes(store, "sample") || is_yes(store, "test"))
        return STATUS_OK;
    return error_set_parameter(error, STATUS_INVALID, "now",
                               "--now is for sample and test stores alone; this store holds a real "
                               "register, whose answers must not be those of another day");
}

enum status command_read_clock(struct command *command, const char *now, struct clock *clock,
                               struct error *error)
{
    *clock = command->service ? command->service->clock : clock_system();
    if (!now)
        return STATUS_OK;
    moment_t at;
    if (moment_parse(now, strlen(now), &at))
        return error_set_parameter(error, STATUS_INVALID, "now",
                                   "--now is '%.60s'; it must be a moment like "
                                   "2026-11-24T03:10:00Z",
                                   now);
    *clock = clock_fixed(at);
    return STATUS_OK;
}

enum status command_clock(struct command *command, const char *now, struct clock *clock,
                          struct error *error)
{
    enum status status = command_read_clock(command, now, clock, error);
    if (!status && now)
        status = command_allow_now(command->store, error);
    return status;
}

enum status command_find_region(const struct command *command, const char *name,
                                struct region *region, struct error *error)
{
    struct arena arena;
    struct store_region *regions = NULL;
    uint32_t count = 0, found = 0, matches = 0;
    arena_init(&arena, 16 << 20);
    enum status status = store_regions(command->store, &arena, &regions, &count, error);
    for (uint32_t i = 0; !status && i < count; i++)
        if (!name || strcmp(regions[i].name, name) == 0) {
            found = i;
            matches++;
        }
    if (!status && matches == 1) {
        status = region_parse(regions[found].json, strlen(regions[found].json), region, error);
    } else if (!status) {
        char names[200] = "";
        size_t used = 0;
        for (uint32_t i = 0; i < count && used < sizeof names - 1; i++)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                                     regions[i].name);
        status =
            count == 0 ? error_set(error, STATUS_NOT_FOUND,
                                   "the store has no region yet; `tuoyu init` makes one")
            : name     ? error_set_parameter(error, STATUS_INVALID, "region",
                                             "the store has no region '%.60s'; it has %s", name, names)
                       : error_set_parameter(error, STATUS_INVALID, "region",
                                             "the store has several regions; say --region NAME, "
                                                 "one of %s",
                                             names);
    }
    arena_release(&arena);
    return status;
}

/* A terminal that is stopped would stop us, and with us everyone who waits for the store. */
static bool can_print(struct command *command)
{
    int fd = fileno(command->err);
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return fd >= 0 && isatty(fd) && poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT;
}

void command_progress(struct command *command, const char *doing, double done)
{
    int64_t now_ms = clock_monotonic_ms();
    if (now_ms < command->progress_at_ms || !can_print(command))
        return;
    command->progress_at_ms = now_ms + PROGRESS_EVERY_MS;
    command->shows_progress = true;
    fprintf(command->err, "\r%s: %3.0f %%\033[K", doing, done * 100);
    fflush(command->err);
}

void command_progress_end(struct command *command)
{
    if (command->shows_progress && can_print(command)) {
        fputs("\r\033[K", command->err);
        fflush(command->err);
    }
    command->shows_progress = false;
}
