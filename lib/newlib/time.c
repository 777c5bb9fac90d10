/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time and sleeping. Time is counted since boot: no program knows the date. An
 * active program sleeps by its own timer, a passive one by the use "clock".
 */
#include "glue.h"

#include <errno.h>
#include <time.h>

#include <lib/program.h>
#include <service/clock.h>
#include <service/result.h>

#include "../event.h"
#include "../ticks.h"

#define NS_PER_US 1000

/* What the clock is ahead of the counter by; asked once. */
static uint64_t clock_offset(void)
{
    static bool asked;
    static uint64_t offset;
    struct answer answer;

    if (asked)
        return offset;
    answer = program_request(program_use(USE_CLOCK), CLOCK_NOW, 0, NULL);
    asked = answer.status != STATUS_PEER_DIED;
    if (answer.status == STATUS_OK && answer.result == SERVICE_OK)
        offset = answer.word[0] - program_ns_from_ticks(program_ticks());
    return offset;
}

static uint64_t now_ns(void)
{
    return program_ns_from_ticks(program_ticks()) + clock_offset();
}

int _gettimeofday(struct timeval *now, void *zone)
{
    uint64_t ns = now_ns();

    (void)zone;
    if (now != NULL) {
        now->tv_sec = (time_t)(ns / NS_PER_S);
        now->tv_usec = (suseconds_t)(ns % NS_PER_S / NS_PER_US);
    }
    return 0;
}

/* Elapsed time stands in for used time, which only init could tell. */
clock_t _times(struct tms *times)
{
    clock_t now =
        (clock_t)ticks_convert(program_ticks(), program_startup()->timer_frequency, CLOCKS_PER_SEC);

    if (times != NULL)
        *times = (struct tms){.tms_utime = now};
    return now;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    uint64_t ns;

    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return glue_fail(EINVAL);
    ns = clock == CLOCK_REALTIME ? now_ns() : program_ns_from_ticks(program_ticks());
    now->tv_sec = (time_t)(ns / NS_PER_S);
    now->tv_nsec = (long)(ns % NS_PER_S);
    return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return glue_fail(EINVAL);
    if (resolution != NULL)
        *resolution = (struct timespec){.tv_nsec = (long)program_ns_from_ticks(1)};
    return 0;
}

/* Sleeps by the clock server; what is left is asked for again if it dies. */
static int clock_sleep_until(uint64_t deadline)
{
    const struct startup_edge *clock = program_use(USE_CLOCK);
    uint64_t now;

    if (clock == NULL)
        return glue_fail(ENOSYS);
    while ((now = program_ticks()) < deadline) {
        uint64_t ns = program_ns_from_ticks(deadline - now);
        struct answer answer = program_request(clock, CLOCK_SLEEP, 1, &ns);

        if (answer.status == STATUS_PEER_DIED)
            continue;
        if (answer.status != STATUS_OK)
            return glue_fail(EIO);
        if (answer.result != SERVICE_OK)
            return glue_fail(EAGAIN);
    }
    return 0;
}

static int sleep_ns(uint64_t ns)
{
    uint64_t deadline;

    if (__builtin_add_overflow(program_ticks(), program_ticks_from_ns(ns), &deadline))
        deadline = UINT64_MAX;
    if (!program_startup()->active)
        return clock_sleep_until(deadline);
    event_sleep_until(deadline);
    return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    uint64_t ns;

    if (wanted->tv_sec < 0 || wanted->tv_nsec < 0 || wanted->tv_nsec >= (long)NS_PER_S)
        return glue_fail(EINVAL);
    if (__builtin_mul_overflow((uint64_t)wanted->tv_sec, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, (uint64_t)wanted->tv_nsec, &ns))
        ns = UINT64_MAX;
    if (left != NULL)
        *left = (struct timespec){0};
    return sleep_ns(ns);
}

unsigned sleep(unsigned seconds)
{
    return sleep_ns(seconds * NS_PER_S) == 0 ? 0 : seconds;
}

int usleep(useconds_t us)
{
    return sleep_ns((uint64_t)us * NS_PER_US);
}
