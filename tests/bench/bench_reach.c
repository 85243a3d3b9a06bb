/*
 * Reaches and sweeps over the streets of Porto (TEST_DATA, 9,900 km of street), against a plain
 * Dijkstra with a binary heap on the same contracted arrays, and against an unweighted breadth-first
 * pass. Every peer's answers are compared with ours in the run itself.
 */
#include "geo/reach.h"
#include "tests/bench/porto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUERIES = 4000, ROUNDS = 9, SWEEP_ROUNDS = 9, SWEEP_SOURCES = 1000, SECONDS_15_MM = 900000 };

/* Peers ----------------------------------------------------------------------------------------- */

struct heap_entry {
    uint32_t mm, node;
};

struct plain {
    uint32_t *mm;      /* by node */
    uint32_t *touched; /* nodes to clear before the next query */
    uint32_t touched_count;
    struct heap_entry *heap;
    uint32_t heap_count;
};

static void heap_push(struct plain *plain, uint32_t mm, uint32_t node)
{
    uint32_t at = plain->heap_count++;
    while (at > 0 && plain->heap[(at - 1) / 2].mm > mm) {
        plain->heap[at] = plain->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    plain->heap[at] = (struct heap_entry){mm, node};
}

static struct heap_entry heap_pop(struct plain *plain)
{
    struct heap_entry top = plain->heap[0], last = plain->heap[--plain->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= plain->heap_count)
            break;
        if (child + 1 < plain->heap_count && plain->heap[child + 1].mm < plain->heap[child].mm)
            child++;
        if (plain->heap[child].mm >= last.mm)
            break;
        plain->heap[at] = plain->heap[child];
        at = child;
    }
    plain->heap[at] = last;
    return top;
}

static void plain_offer(struct plain *plain, uint32_t node, uint32_t mm)
{
    if (plain->mm[node] <= mm)
        return;
    if (plain->mm[node] == REACH_FAR)
        plain->touched[plain->touched_count++] = node;
    plain->mm[node] = mm;
    heap_push(plain, mm, node);
}

static void plain_clear(struct plain *plain)
{
    for (uint32_t i = 0; i < plain->touched_count; i++)
        plain->mm[plain->touched[i]] = REACH_FAR;
    plain->touched_count = 0;
    plain->heap_count = 0;
}

static void plain_start(struct plain *plain, const struct network *network, const struct snap *at)
{
    const struct network_piece *piece = &network->pieces[at->piece];
    plain_offer(plain, piece->from, at->from_start_mm);
    plain_offer(plain, piece->to, piece->length_mm - at->from_start_mm);
}

static void plain_run(struct plain *plain, const struct network *network,
                      const struct profile *profile, uint32_t max_mm)
{
    while (plain->heap_count) {
        struct heap_entry top = heap_pop(plain);
        if (top.mm > plain->mm[top.node])
            continue;
        for (uint32_t e = network->first_edge[top.node]; e < network->first_edge[top.node + 1];
             e++) {
            const struct network_edge *edge = &network->edges[e];
            if (edge->length_mm <= max_mm - top.mm &&
                profile_allows(profile, network_edge_class(edge)))
                plain_offer(plain, edge->to, top.mm + edge->length_mm);
        }
    }
}

static uint32_t breadth_first(const struct network *network, const struct snap *sources,
                              uint32_t count, uint32_t *queue, uint8_t *seen)
{
    uint32_t head = 0, tail = 0;
    memset(seen, 0, network->node_count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t node = network->pieces[sources[i].piece].from;
        if (!seen[node])
            queue[tail++] = node;
        seen[node] = 1;
    }
    while (head < tail) {
        uint32_t node = queue[head++];
        for (uint32_t e = network->first_edge[node]; e < network->first_edge[node + 1]; e++) {
            uint32_t to = network->edges[e].to;
            if (!seen[to])
                queue[tail++] = to;
            seen[to] = 1;
        }
    }
    return tail;
}

/* Measuring ------------------------------------------------------------------------------------- */

struct bench {
    struct network network;
    const struct profile *profile;
    struct reach reach;
    struct plain plain;
    struct snap *snaps;
    struct error error;
};

static void fail(const struct bench *bench, const char *what)
{
    printf("%s %s\n", what, bench->error.message);
    exit(1);
}

static void reach_round(struct bench *bench, uint32_t max_mm, double *ours_us, double *plain_us)
{
    double started = bench_now_s();
    for (uint32_t i = 0; i < QUERIES; i++)
        if (reach_compute(&bench->network, bench->profile, &bench->snaps[i], REACH_FROM, max_mm,
                          &bench->reach, &bench->error))
            fail(bench, "reach");
    *ours_us = (bench_now_s() - started) / QUERIES * 1e6;
    started = bench_now_s();
    for (uint32_t i = 0; i < QUERIES; i++) {
        plain_clear(&bench->plain);
        plain_start(&bench->plain, &bench->network, &bench->snaps[i]);
        plain_run(&bench->plain, &bench->network, bench->profile, max_mm);
    }
    *plain_us = (bench_now_s() - started) / QUERIES * 1e6;
}

static void compare_reaches(struct bench *bench, uint32_t max_mm)
{
    for (uint32_t i = 0; i < QUERIES; i += 10) {
        if (reach_compute(&bench->network, bench->profile, &bench->snaps[i], REACH_FROM, max_mm,
                          &bench->reach, &bench->error))
            fail(bench, "reach");
        plain_clear(&bench->plain);
        plain_start(&bench->plain, &bench->network, &bench->snaps[i]);
        plain_run(&bench->plain, &bench->network, bench->profile, max_mm);
        uint32_t within = 0;
        for (uint32_t n = 0; n < bench->network.node_count; n++) {
            uint32_t plain = bench->plain.mm[n] <= max_mm ? bench->plain.mm[n] : REACH_FAR;
            within += plain != REACH_FAR;
            if (plain != reach_node_mm(&bench->reach, n))
                fail(bench, "the two disagree");
        }
        if (within != bench->reach.count)
            fail(bench, "the two disagree in number");
    }
}

static void bench_reaches(struct bench *bench, uint32_t max_mm, const char *name)
{
    double ours[ROUNDS], plain[ROUNDS], ratio[ROUNDS];
    compare_reaches(bench, max_mm);
    for (int round = 0; round < ROUNDS; round++) {
        reach_round(bench, max_mm, &ours[round], &plain[round]);
        ratio[round] = ours[round] / plain[round];
    }
    printf("%-28s ours %7.2f us  binary heap %7.2f us  ratio %.2f\n", name,
           bench_median(ours, ROUNDS), bench_median(plain, ROUNDS), bench_median(ratio, ROUNDS));
}

static void bench_sweeps(struct bench *bench)
{
    const struct network *network = &bench->network;
    uint32_t *mm = bench_must(malloc(network->node_count * sizeof *mm));
    uint32_t *source = bench_must(malloc(network->node_count * sizeof *source));
    uint32_t *queue = bench_must(malloc(network->node_count * sizeof *queue));
    uint8_t *seen = bench_must(malloc(network->node_count));
    double ours[SWEEP_ROUNDS], plain[SWEEP_ROUNDS], breadth[SWEEP_ROUNDS];
    double to_plain[SWEEP_ROUNDS], to_breadth[SWEEP_ROUNDS];
    for (int round = 0; round < SWEEP_ROUNDS; round++) {
        double started = bench_now_s();
        if (reach_sweep(network, bench->profile, bench->snaps, NULL, SWEEP_SOURCES, UINT32_MAX - 1,
                        &bench->reach, mm, source, &bench->error))
            fail(bench, "sweep");
        ours[round] = (bench_now_s() - started) * 1e3;
        started = bench_now_s();
        plain_clear(&bench->plain);
        for (uint32_t i = 0; i < SWEEP_SOURCES; i++)
            plain_start(&bench->plain, network, &bench->snaps[i]);
        plain_run(&bench->plain, network, bench->profile, UINT32_MAX - 1);
        plain[round] = (bench_now_s() - started) * 1e3;
        started = bench_now_s();
        breadth_first(network, bench->snaps, SWEEP_SOURCES, queue, seen);
        breadth[round] = (bench_now_s() - started) * 1e3;
        to_plain[round] = ours[round] / plain[round];
        to_breadth[round] = ours[round] / breadth[round];
        for (uint32_t n = 0; n < network->node_count; n++)
            if (mm[n] != bench->plain.mm[n])
                fail(bench, "the sweeps disagree");
    }
    printf("sweep from %d sources        ours %7.2f ms  binary heap %7.2f ms  ratio %.2f  "
           "breadth first %.2f ms  ratio %.2f\n",
           SWEEP_SOURCES, bench_median(ours, SWEEP_ROUNDS), bench_median(plain, SWEEP_ROUNDS),
           bench_median(to_plain, SWEEP_ROUNDS), bench_median(breadth, SWEEP_ROUNDS),
           bench_median(to_breadth, SWEEP_ROUNDS));
    free(mm);
    free(source);
    free(queue);
    free(seen);
}

int main(void)
{
    struct bench bench = {.network = porto_read(), .profile = profile_builtin(PROFILE_STROLLER)};
    size_t nodes = bench.network.node_count;
    if (reach_init(&bench.reach, bench.network.node_count, &bench.error))
        fail(&bench, "init");
    bench.plain.mm = bench_must(malloc(nodes * sizeof(uint32_t)));
    memset(bench.plain.mm, 0xFF, nodes * sizeof(uint32_t));
    bench.plain.touched = bench_must(malloc(nodes * sizeof(uint32_t)));
    bench.plain.heap =
        bench_must(malloc((bench.network.edge_count + 2 * nodes) * sizeof(struct heap_entry)));
    bench.snaps = bench_must(malloc(QUERIES * sizeof *bench.snaps));
    porto_positions(&bench.network, bench.profile, bench.snaps, QUERIES);
    printf("%d random origins, stroller; medians of %d rounds\n", QUERIES, ROUNDS);
    bench_reaches(&bench, SECONDS_15_MM, "reach of 15 minutes");
    bench_reaches(&bench, 2 * SECONDS_15_MM, "reach of 30 minutes");
    bench_sweeps(&bench);
    free(bench.plain.mm);
    free(bench.plain.touched);
    free(bench.plain.heap);
    free(bench.snaps);
    reach_release(&bench.reach);
    network_build_release(&bench.network);
    return 0;
}
