/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See chance.h. The driver looks into the runner's table to aim well: a blind
 * one would spend its time on empty slots.
 */
#include "chance.h"

#include <string.h>

static uint64_t chance_state;

void chance_seed(uint64_t seed)
{
    chance_state = seed * 0x9e3779b97f4a7c15ULL + 1;
}

/* SplitMix64 (Steele, Lea, Flood 2014) */
static uint64_t chance_word(void)
{
    uint64_t word = chance_state += 0x9e3779b97f4a7c15ULL;

    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
    return word ^ word >> 31;
}

uint64_t chance_below(uint64_t limit)
{
    return chance_word() % limit;
}

bool chance_percent(unsigned percent)
{
    return chance_below(100) < percent;
}

/* --- Aiming --------------------------------------------------------------------- */

static uint64_t nonsense(void)
{
    static const uint64_t word[] = { 0, 1, 2, 63, 64, 65, 255, 4096, 0x7fffffffff, 1ULL << 39,
                                     1ULL << 48, 1ULL << 63, UINT64_MAX, UINT64_MAX - 4095 };

    return chance_percent(50) ? word[chance_below(sizeof(word) / sizeof(word[0]))] : chance_word();
}

static uint64_t any_slot(void)
{
    uint64_t limit = 1ULL << slot_size_bits(&here()->current->captable);

    return chance_percent(97) ? chance_below(limit < 80 ? limit : 80) : nonsense();
}

/* A slot of the runner's table from a random place on: of this type; any if there is none. */
static uint64_t slot_of(enum thole_object type)
{
    const struct slot *table = slot_object(&here()->current->captable);
    uint64_t limit = 1ULL << slot_size_bits(&here()->current->captable);
    uint64_t first = any_slot();

    if (table == NULL || chance_percent(3))
        return any_slot();
    limit = limit < 512 ? limit : 512; /* init's is large, and used from its start on */
    for (uint64_t step = 0; step < limit; step++) {
        uint64_t index = (first + step) % limit;

        if (index != 0 && slot_type(&table[index]) == type)
            return index;
    }
    return first;
}

static uint64_t any_filled(void)
{
    return slot_of((enum thole_object)(1 + chance_below(OBJECT_FRAME)));
}

static uint64_t slot_or_none(enum thole_object type)
{
    return chance_percent(40) ? 0 : slot_of(type);
}

static uint64_t any_address(void)
{
    static const unsigned bits[] = { 12, 12, 12, 12, 21, 30 };
    unsigned shift = bits[chance_below(6)];

    if (chance_percent(3))
        return nonsense();
    return INIT_FREE_ADDRESS + (chance_below(6) << shift);
}

static uint64_t any_rights(void)
{
    return chance_percent(60) ? RIGHTS_ALL : chance_percent(95) ? chance_below(128) : nonsense();
}

static uint64_t size_for(uint64_t type)
{
    if (chance_percent(4))
        return nonsense();
    switch (type) {
    case OBJECT_UNTYPED:
        return 6 + chance_below(10);
    case OBJECT_CAPTABLE:
        return 1 + chance_below(chance_percent(90) ? 5 : 9);
    case OBJECT_FRAME:
        return chance_percent(90) ? FRAME_BITS_4K : FRAME_BITS_2M;
    default:
        return 0;
    }
}

/* --- Operations --------------------------------------------------------------------- */

struct attempt {
    uint64_t target;
    unsigned operation;
    uint64_t word[THOLE_MESSAGE_WORDS];
};

static struct attempt on(enum thole_object type, unsigned operation, uint64_t w0, uint64_t w1,
                         uint64_t w2, uint64_t w3, uint64_t w4)
{
    return (struct attempt){ slot_of(type), operation, { w0, w1, w2, w3, w4 } };
}

static struct attempt on_memory(void)
{
    uint64_t type = 1 + chance_below(OBJECT_FRAME);

    switch (chance_below(10)) {
    case 0:
        return on(OBJECT_UNTYPED, UNTYPED_INFO, 0, 0, 0, 0, 0);
    case 1:
    case 2:
    case 3:
        return on(OBJECT_FRAME, FRAME_MAP, slot_of(OBJECT_ADDRESS_SPACE), any_address(),
                  chance_percent(80) ? (uint64_t)RIGHT_READ | RIGHT_WRITE : any_rights(),
                  chance_below(4), 0);
    case 4:
        return on(OBJECT_FRAME, chance_percent(60) ? FRAME_UNMAP : FRAME_ADDRESS, 0, 0, 0, 0, 0);
    case 5:
        return on(OBJECT_PAGE_TABLE, PAGE_TABLE_MAP, slot_of(OBJECT_ADDRESS_SPACE), any_address(),
                  0, 0, 0);
    case 6:
        return on(OBJECT_PAGE_TABLE, PAGE_TABLE_UNMAP, 0, 0, 0, 0, 0);
    case 7:
        return on(OBJECT_ASID_CONTROL, ASID_CONTROL_ASSIGN, slot_of(OBJECT_ADDRESS_SPACE), 0, 0,
                  0, 0);
    default:
        return on(OBJECT_UNTYPED, UNTYPED_RETYPE, type, size_for(type), slot_of(OBJECT_CAPTABLE),
                  any_slot(), 0);
    }
}

static struct attempt on_table(void)
{
    switch (chance_below(20)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return on(OBJECT_CAPTABLE, CAPTABLE_COPY, any_slot(), slot_of(OBJECT_CAPTABLE), any_filled(),
                  any_rights(), 0);
    case 5:
    case 6:
    case 7:
        return on(OBJECT_CAPTABLE, CAPTABLE_MINT, any_slot(), slot_of(OBJECT_CAPTABLE), any_filled(),
                  any_rights(), chance_below(3));
    case 8:
    case 9:
    case 10:
        return on(OBJECT_CAPTABLE, CAPTABLE_MOVE, any_slot(), slot_of(OBJECT_CAPTABLE),
                  chance_percent(70) ? any_slot() : slot_of(OBJECT_REPLY), 0, 0);
    case 11:
        return on(OBJECT_CAPTABLE, CAPTABLE_REVOKE, any_slot(), 0, 0, 0, 0);
    case 12:
        return on(OBJECT_CAPTABLE, CAPTABLE_INSPECT, any_slot(), 0, 0, 0, 0);
    case 13:
        return on(OBJECT_CAPTABLE, CAPTABLE_CANCEL_BADGE, slot_of(OBJECT_ENDPOINT),
                  chance_below(3), 0, 0, 0);
    case 14:
        return on(OBJECT_CAPTABLE, CAPTABLE_CLOSE, slot_of(OBJECT_ENDPOINT), 0, 0, 0, 0);
    case 15:
    case 16:
        return on(OBJECT_CAPTABLE, CAPTABLE_OPEN, slot_of(OBJECT_ENDPOINT), 0, 0, 0, 0);
    default:
        return on(OBJECT_CAPTABLE, CAPTABLE_DELETE, any_slot(), 0, 0, 0, 0);
    }
}

/* Not of init's own: nobody could resume it. */
static uint64_t other_thread(void)
{
    uint64_t slot = slot_of(OBJECT_THREAD);

    return here()->current->vital && slot == INIT_SLOT_THREAD ? 0 : slot;
}

static uint64_t other_time(void)
{
    uint64_t slot = slot_of(OBJECT_SCHED_CONTEXT);

    return here()->current->vital && slot == INIT_SLOT_SCHED_CONTEXT ? 0 : slot;
}

static struct attempt on_thread(void)
{
    switch (chance_below(13)) {
    case 8:
        return (struct attempt){ other_thread(), THREAD_SUSPEND, { 0 } };
    case 9:
        return on(OBJECT_THREAD, THREAD_RESUME, chance_percent(80) ? 0 : chance_below(3), 0, 0, 0, 0);
    case 10:
        return on(OBJECT_THREAD, THREAD_WRITE_REGISTERS, chance_below(37), chance_below(6),
                  chance_word(), chance_word(), 0);
    case 11:
        return (struct attempt){ other_thread(), THREAD_BIND_TIME,
                                 { slot_or_none(OBJECT_SCHED_CONTEXT) } };
    case 12:
        return on(OBJECT_THREAD, THREAD_INSPECT, 0, 0, 0, 0, 0);
    case 0:
    case 1:
        return on(OBJECT_THREAD, THREAD_CONFIGURE, slot_of(OBJECT_CAPTABLE),
                  slot_of(OBJECT_ADDRESS_SPACE), slot_of(OBJECT_ENDPOINT),
                  slot_or_none(OBJECT_ENDPOINT), slot_or_none(OBJECT_SCHED_CONTEXT));
    case 2:
    case 3:
        return on(OBJECT_THREAD, THREAD_START, 1, 2, 3, 0, 0);
    case 4:
        return on(OBJECT_THREAD, THREAD_CANCEL, 0, 0, 0, 0, 0);
    case 5:
        return on(OBJECT_THREAD, THREAD_READ_REGISTERS, chance_below(40), 0, 0, 0, 0);
    case 6:
        return on(OBJECT_SCHED_CONTROL, SCHED_CONTROL_CEILING, slot_of(OBJECT_THREAD),
                  chance_below(61), chance_below(30), 0, 0);
    default:
        return chance_percent(70)
                   ? on(OBJECT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE,
                        other_time(), 0, chance_below(61), 1 + chance_below(20),
                        20)
                   : on(OBJECT_SCHED_CONTEXT, SCHED_CONTEXT_CONSUMED, 0, 0, 0, 0, 0);
    }
}

static struct attempt on_event(void)
{
    switch (chance_below(10)) {
    case 0:
        return on(OBJECT_INTERRUPT, INTERRUPT_BIND, slot_of(OBJECT_ENDPOINT),
                  slot_or_none(OBJECT_SCHED_CONTEXT), 0, 0, 0);
    case 1:
        return on(OBJECT_TIMER, TIMER_BIND, slot_of(OBJECT_ENDPOINT),
                  slot_or_none(OBJECT_SCHED_CONTEXT), 0, 0, 0);
    case 2:
        return on(OBJECT_NOTIFICATION, NOTIFICATION_BIND, slot_of(OBJECT_ENDPOINT),
                  slot_or_none(OBJECT_SCHED_CONTEXT), 0, 0, 0);
    case 3:
    case 4:
        return on(OBJECT_TIMER, TIMER_ARM,
                  chance_percent(90) ? sim.now + chance_below(30) : nonsense(), 0, 0, 0, 0);
    case 5:
        return on(OBJECT_TIMER, TIMER_DISARM, 0, 0, 0, 0, 0);
    case 6:
        return on(OBJECT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, slot_of(OBJECT_INTERRUPT),
                  chance_percent(95) ? CHANCE_LINE_FIRST + chance_below(CHANCE_LINES) : nonsense(),
                  chance_below(2), 0, 0);
    default:
        return on(OBJECT_NOTIFICATION, NOTIFICATION_SIGNAL, 0, 0, 0, 0, 0);
    }
}

void chance_operation(void)
{
    static struct attempt (*const subject[])(void) = { on_memory, on_table, on_thread, on_event };
    struct attempt attempt = subject[chance_below(4)]();
    struct registers registers = { .target = attempt.target, .label = attempt.operation,
                                   .words = THOLE_MESSAGE_WORDS };

    if (chance_percent(2))
        registers.label = (uint32_t)nonsense();
    if (chance_percent(2))
        attempt.word[chance_below(5)] = nonsense();
    memcpy(registers.word, attempt.word, sizeof(registers.word));
    system_call(chance_percent(95) ? SYSCALL_CALL : SYSCALL_TRY_CALL, registers);
}

/* --- Messages --------------------------------------------------------------------------- */

static struct registers any_message(enum thole_object type)
{
    struct registers registers = { .target = slot_of(type), .label = (uint32_t)chance_below(3),
                                   .words = (unsigned)chance_below(8), .cap = chance_percent(30) };

    registers.word[0] = sim.now + chance_below(30); /* an answer to a Timer arms it */
    registers.word[5] = any_slot();
    if (chance_percent(30))
        registers.arrival = (uint32_t)any_slot();
    if (chance_percent(30))
        registers.reply = (uint32_t)any_slot();
    return registers;
}

static void message(void)
{
    uint64_t kind = chance_below(20);

    if (kind < 7)
        system_call(SYSCALL_CALL, any_message(OBJECT_ENDPOINT));
    else if (kind < 8)
        system_call(SYSCALL_TRY_CALL, any_message(OBJECT_ENDPOINT));
    else if (kind < 11)
        system_call(SYSCALL_CALL, any_message(OBJECT_REPLY));
    else if (kind < 15)
        system_call(SYSCALL_REPLY_RECV, any_message(OBJECT_ENDPOINT));
    else if (kind < 18)
        system_call(SYSCALL_RECV, any_message(OBJECT_ENDPOINT));
    else
        system_call(SYSCALL_TRY_RECV, any_message(OBJECT_ENDPOINT));
}

/* --- The world around -------------------------------------------------------------------- */

/* A program writes to its memory: through the cache, or not. */
static void access_memory(void)
{
    uint64_t at = any_address() % (1ULL << USER_ADDRESS_BITS), physical;
    struct sim_translation found;

    if (!sim_access(sim.asid, sim.root, at, RIGHT_WRITE, &physical)) {
        if (chance_percent(5))
            fault(FAULT_WRITE, at);
        return;
    }
    if (!sim_walk(sim.root, at, &found) || !sim_is_ram(physical, sizeof(uint64_t)))
        return;
    char *memory = found.memory == MEMORY_NORMAL ? sim.ram : sim.coherent;

    memset(memory + (physical - SIM_RAM_BASE), 0xa5, sizeof(uint64_t));
}

static void outside(void)
{
    unsigned line = CHANCE_LINE_FIRST + (unsigned)chance_below(CHANCE_LINES);

    switch (chance_below(5)) {
    case 0:
        sim_line_raise(line);
        break;
    case 1:
        sim_line_lower(line);
        break;
    case 2:
        sim_line_pulse(line);
        break;
    default:
        sim.now += chance_below(40);
        break;
    }
    if (sim_interrupt_pending() || chance_percent(5))
        interrupt();
}

/* The program's FP/SIMD registers are as it left them, or as a new thread's. */
static void use_fp(void)
{
    struct thread *thread = cores[sim.here].loaded;
    struct fp_state *fp = sim_use_fp(thread);
    uint64_t own = (uintptr_t)thread;

    for (unsigned index = 0; index < 32; index++) {
        uint64_t *q = fp->q[index], *first = fp->q[0];

        if ((*first != own && *first != 0) || q[0] != *first || q[1] != *first)
            sim_fail("a thread has another's FP/SIMD registers");
    }
    for (unsigned index = 0; index < 32; index++)
        fp->q[index][0] = fp->q[index][1] = own;
    thread->sender.fp_turns = (uint8_t)(1 + chance_below(FP_TURNS));
}

void chance_event(void)
{
    uint64_t kind = chance_below(100);

    if (kind < 47)
        chance_operation();
    else if (kind < 82)
        message();
    else if (kind < 90)
        outside();
    else if (kind < 95)
        access_memory();
    else if (kind < 97)
        use_fp();
    else if (kind < 98)
        fault((enum thole_fault)(1 + chance_below(9)), chance_word());
    else if (kind < 99)
        system_call(chance_percent(50) ? SYSCALL_EXIT : (unsigned)chance_below(1000),
                    any_message(OBJECT_ENDPOINT));
    else
        yield();
}
