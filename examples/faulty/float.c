/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the FP/SIMD registers zero at first, then fills them with values of its
 * own and looks, after waiting or having been preempted, whether they are still
 * there. Compiled without those registers, so that nothing else changes them.
 */
#include <lib/program.h>
#include <lib/string.h>
#include <lib/syscall.h>

#define ROUNDS      2000
#define SPIN        5000
#define REGISTERS   32
#define ROUND_UP    (1u << 22) /* FPCR.RMode: towards plus infinity */

struct registers {
    uint64_t half[REGISTERS][2];
    uint64_t control, status;
};

#define EACH_PAIR(X) X(0, 1) X(2, 3) X(4, 5) X(6, 7) X(8, 9) X(10, 11) X(12, 13) X(14, 15) \
    X(16, 17) X(18, 19) X(20, 21) X(22, 23) X(24, 25) X(26, 27) X(28, 29) X(30, 31)
#define LOAD(a, b)  "ldp q" #a ", q" #b ", [%0], #32\n"
#define STORE(a, b) "stp q" #a ", q" #b ", [%0], #32\n"

static void load(const struct registers *from)
{
    const void *at = from;

    __asm__ volatile(EACH_PAIR(LOAD) "ldp x9, x10, [%0]\n msr fpcr, x9\n msr fpsr, x10"
                     : "+r"(at) : : "x9", "x10", "memory");
}

static void store(struct registers *to)
{
    void *at = to;

    __asm__ volatile(EACH_PAIR(STORE) "mrs x9, fpcr\n mrs x10, fpsr\n stp x9, x10, [%0]"
                     : "+r"(at) : : "x9", "x10", "memory");
}

static void fill(struct registers *values, uint64_t seed)
{
    for (unsigned index = 0; index < REGISTERS; index++) {
        values->half[index][0] = seed * (2 * index + 1);
        values->half[index][1] = ~seed * (2 * index + 1);
    }
    values->control = seed & 1 ? ROUND_UP : 0;
    values->status = 0;
}

static bool differ(const struct registers *expected)
{
    struct registers found;

    store(&found);
    return memcmp(expected, &found, sizeof(found)) != 0;
}

/* Other programs run meanwhile, by their timers or by ours. */
static void let_others(bool waits)
{
    struct message message = {0};

    if (waits) {
        program_timer_arm(program_ticks() + program_ticks_from_ns(100000));
        (void)thole_recv(SLOT_ENDPOINT, &message);
        return;
    }
    for (unsigned step = 0; step < SPIN; step++)
        __asm__ volatile("");
    thole_yield();
}

int main(void)
{
    static struct registers values;
    uint64_t seed = program_config_cell("seed", 1);
    bool waits = program_config_cell("waits", 0);

    if (differ(&values)) {
        program_log("float: somebody else's values at the start");
        return 1;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        fill(&values, seed * (round + 1));
        load(&values);
        let_others(waits);
        if (differ(&values)) {
            program_log("float: lost values in round %u", round);
            return 1;
        }
    }
    program_log("float: %u rounds", ROUNDS);
    return 0;
}
