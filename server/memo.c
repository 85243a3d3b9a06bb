#include "server/memo.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* A line of the memo; kept by the memo while `is_kept`, and by its readers. */
struct line {
    struct memo_answer answer; /* first: an answer is its line */
    uint32_t readers;
    int64_t asked_ms;
    bool is_kept;
};

struct memo {
    pthread_mutex_t lock; /* held for a look at the lines, never while computing */
    void (*release)(void *value);
    struct line *lines[MEMO_KEPT];
    uint32_t count;
    bool is_computing;
    struct memo_answer pending; /* what is being computed: its question; made_ms = since when */
    int64_t purse_ms, filled_ms;
    bool is_filling; /* filled_ms holds */
};

enum status memo_open(void (*release)(void *value), struct memo **out, struct error *error)
{
    struct memo *memo = calloc(1, sizeof *memo);
    *out = NULL;
    if (!memo || pthread_mutex_init(&memo->lock, NULL) != 0) {
        free(memo);
        return error_memory(error, "opening a memo");
    }
    memo->release = release;
    memo->purse_ms = MEMO_PURSE_MS;
    *out = memo;
    return STATUS_OK;
}

static void drop_line(const struct memo *memo, struct line *line)
{
    line->is_kept = false;
    if (line->readers)
        return;
    memo->release(line->answer.value);
    free(line);
}

void memo_close(struct memo *memo)
{
    if (!memo)
        return;
    for (uint32_t i = 0; i < memo->count; i++)
        drop_line(memo, memo->lines[i]);
    pthread_mutex_destroy(&memo->lock);
    free(memo);
}

static void fill_purse(struct memo *memo, int64_t now_ms)
{
    int64_t gained = memo->is_filling ? (now_ms - memo->filled_ms) / MEMO_FILLS_IN : 0;
    gained = gained < 0 ? 0 : gained; /* threads look at the clock before they have the lock */
    /* What is not yet a whole millisecond is not lost. */
    memo->filled_ms = memo->is_filling ? memo->filled_ms + gained * MEMO_FILLS_IN : now_ms;
    memo->is_filling = true;
    memo->purse_ms += gained;
    if (memo->purse_ms > MEMO_PURSE_MS)
        memo->purse_ms = MEMO_PURSE_MS;
}

static struct line *find_line(const struct memo *memo, uint64_t question, uint32_t *place)
{
    for (uint32_t i = 0; i < memo->count; i++)
        if (memo->lines[i]->answer.question == question) {
            *place = i;
            return memo->lines[i];
        }
    return NULL;
}

static enum memo_found hand_out(struct line *line, int64_t now_ms, struct memo_answer **answer)
{
    line->readers++;
    line->asked_ms = now_ms;
    *answer = &line->answer;
    return MEMO_FOUND;
}

/* May it be handed out although the data are newer? */
static bool is_young(const struct memo_answer *answer, int64_t now_ms)
{
    return now_ms - answer->made_ms < MEMO_OLD_MS;
}

enum memo_found memo_find(struct memo *memo, uint64_t question, uint64_t generation, int64_t now_ms,
                          struct memo_answer **answer)
{
    enum memo_found found = MEMO_BUSY;
    uint32_t place;
    *answer = NULL;
    pthread_mutex_lock(&memo->lock);
    fill_purse(memo, now_ms);
    struct line *line = find_line(memo, question, &place);
    bool is_good =
        line && (line->answer.generation == generation || is_young(&line->answer, now_ms));
    bool may_compute = !memo->is_computing && memo->purse_ms > 0;
    if (is_good || (line && !may_compute)) {
        found = hand_out(line, now_ms, answer);
    } else if (may_compute) {
        memo->is_computing = true;
        memo->pending =
            (struct memo_answer){.question = question, .generation = generation, .made_ms = now_ms};
        found = MEMO_COMPUTE;
    }
    pthread_mutex_unlock(&memo->lock);
    return found;
}

static void pay(struct memo *memo, int64_t now_ms)
{
    fill_purse(memo, now_ms);
    memo->purse_ms -= now_ms - memo->pending.made_ms;
    memo->is_computing = false;
}

/* Where the next line goes: its question's own place, a free one, or that of the one not asked for
 * the longest. */
static uint32_t make_place(struct memo *memo, uint64_t question)
{
    uint32_t place = 0;
    struct line *line = find_line(memo, question, &place);
    if (!line && memo->count < MEMO_KEPT)
        return memo->count++;
    for (uint32_t i = 0; i < memo->count && !line; i++)
        if (memo->lines[i]->asked_ms < memo->lines[place]->asked_ms)
            place = i;
    drop_line(memo, memo->lines[place]);
    return place;
}

struct memo_answer *memo_put(struct memo *memo, void *value, int64_t now_ms)
{
    struct line *line = malloc(sizeof *line);
    pthread_mutex_lock(&memo->lock);
    if (line) {
        *line = (struct line){memo->pending, 1, now_ms, true};
        line->answer.value = value;
        line->answer.took_ms = now_ms - line->answer.made_ms;
        line->answer.made_ms = now_ms;
        memo->lines[make_place(memo, memo->pending.question)] = line;
    } else {
        memo->release(value);
    }
    pay(memo, now_ms);
    pthread_mutex_unlock(&memo->lock);
    return line ? &line->answer : NULL;
}

void memo_give_up(struct memo *memo, int64_t now_ms)
{
    pthread_mutex_lock(&memo->lock);
    pay(memo, now_ms);
    pthread_mutex_unlock(&memo->lock);
}

void memo_return(struct memo *memo, struct memo_answer *answer)
{
    pthread_mutex_lock(&memo->lock);
    struct line *line = (struct line *)answer; /* its first member */
    line->readers--;
    if (!line->is_kept)
        drop_line(memo, line);
    pthread_mutex_unlock(&memo->lock);
}
