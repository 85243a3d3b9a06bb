/*
 * `tuoyu serve`: opens everything in order, prints where it answers, waits for a signal, and closes
 * everything in the other order.
 *
 *   store (and its lock) -> service -> control socket -> first picture -> http -> ticker
 *
 * SIGTERM and SIGINT finish what is running and end with 0; a second one ends at once. Signals are
 * waited for, never handled.
 */
#include "server/cmd.h"
#include "server/control.h"
#include "server/dispatch.h"
#include "server/files.h"
#include "server/http.h"
#include "server/log.h"
#include "server/ticker.h"
#include "server/usual_runs.h"
#include "server/version.h"

#include "data/dataset.h"
#include "data/sample.h"
#include "data/vacancies.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    DRAIN_S = 20,           /* for requests that run when it is told to stop */
    OTHER_DESCRIPTORS = 128 /* beside connections: store, control socket, imports */
};

struct serving {
    struct command *command;
    char listen[CONFIG_ADDRESS_BYTES], base_url[256 + 8];
    struct store *store;
    struct log *log;
    struct files *files;
    struct service service;
    struct control *control;
    struct http *http;
    struct ticker *ticker;
    struct sample_state sample;
    bool lacks_web; /* no built web folder was found */
};

static void block_signals(sigset_t *stopping)
{
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is an error of writing, not our end */
    sigemptyset(stopping);
    sigaddset(stopping, SIGTERM);
    sigaddset(stopping, SIGINT);
    pthread_sigmask(SIG_BLOCK, stopping, NULL); /* threads that follow inherit it */
}

/* Room for every connection, or as many connections as there is room for. */
static void raise_descriptor_limit(struct command *command)
{
    struct rlimit limit;
    rlim_t needed = command->config.connections + OTHER_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed)
        return;
    struct rlimit wanted = {.rlim_cur = needed,
                            .rlim_max = limit.rlim_max < needed ? needed : limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &wanted) == 0)
        return;
    wanted = (struct rlimit){.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &wanted) != 0)
        wanted = limit;
    command->config.connections = wanted.rlim_cur > OTHER_DESCRIPTORS + CONFIG_MIN_CONNECTIONS
                                      ? (uint32_t)wanted.rlim_cur - OTHER_DESCRIPTORS
                                      : CONFIG_MIN_CONNECTIONS;
    fprintf(command->err,
            "tuoyu serve: only %llu files may be open (ulimit -n), so at most %u connections\n",
            (unsigned long long)wanted.rlim_cur, command->config.connections);
}

static enum status open_store(struct serving *serving, const struct options *options,
                              struct clock *clock, struct error *error)
{
    struct command *command = serving->command;
    const char *now_text = options_text(options, "now");
    if (strcmp(command->config.store, "memory:") == 0)
        return error_set(
            error, STATUS_INVALID,
            "a store in memory is empty and ends with the program, so there is nothing "
            "to serve from it; give --store the path of a store");
    enum status status = store_open(command->config.store, STORE_WRITE, &serving->store, error);
    if (status == STATUS_NOT_FOUND)
        return error_set(
            error, STATUS_NOT_FOUND,
            "there is no store at %.300s; `tuoyu init --store … --region-file …` makes "
            "one, `make run` a sample",
            command->config.store);
    if (!status)
        status = command_read_clock(command, now_text, clock, error);
    if (!status && now_text) {
        status = command_allow_now(serving->store, error);
        *clock = clock_from(clock_now(clock)); /* starts there, and runs on */
    }
    return status;
}

/* The control socket first: commands that come while the first picture is made wait for the store,
 * and are not told that it is held by somebody. */
static enum status load(struct serving *serving, const struct clock *clock, struct error *error)
{
    struct service *service = &serving->service;
    bool changed = false;
    const char *path = serving->command->config.store;
    enum status status = service_open(service, serving->store, clock, error);
    if (status)
        return status;
    service->store_path = path;
    status = service_take_turn(service, NULL, error);
    if (status)
        return status;
    status = control_open(path, dispatch_request, service, &serving->control, error);
    if (!status)
        status = sample_redate(serving->store, clock_now(clock), &changed, error);
    if (!status)
        status = sample_state(serving->store, clock_now(clock), &serving->sample, error);
    service_give_turn(service);
    return status ? status : service_reload(service, error);
}

/* The pages' files: of the folder that was named, of the one beside the program, or built in alone. */
static enum status read_files(struct serving *serving, struct error *error)
{
    struct command *command = serving->command;
    char found[CONFIG_MAX_TEXT];
    const char *folder = command->config.web;
    if (!*folder && files_find_folder(found, sizeof found))
        folder = found;
    serving->lacks_web = !*folder;
    return files_open(folder, &serving->files, error);
}

static enum status start(struct serving *serving, struct http_options *http, struct error *error)
{
    const struct config *config = &serving->command->config;
    config_format_address(&config->listen, serving->listen);
    *http = (struct http_options){
        .listen = serving->listen,
        .public_url = *config->public_url ? config->public_url : NULL,
        .version = TUOYU_VERSION,
        .app = serving->service.app,
        .clock = &serving->service.clock,
        .log = config->log == CONFIG_LOG_NONE ? NULL : serving->log,
        .files = serving->files,
        .trusted_proxies = *config->trusted_proxies ? config->trusted_proxies : NULL,
        .threads = config->threads,
        .max_connections = config->connections,
        .rate_per_second = config->rate,
    };
    enum status status = http_start(http, &serving->http, error);
    if (!status) {
        snprintf(serving->base_url, sizeof serving->base_url, "%s", http_url(serving->http));
        atomic_store(&serving->service.base_url, serving->base_url);
    }
    if (!status)
        status = ticker_start(&serving->service, serving->log, &serving->ticker, error);
    return status;
}

/* The middle of the facilities on the map: somewhere near which there is something to find. */
static bool find_middle(const struct dataset *dataset, struct geo_point *middle)
{
    *middle = (struct geo_point){0};
    uint32_t count = 0;
    for (uint32_t i = 0; i < dataset->facility_count; i++) {
        const struct dataset_facility *facility = &dataset->facilities[i];
        if (facility->region != 0 || dataset->facility_items[i] == UINT32_MAX)
            continue;
        middle->lon += facility->point.lon;
        middle->lat += facility->point.lat;
        count++;
    }
    if (count) {
        middle->lon /= count;
        middle->lat /= count;
    }
    return count > 0;
}

static void print_sample(const struct sample_state *sample, const struct dataset *dataset,
                         FILE *out)
{
    if (!sample->is_sample)
        return;
    const char *notice = dataset->region_count ? dataset->regions[0].notice : "";
    fprintf(out, "%s\n", *notice ? notice : "示例数据 / sample data, invented.");
    if (sample->has_own_data && sample->age_days > 0)
        fprintf(
            out,
            "The sample's numbers are %d days old and age, because the store holds data of your "
            "own too;\n`make sample` makes a new one.\n",
            sample->age_days);
}

/* Dates that people ask for lie within weeks: time enough to put the next year's notice in. */
static void print_holidays(const struct picture *picture, FILE *err)
{
    enum { DAYS_AHEAD = 31 };
    const struct dataset *dataset = picture->dataset;
    for (uint32_t i = 0; i < dataset->region_count; i++) {
        const struct calendar *calendar = &dataset->regions[i].calendar;
        char until[11];
        if (calendar_knows_holidays(calendar, picture->vacancies->local[i].day + DAYS_AHEAD))
            continue;
        day_format(calendar->known_until, until);
        fprintf(
            err,
            "tuoyu serve: the public holidays of region %s are known until %s; later days count "
            "as ordinary ones until its region.json says more\n",
            dataset->regions[i].name, until);
    }
}

/* The planners' table in one line: how many communities are within walk of which care. */
static void print_coverage(const struct coverage_run *run, FILE *out)
{
    if (!run || run->known_communities == 0)
        return;
    fprintf(out, "%s: of %u communities with people, within %g minutes' walk of", run->region,
            run->known_communities, run->minutes);
    for (uint32_t care = 0; care < CARE_COUNT; care++)
        fprintf(out, "%s %s %u", care ? "," : "", care_code((int)care), run->reachable[care]);
    fputs(".\n", out);
}

/* One line to try of each kind of answer. */
static void print_questions(const struct picture *picture, const char *address, const char *store,
                            FILE *out)
{
    struct geo_point middle;
    if (!find_middle(picture->dataset, &middle)) {
        fprintf(out,
                "It has no facility on the map yet: `tuoyu import register` brings some.\n"
                "Try:\n  curl 'http://%s/v1/status'\n",
                address);
        return;
    }
    fprintf(out, "Try:\n  curl 'http://%s/v1/nearby?lon=%.4f&lat=%.4f&open=true'\n", address,
            middle.lon, middle.lat);
    if (picture->dataset->network_count == 0)
        return;
    fprintf(out, "  curl 'http://%s/v1/isochrone?lon=%.4f&lat=%.4f&minutes=5,10,15'\n", address,
            middle.lon, middle.lat);
    fprintf(out, "  curl 'http://%s/v1/coverage'   as a table: tuoyu coverage --store %s\n",
            address, store);
}

/* Where it answers, and what to try. */
static void print_ready(struct serving *serving, const struct picture *picture)
{
    struct command *command = serving->command;
    const struct dataset *dataset = picture->dataset;
    union config_address address = command->config.listen;
    char text[CONFIG_ADDRESS_BYTES];
    in_port_t port = htons((uint16_t)http_port(serving->http));
    if (address.any.sa_family == AF_INET6)
        address.v6.sin6_port = port;
    else
        address.v4.sin_port = port;
    config_format_address(&address, text);

    fprintf(command->out, "Tuoyu 托育 answers at http://%s%s%s\n", text,
            *command->config.public_url ? ", known as " : "", command->config.public_url);
    if (serving->lacks_web)
        fprintf(command->err, "tuoyu serve: there is no built web folder (`make web` makes one), "
                              "so the pages work without script and map\n");
    fprintf(command->out, "%s: %u facilities, %u of them public", command->config.store,
            dataset->facility_count, picture->vacancies->public_count);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        fprintf(command->out, "%s %s", i ? "," : "; region", dataset->regions[i].name);
    fputs(".\n", command->out);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        if (dataset->network_troubles[i])
            fprintf(command->err, "tuoyu serve: %s\n", dataset->network_troubles[i]);
    print_holidays(picture, command->err);
    print_sample(&serving->sample, dataset, command->out);
    for (uint32_t i = 0; i < dataset->region_count; i++)
        print_coverage(usual_runs_of(picture->usual, i), command->out);
    print_questions(picture, text, command->config.store, command->out);
    fprintf(command->out, "For people: http://%s/\n", text);
    fflush(command->out);
    if (!command->config.is_loopback)
        fprintf(
            command->err,
            "tuoyu serve: other machines can reach %s, without encryption; let a proxy with TLS "
            "stand in front of it\n",
            text);
}

static enum status announce(struct serving *serving, struct error *error)
{
    struct app_reader *reader = NULL;
    enum status status = app_reader_open(serving->service.app, &reader, error);
    if (status)
        return status;
    const struct picture *picture = app_borrow(reader);
    print_ready(serving, picture);
    app_return(reader);
    app_reader_close(reader);
    return STATUS_OK;
}

/* The first signal ends it; from then on a second one has its usual, immediate effect. */
static void wait_for_signal(struct serving *serving, const sigset_t *stopping)
{
    int which = 0;
    while (sigwait(stopping, &which) != 0)
        ;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, stopping, NULL);
    log_message(serving->log, "stopping: finishing what is running");
}

/*
 * The other order, but for the control socket: requests first. A command that does not end although
 * it is cancelled keeps its thread and what it uses; the store survives a process that ends without
 * closing it.
 */
static bool stop(struct serving *serving)
{
    bool drained = http_stop(serving->http, DRAIN_S);
    files_close(serving->files); /* nobody is being answered any more */
    bool ended = control_close(serving->control);
    if (!drained)
        log_message(serving->log, "some requests did not end within %d s and were cut", DRAIN_S);
    if (!ended) {
        log_message(serving->log, "a command did not end within %d s and is left",
                    CONTROL_STOP_MS / 1000);
        log_close(serving->log);
        return false;
    }
    if (serving->service.app)
        service_end(&serving->service);
    ticker_stop(serving->ticker);
    service_close(&serving->service);
    log_close(serving->log);
    store_close(serving->store);
    return true;
}

static int run(struct command *command, const struct options *options)
{
    if (options_flag(options, "print-config")) {
        config_print(&command->config, command->out);
        return COMMAND_OK;
    }
    struct serving serving = {.command = command};
    struct http_options http;
    struct clock clock;
    struct error error = {0};
    sigset_t stopping;
    block_signals(&stopping);
    raise_descriptor_limit(command);
    enum status status = open_store(&serving, options, &clock, &error);
    if (!status)
        status = log_open(STDERR_FILENO,
                          command->config.log == CONFIG_LOG_JSON ? LOG_JSON : LOG_KEY_VALUE,
                          &serving.log, &error);
    if (!status)
        status = load(&serving, &clock, &error);
    if (!status)
        status = read_files(&serving, &error);
    if (!status)
        status = start(&serving, &http, &error);
    if (!status)
        status = announce(&serving, &error);
    if (!status)
        wait_for_signal(&serving, &stopping);
    if (!stop(&serving)) {
        fflush(NULL);
        _exit(COMMAND_FAILED); /* memory that a thread still uses is not ours to free */
    }
    return status ? command_fail(command, &error) : COMMAND_OK;
}

static const struct option_spec specs[] = {
    OPTION_STORE,
    {"listen", "ADDR:PORT",
     "Where to answer (TUOYU_LISTEN; default 127.0.0.1:8080, this\nmachine alone)"},
    {"public-url", "URL", "What links begin with (TUOYU_PUBLIC_URL; default http://ADDR:PORT)"},
    {"threads", "COUNT", "Threads that answer (TUOYU_THREADS; default 0, one a processor)"},
    {"connections", "COUNT", "Connections at one time (TUOYU_CONNECTIONS; default 2048)"},
    {"trusted-proxies", "LIST",
     "Addresses whose X-Forwarded headers count\n(TUOYU_TRUSTED_PROXIES; default none)"},
    {"rate", "COUNT", "Requests a second and client (TUOYU_RATE; default 0, no limit)"},
    {"log", "HOW", "Of requests, on standard error: text (default), json or none\n(TUOYU_LOG)"},
    {"web", "DIR",
     "The built web folder (TUOYU_WEB; default web/dist of the tree or\nshare/tuoyu/web beside the "
     "program)"},
    {"now", "TIME", "Start the clock at this moment; sample and test stores only"},
    {"print-config", NULL, "Print the settings that hold and where they come from"},
};
static const char *const examples[] = {
    "tuoyu serve",
    "tuoyu serve --store /srv/tuoyu/register.db --listen 127.0.0.1:9000",
    "TUOYU_LISTEN=0.0.0.0:80 tuoyu serve --public-url https://tuoyu.example.org",
    "tuoyu serve --print-config",
    NULL,
};
static const struct usage usage = {
    .name = "serve",
    .positionals = "",
    .summary = "Answer over HTTP until it is told to stop",
    .about =
        "Owns the store and answers over HTTP. Other commands on the same store are run inside\n"
        "it while it runs. SIGTERM or Ctrl-C finishes what is running and stops; a second one\n"
        "stops at once. The log holds no query, no coordinate and no client's address.",
    .options = specs,
    .option_count = COUNT_OF(specs),
    .examples = examples,
};
const struct command_entry cmd_serve = {&usage, run, .is_local = true};
