/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other cores as they arrive, and while they wait for the end of boot. What only
 * boots is gone then: a core enters it only if it is still awaited, and the first core
 * does not go on before it has left.
 */
#include "cores.h"
#include "kernel/event.h"
#include "machine.h"

struct cpu *cores_numbered[CORES_MAX];
static unsigned may_enter; /* boot is over: the portable core takes all that arrived */

/* One that was given up stays here: it does nothing, ever. */
void core_claim(struct cpu *cpu)
{
    unsigned awaited = ARRIVAL_AWAITED;

    if (!__atomic_compare_exchange_n(&cpu->arrival, &awaited, ARRIVAL_COMING, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        core_stop();
}

/* With what core_setup found. */
void core_main(struct cpu *cpu, const char *refusal)
{
    cpu->refusal = refusal;
    __atomic_store_n(&cpu->arrival, refusal == NULL ? ARRIVAL_DONE : ARRIVAL_REFUSED,
                     __ATOMIC_RELEASE);
    if (refusal != NULL)
        core_stop();
    while (!__atomic_load_n(&may_enter, __ATOMIC_ACQUIRE))
        wait_for_event();
    thread_run(event_end(cpu, kernel_interrupt(cpu->core)));
}

void cores_enter(void)
{
    __atomic_store_n(&may_enter, 1, __ATOMIC_RELEASE);
    send_event();
}
