/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tutorial's driver: the protocol. Who waits for a second is set aside and
 * answered when the device interrupts; the device keeps the time, so the driver
 * has nothing to lose but who waited.
 */
#include <lib/server.h>
#include <service/result.h>

#include "pl031.h"
#include "rtc.h"

#define WAITERS 4

static struct pl031 rtc;

static struct {
    unsigned reply; /* 0: nobody */
    uint32_t when;
} waiter[WAITERS];

/* Sets the alarm for the first who waits, or none. */
static void set_alarm(void)
{
    bool any = false;
    uint32_t first = UINT32_MAX;

    for (unsigned i = 0; i < WAITERS; i++) {
        if (waiter[i].reply == 0)
            continue;
        any = true;
        if (waiter[i].when < first)
            first = waiter[i].when;
    }
    if (any)
        pl031_alarm(&rtc, first);
    else
        pl031_quiet(&rtc);
}

static void on_interrupt(uint32_t line, uint64_t merged)
{
    uint64_t now = pl031_seconds(&rtc);

    (void)line;
    (void)merged;
    for (unsigned i = 0; i < WAITERS; i++) {
        if (waiter[i].reply != 0 && waiter[i].when <= now) {
            server_answer(waiter[i].reply, SERVICE_OK, 1, &now);
            waiter[i].reply = 0;
        }
    }
    set_alarm();
}

static uint32_t op_now(struct request *request)
{
    request->word[0] = pl031_seconds(&rtc);
    request->words = 1;
    return SERVICE_OK;
}

static uint32_t op_wait(struct request *request)
{
    uint64_t when = request->word[0];
    unsigned i = 0;

    if (when > UINT32_MAX)
        return SERVICE_BAD_ARGUMENT;
    if (when <= pl031_seconds(&rtc))
        return op_now(request);
    while (i < WAITERS && waiter[i].reply != 0)
        i++;
    if (i == WAITERS)
        return SERVICE_BUSY;
    waiter[i].reply = server_set_aside();
    if (waiter[i].reply == 0)
        return SERVICE_BUSY;
    waiter[i].when = (uint32_t)when;
    set_alarm();
    return SERVER_LATER;
}

int main(void)
{
    static const server_operation operation[] = {[RTC_NOW] = op_now, [RTC_WAIT] = op_wait};
    static const struct server server = {.operation = operation,
                                         .operations = COUNT_OF(operation),
                                         .interrupt = on_interrupt};
    size_t bytes = 0;

    rtc.base = program_registers(0, &bytes);
    if (rtc.base == NULL || bytes < PL031_REGISTER_BYTES) {
        program_log("no registers of a PL031");
        return 1;
    }
    pl031_start(&rtc);
    program_log("it is second %u", pl031_seconds(&rtc));
    server_run(&server);
}
