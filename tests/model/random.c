/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_random: events from a seed, each on the kernel and on the model.
 *
 *   --events N  --seed S   that many; seed S is the first world's, S + 1 the next's
 *   --in small|crowd|drivers|handlers   the world; small if not said
 *   --cores N              2 if not said
 *   --world N              events in a world before it is made again
 *   --save FILE            only one world: writes its events
 *   --replay FILE          events of a file, one world
 *   --minimise FILE        drops events while it still fails, and writes the file anew
 *   --keep FILE            writes down which instructions of the short ways were tried
 *   --add FILE             what another run has kept counts for --gaps, too
 *   --gaps N               fails if more of them than N were not tried
 *   --invariants N         the kernel's own invariants every N events; 0: never
 *
 * Exit status 0: kernel and model agree. The last line is the hash of the final state.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compare.h"

#define EVENTS_MAX (1u << 20)

static struct event list[EVENTS_MAX];
static unsigned count;

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

/*
 * All of the state is compared after each event: a third of the time would go into looking
 * for marks around what is compared. The kernel, which is sanitized, has copies of its own.
 */
const char *__asan_default_options(void)
{
    return "detect_leaks=0:abort_on_error=1:replace_intrin=0:intercept_memcmp=0";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

static uint64_t option_events = 100000, option_seed = 1;
static const char *save, *replay, *to_minimise, *keep;
static const char *add[4];
static unsigned adds;
static bool only_long;
static unsigned gaps_allowed = UINT32_MAX; /* instructions of the short ways that were not tried */
static enum world in = WORLD_SMALL;
static const char *const world_names[] = { "small", "crowd", "drivers", "handlers" };
static unsigned option_cores = 2;

/* --- Chance: SplitMix64 (Steele, Lea, Flood 2014) --------------------------------------- */

static uint64_t chance_state;

static uint64_t chance(void)
{
    uint64_t word = chance_state += 0x9e3779b97f4a7c15ULL;

    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
    return word ^ word >> 31;
}

static void make_events(uint64_t seed, unsigned events)
{
    chance_state = seed * 0x9e3779b97f4a7c15ULL + 1;
    for (count = 0; count < events; count++) {
        uint64_t word = chance();

        memcpy(&list[count], &word, sizeof(word));
    }
}

/* --- Worlds -------------------------------------------------------------------------------- */

static uint64_t world_seed, options_world = 600;

static void tell_how_to_repeat(int signal)
{
    (void)signal;
    story_tell();
    if (!quiet && world_seed != UINT64_MAX)
        fprintf(stderr, "again: model_random --in %s --cores %u --seed %llu --events %llu --world %llu\n",
                world_names[in], option_cores, (unsigned long long)world_seed,
                (unsigned long long)options_world, (unsigned long long)options_world);
    _exit(1);
}

static void run_list(void)
{
    world_reset();
    for (unsigned at = 0; at < count && !model.dead; at++)
        event_happen(&list[at]);
}

/* In a process of its own. */
static bool fails(void)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        quiet = true;
        if (freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        run_list();
        world_check_outside();
        _exit(0);
    }
    return child < 0 || waitpid(child, &status, 0) != child || status != 0;
}

/* --- Files ----------------------------------------------------------------------------------- */

static void read_list(const char *name)
{
    FILE *file = fopen(name, "r");
    unsigned byte[EVENT_BYTES];

    if (file == NULL) {
        perror(name);
        exit(2);
    }
    while (count < EVENTS_MAX &&
           fscanf(file, "%2x%2x%2x%2x%2x%2x%2x%2x", &byte[0], &byte[1], &byte[2], &byte[3],
                  &byte[4], &byte[5], &byte[6], &byte[7]) == EVENT_BYTES) {
        for (unsigned index = 0; index < EVENT_BYTES; index++)
            list[count].byte[index] = (uint8_t)byte[index];
        count++;
    }
    fclose(file);
}

static void write_list(const char *name)
{
    FILE *file = fopen(name, "w");

    if (file == NULL) {
        perror(name);
        exit(2);
    }
    for (unsigned at = 0; at < count; at++) {
        for (unsigned index = 0; index < EVENT_BYTES; index++)
            fprintf(file, "%02x", list[at].byte[index]);
        fputc('\n', file);
    }
    fclose(file);
}

/* --- Minimising -------------------------------------------------------------------------------- */

/* Without [from, from + length): true, and gone for good, if it still fails. */
static bool drop(unsigned from, unsigned length)
{
    static struct event kept[EVENTS_MAX];
    unsigned was = count;

    memcpy(kept, list, count * sizeof(list[0]));
    memmove(&list[from], &list[from + length], (count - from - length) * sizeof(list[0]));
    count -= length;
    if (fails())
        return true;
    memcpy(list, kept, was * sizeof(list[0]));
    count = was;
    return false;
}

static void shorten_end(void)
{
    unsigned good = 0, bad = count;

    while (bad - good > 1) {
        unsigned whole = count;

        count = good + (bad - good) / 2;
        *(fails() ? &bad : &good) = count;
        count = whole;
    }
    count = bad;
}

static int minimise(const char *name)
{
    if (!fails()) {
        fprintf(stderr, "it does not fail\n");
        return 2;
    }
    shorten_end();
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (unsigned length = count / 2; length > 0; length /= 2)
            for (unsigned from = 0; from + length <= count;)
                if (drop(from, length))
                    smaller = true;
                else
                    from += length;
    }
    write_list(name);
    fprintf(stderr, "%u events are left in %s\n", count, name);
    run_list();
    return 1;
}

/* --- The options --------------------------------------------------------------------------------- */

static enum world world_named(const char *name)
{
    for (unsigned at = 0; at < sizeof(world_names) / sizeof(world_names[0]); at++)
        if (strcmp(name, world_names[at]) == 0)
            return (enum world)at;
    fprintf(stderr, "there is no world %s\n", name);
    exit(2);
}

static void read_options(int argc, char **argv)
{
    for (int at = 1; at < argc; at += 2) {
        const char *value = at + 1 < argc ? argv[at + 1] : "";

        if (strcmp(argv[at], "--events") == 0)
            option_events = strtoull(value, NULL, 0);
        else if (strcmp(argv[at], "--seed") == 0)
            option_seed = strtoull(value, NULL, 0);
        else if (strcmp(argv[at], "--world") == 0)
            options_world = strtoull(value, NULL, 0);
        else if (strcmp(argv[at], "--invariants") == 0)
            invariants_every = strtoull(value, NULL, 0);
        else if (strcmp(argv[at], "--cores") == 0)
            option_cores = (unsigned)strtoul(value, NULL, 0);
        else if (strcmp(argv[at], "--in") == 0)
            in = world_named(value);
        else if (strcmp(argv[at], "--short-ways") == 0)
            only_long = strcmp(value, "off") == 0;
        else if (strcmp(argv[at], "--gaps") == 0)
            gaps_allowed = (unsigned)strtoul(value, NULL, 0);
        else if (strcmp(argv[at], "--add") == 0)
            add[adds++ % 4] = value;
        else if (strcmp(argv[at], "--keep") == 0)
            keep = value;
        else if (strcmp(argv[at], "--save") == 0)
            save = value;
        else if (strcmp(argv[at], "--replay") == 0)
            replay = value;
        else if (strcmp(argv[at], "--minimise") == 0)
            to_minimise = value;
        else {
            fprintf(stderr, "unknown option %s; see tests/model/README.md\n", argv[at]);
            exit(2);
        }
    }
    if (option_cores == 0 || option_cores > MODEL_CORES)
        option_cores = MODEL_CORES;
    if (options_world == 0 || options_world > EVENTS_MAX)
        options_world = EVENTS_MAX;
}

static uint64_t run_seeds(void)
{
    uint64_t hash = 0, done = 0;

    for (world_seed = option_seed; done < option_events; world_seed++) {
        unsigned events = (unsigned)options_world;

        if (option_events - done < events)
            events = (unsigned)(option_events - done);
        make_events(world_seed, events);
        run_list();
        done += events;
        hash = hash * 31 + state_hash();
        world_check_outside();
    }
    return hash;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    signal(SIGABRT, tell_how_to_repeat);
    world_seed = UINT64_MAX;
    if (!only_long && !short_way_open())
        return 2;
    world_make(in, option_cores);
    if (save != NULL) {
        make_events(option_seed, (unsigned)options_world);
        write_list(save);
        return 0;
    }
    if (to_minimise != NULL) {
        read_list(to_minimise);
        return minimise(to_minimise);
    }
    if (replay != NULL) {
        read_list(replay);
        run_list();
        world_check_outside();
        printf("%016llx\n", (unsigned long long)state_hash());
        return 0;
    }
    uint64_t hash = run_seeds();

    printf("%llu events, %llu of them in the kernel, %llu short\n",
           (unsigned long long)option_events, (unsigned long long)events_happened,
           (unsigned long long)short_ways_taken);
    printf("%016llx\n", (unsigned long long)hash);
    bool kept = keep == NULL || short_way_keep(keep);

    for (unsigned at = 0; at < adds; at++)
        kept = kept && short_way_add(add[at]);
    if (!kept) {
        fprintf(stderr, "what was tried of the short ways cannot be kept or read\n");
        return 2;
    }
    return gaps_allowed != UINT32_MAX && short_way_gaps() > gaps_allowed;
}
