/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random system calls with random registers, from a seed, and after each: x9 to
 * x18 and the flags are zero, and so are tag and words of a call that did not
 * get there. A wait always ends: what was set aside is answered and the timer armed.
 */
#include <lib/program.h>
#include <lib/syscall.h>

#define SEED          0x9e3779b97f4a7c15u
#define ROUNDS        100000
#define REGISTERS     9 /* x0 to x8 */
#define LEFT_OVER     9 /* x9 to x18 and the flags, OR-ed */
#define WAIT_TICKS    2000
#define WAIT_SELDOM   32
#define SLOTS         64

static uint64_t state = SEED;

static uint64_t chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* A number that somebody may have forgotten to check. */
static uint64_t awkward(void)
{
    uint64_t pick = chance(), bit = 1ull << (pick >> 8 & 63);

    switch (pick & 7) {
    case 0: return bit;
    case 1: return bit - 1;
    case 2: return ~bit;
    case 3: return pick;
    case 4: return pick >> 8 & 0xfff;
    case 5: return PROGRAM_STARTUP + (pick >> 8 & 0xffff);
    default: return pick >> 8 & (SLOTS - 1);
    }
}

/* Loads x0 to x8 and poison into x9 to x18, and stores what came back. */
#define RAW_CALL(number)                                                                  \
    __asm__ volatile("ldp x0, x1, [%0]\n ldp x2, x3, [%0, #16]\n ldp x4, x5, [%0, #32]\n" \
                     "ldp x6, x7, [%0, #48]\n ldr x8, [%0, #64]\n"                        \
                     "mov x9, x8\n mvn x10, x8\n mov x11, sp\n mov x12, x8\n mov x13, sp\n" \
                     "mov x14, sp\n mov x15, sp\n mov x16, sp\n mov x17, sp\n mov x18, sp\n" \
                     "cmp x18, x18\n svc %1\n"                                            \
                     "stp x0, x1, [%0]\n stp x2, x3, [%0, #16]\n stp x4, x5, [%0, #32]\n" \
                     "stp x6, x7, [%0, #48]\n str x8, [%0, #64]\n"                        \
                     "mrs x0, nzcv\n orr x0, x0, x9\n orr x0, x0, x10\n orr x0, x0, x11\n" \
                     "orr x0, x0, x12\n orr x0, x0, x13\n orr x0, x0, x14\n"              \
                     "orr x0, x0, x15\n orr x0, x0, x16\n orr x0, x0, x17\n"              \
                     "orr x0, x0, x18\n str x0, [%0, #72]\n"                              \
                     :                                                                    \
                     : "r"(x), "i"(number)                                                \
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", \
                       "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "cc", "memory")

static void raw_call(enum thole_syscall number, uint64_t *x)
{
    switch (number) {
    case SYSCALL_CALL: RAW_CALL(SYSCALL_CALL); break;
    case SYSCALL_TRY_CALL: RAW_CALL(SYSCALL_TRY_CALL); break;
    case SYSCALL_REPLY_RECV: RAW_CALL(SYSCALL_REPLY_RECV); break;
    case SYSCALL_RECV: RAW_CALL(SYSCALL_RECV); break;
    case SYSCALL_TRY_RECV: RAW_CALL(SYSCALL_TRY_RECV); break;
    default: RAW_CALL(SYSCALL_YIELD); break;
    }
}

/* What nobody answered tells nothing. */
static bool leaks(const uint64_t *x)
{
    uint64_t rest = x[LEFT_OVER];

    if (x[0] != STATUS_OK)
        for (unsigned index = 1; index < REGISTERS; index++)
            rest |= x[index];
    return rest != 0;
}

/* Answers whatever was set aside, the timer perhaps, and arms it. */
static void make_wait_end(uint64_t *x)
{
    const struct startup *startup = program_startup();
    uint64_t soon;

    for (unsigned index = 0; index < startup->free_slots; index++) {
        struct message message = {0};

        (void)thole_call(startup->free_slot + index, &message);
    }
    x[1] &= ~(uint64_t)THOLE_TAG_WORDS_MASK; /* the answer to a timer is no new deadline */
    x[8] &= ~(uint64_t)UINT32_MAX;
    soon = program_ticks() + WAIT_TICKS;
    (void)thole_invoke(SLOT_TIMER, TIMER_ARM, 1, &soon);
}

static bool one_call(void)
{
    uint64_t x[REGISTERS + 1];
    enum thole_syscall number = SYSCALL_CALL + chance() % SYSCALL_YIELD;

    if ((number == SYSCALL_RECV || number == SYSCALL_REPLY_RECV) && chance() % WAIT_SELDOM)
        number = SYSCALL_TRY_RECV;

    for (unsigned index = 0; index < REGISTERS; index++)
        x[index] = awkward();
    x[0] = chance() % 4 ? chance() % 8 : x[0];
    if (chance() % 4)
        x[1] = thole_tag((uint32_t)(chance() % 32), (unsigned)chance()) | (chance() & 8);
    if (chance() % 4)
        x[8] = THOLE_SLOTS(chance() % SLOTS, chance() % SLOTS);
    if (number == SYSCALL_RECV || number == SYSCALL_REPLY_RECV)
        make_wait_end(x);
    raw_call(number, x);
    if (leaks(x)) {
        program_log("wild: call %u left %lx, status %lu", number, x[LEFT_OVER], x[0]);
        return false;
    }
    return true;
}

int main(void)
{
    uint32_t rounds = program_config_cell("rounds", ROUNDS);

    state ^= program_config_cell("seed", 0);
    for (uint32_t round = 0; round < rounds; round++)
        if (!one_call())
            return 1;
    program_log("wild: %u calls", rounds);
    return 0;
}
