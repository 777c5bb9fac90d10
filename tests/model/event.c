/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Eight bytes are an event: what, and with which words. They are read with the
 * model's state at hand, so that most of them mean something: "the third
 * Endpoint of the runner's table". The same bytes in the same state are the same
 * event, whoever made them: random.c, exhaustive.c, fuzz_model.c or a file.
 */
#include <string.h>

#include <thole/boot.h>

#include "compare.h"
#include "kernel/event.h"
#include "tests/sim/invariants.h"

uint64_t invariants_every = 64, events_happened;

/* --- Both at once ------------------------------------------------------------------------ */

/* The reader looks at mappings after events that may have changed any, and now and then. */
static bool spaces_changed;

static void after(void)
{
    events_happened++;
    compare(spaces_changed || events_happened % 16 == 0);
    spaces_changed = false;
    if (invariants_every != 0 && events_happened % invariants_every == 0)
        invariants_check();
}

static void fill_registers(unsigned where, const uint64_t reg[9])
{
    uint64_t *x = thread_at(model.core[where].loaded)->reg;

    memcpy(x, reg, 9 * sizeof(uint64_t));
    for (unsigned index = 9; index <= 18; index++)
        x[index] = 0xdead0000 + index;
    x[MODEL_PC] += 4;
    x[MODEL_PSTATE] |= MODEL_FLAGS;
    x[MODEL_PSTATE] &= ~MODEL_STEP; /* it has executed an instruction */
    memcpy(&cores[where].loaded->frame, x, MODEL_REGISTERS * sizeof(uint64_t));
}

static void check_resumed(unsigned where, const struct thread *resumed)
{
    cores_settle();
    if (resumed != cores[where].current)
        failure("the kernel resumes another thread than the one that runs");
    after();
}

/* It has done something since it went on: whatever comes finds its registers and its flags used. */
static void program_runs(unsigned where)
{
    uint64_t reg[9];

    if (model.profile != PROFILE_HANDLERS || model.core[where].loaded == 0)
        return;
    for (unsigned index = 0; index < 9; index++)
        reg[index] = 0xfeed0000 + index;
    fill_registers(where, reg);
}

/* What an event finds on its core. */
struct found {
    uint64_t timer, short_ways;
    object_t space, left;
    const struct thread *thread;
};

static struct found find(unsigned where)
{
    const struct m_core *core = &model.core[where];

    return (struct found){ core->timer, short_ways_taken, core->space, core->left,
                           cores[where].loaded };
}

static bool was_short(const struct found *found)
{
    return short_ways_taken != found->short_ways;
}

/* The model has happened like C. */
static void allow_short(unsigned where, const struct found *found, const struct thread *resumed)
{
    struct m_core *core = &model.core[where];

    if (!was_short(found))
        return;
    /* Some leave the timer as it is: too soon, if another core took a deadline away. */
    if (found->timer < core->timer && found->timer == sim.timer)
        core->timer = found->timer;
    /* None waits until nothing of the old space is walked. */
    core->left = resumed != found->thread ? found->space : found->left;
}

void both_call(unsigned where, unsigned number, const uint64_t reg[9])
{
    sim_turn_to(where);
    fill_registers(where, reg);
    story_event("svc", where, model.core[where].loaded, number, reg);
    struct found found = find(where);

    model_syscall(where, number);
    struct thread *resumed = short_way_syscall(&cores[where], number);

    allow_short(where, &found, resumed);
    check_resumed(where, resumed);
}

static void both_fault(unsigned where, uint64_t kind, uint64_t address)
{
    if (kind != FAULT_STEP)
        program_runs(where);
    object_t who = model.core[where].loaded;
    const uint64_t *reg = thread_at(who)->reg;
    const uint64_t word[5] = { kind, address, short_way_syndrome(kind), reg[MODEL_PC],
                               reg[MODEL_SP] };
    struct found found = find(where);

    sim_turn_to(where);
    story_event("fault", where, who, kind, NULL);
    model_fault(where, word);
    struct thread *resumed = short_way_fault(&cores[where], word);

    allow_short(where, &found, resumed);
    check_resumed(where, resumed);
}

/* A short way takes one interrupt, C all that one event may. */
static void both_interrupt(unsigned where)
{
    sim_turn_to(where);
    program_runs(where);
    story_event("interrupt", where, model.core[where].loaded, 0, NULL);
    struct found found = find(where);
    struct thread *resumed = short_way_interrupt(&cores[where]);

    model_interrupt(where, was_short(&found));
    allow_short(where, &found, resumed);
    check_resumed(where, resumed);
}

static void both_advance(uint64_t ticks)
{
    sim.now += ticks;
    model.now += ticks;
}

/* --- Aiming ---------------------------------------------------------------------------------- */

struct aim {
    unsigned core;
    object_t who;
    const uint8_t *byte;  /* those behind the kind */
    uint64_t reg[9];
};

static bool is_init_table(object_t table)
{
    return table != 0 && table == part_of(world_init, PART_CAPTABLE);
}

/*
 * What init had before the world was made is nobody's aim, though others may come to have
 * init's table: it leads to memory that is not set back, and it is what wakes the world.
 */
static unsigned first_slot(object_t table)
{
    return is_init_table(table) ? world_first_slot : 1;
}

static unsigned last_slot(const struct m_table *table)
{
    return table->slots < MODEL_SLOTS ? table->slots : MODEL_SLOTS;
}

static bool fits_type(cap_t cap, int type)
{
    return type < 0 ? (type == -1) == (cap != 0) : model.cap[cap].type == type && cap != 0;
}

#define FILLED (-1)
#define EMPTY  (-2)

/* The so-manieth slot of this type in a table; any, if there is none or by chance. */
static uint64_t pick_in(object_t in, int type, uint8_t byte)
{
    const struct m_table *table = &model.object[in].table;
    unsigned first = first_slot(in), last = last_slot(table), found = 0;
    uint8_t slots[MODEL_SLOTS];

    if (byte >= 0xfc)
        return byte == 0xff ? UINT64_MAX : byte == 0xfe ? 1u << 16 : byte - 0xfcu;
    for (unsigned at = first; at < last && byte < 0xf4; at++)
        if (fits_type(table->slot[at], type))
            slots[found++] = (uint8_t)at;
    return found != 0 ? slots[byte % found] : first + byte % (last > first ? last - first : 1);
}

static uint64_t pick(const struct aim *aim, int type, uint8_t byte)
{
    object_t table = part_of(aim->who, PART_CAPTABLE);

    return table != 0 ? pick_in(table, type, byte) : byte % 32;
}

static uint64_t pick_or_none(const struct aim *aim, int type, uint8_t byte)
{
    return byte < 100 ? 0 : pick(aim, type, byte);
}

static object_t named(const struct aim *aim, uint64_t slot)
{
    const cap_t *cap = thread_slot_of(aim->who, slot);

    return cap != NULL ? model.cap[*cap].object : 0;
}

/* A slot of the table that another slot names. */
static uint64_t pick_there(const struct aim *aim, uint64_t table_slot, int type, uint8_t byte)
{
    object_t table = named(aim, table_slot);

    if (table == 0 || model.object[table].type != OBJECT_CAPTABLE)
        return byte % 32;
    return pick_in(table, type, byte);
}

/* No two deadlines are equal, whatever their owners say. */
static uint64_t deadline_for(object_t timer, uint8_t byte)
{
    uint64_t base = model.now - model.now % DEADLINE_GRAIN;

    if (byte >= 0xf0)
        base = byte == 0xff ? (1ULL << 40) : byte < 0xf8 ? 0 : base;
    return base + (uint64_t)(byte % 32) * DEADLINE_GRAIN + timer % DEADLINE_GRAIN;
}

static uint64_t address_for(uint8_t byte)
{
    static const uint64_t far[] = { 0x7fffffffff, 1ULL << 39, 1ULL << 48, UINT64_MAX, 0x1000,
                                    1ULL << 30, 0x80000001, 0x7ffffff000 };

    if (byte >= 0xf0)
        return far[byte % 8];
    return INIT_FREE_ADDRESS + (byte % 4 * 0x1000ULL) + (byte / 4 % 4 == 3 ? 1ULL << 21 : 0) +
           (byte / 16 % 4 == 3 ? 1ULL << 30 : 0);
}

/* --- Messages ------------------------------------------------------------------------------------ */

static void reset_registers(struct aim *aim)
{
    for (unsigned index = 0; index < 9; index++)
        aim->reg[index] = 0x1000 * aim->who + index;
    aim->reg[8] = 0;
}

/* Whom this call arms, if that is a timer: it is answered, or armed by name. */
static object_t armed_by(const struct aim *aim, unsigned number)
{
    const cap_t *cap = thread_slot_of(aim->who, aim->reg[0]);

    if (number == SYSCALL_REPLY_RECV)
        return thread_at(aim->who)->owes;
    if (cap == NULL)
        return 0;
    if (model.cap[*cap].type == OBJECT_REPLY)
        return model.cap[*cap].sender;
    return thole_tag_label(aim->reg[1]) == TIMER_ARM ? model.cap[*cap].object : 0;
}

static void aimed_call(struct aim *aim, unsigned number)
{
    object_t timer = armed_by(aim, number);

    if (timer != 0 && model.object[timer].type == OBJECT_TIMER)
        aim->reg[2] = deadline_for(timer, aim->byte[5]);
    both_call(aim->core, number, aim->reg);
}

/* Nothing arrives where the model does not look. */
static uint64_t arrival(uint64_t slot)
{
    return slot < MODEL_SLOTS ? slot << 32 : UINT64_MAX;
}

/* byte[1]: the tag; byte[2..3]: x8; byte[4]: the last word; byte[5]: the first. */
static void message(struct aim *aim)
{
    uint8_t flags = aim->byte[1];

    reset_registers(aim);
    aim->reg[1] = thole_tag(flags % 4 == 3 ? THOLE_FAULT_STEP : flags % 4, flags / 4 % 8) |
                  ((flags & 0x60) == 0x60 ? THOLE_TAG_CAP : 0) | ((flags & 0x80) ? 0xf0 : 0);
    if (aim->byte[2] < 60)
        aim->reg[8] = (uint32_t)pick(aim, EMPTY, aim->byte[2] % 60);
    else if (aim->byte[2] >= 0xf8)
        aim->reg[8] = (uint32_t)pick(aim, FILLED, aim->byte[2] % 8);
    if (aim->byte[3] < 60)
        aim->reg[8] |= pick(aim, EMPTY, aim->byte[3] % 60) << 32;
    else if (aim->byte[3] >= 0xf8)
        aim->reg[8] |= (uint64_t)(aim->byte[3] % 8 * 9) << 32;
    aim->reg[7] = pick(aim, FILLED, aim->byte[4]);
}

static void send(struct aim *aim, unsigned number)
{
    message(aim);
    if ((uint32_t)aim->reg[8] >= MODEL_SLOTS || aim->reg[8] >> 32 >= MODEL_SLOTS)
        aim->reg[8] = UINT64_MAX; /* as above */
    aim->reg[0] = pick(aim, OBJECT_ENDPOINT, aim->byte[0]);
    if (aim->who == world_init)
        aim->reg[0] = INIT_SLOT_ENDPOINT;
    aimed_call(aim, number);
}

/* What servers and clients do: a call, or the answer to one; now and then it brings a capability. */
static void do_talk(struct aim *aim)
{
    bool answers = thread_at(aim->who)->owes != 0 && aim->byte[4] % 4 != 0;

    uint64_t takes = aim->byte[3] < 192 ? pick(aim, EMPTY, aim->byte[3]) : aim->byte[3] % 128;

    reset_registers(aim);
    aim->reg[0] = pick(aim, OBJECT_ENDPOINT, aim->byte[0]);
    aim->reg[1] = thole_tag(aim->byte[1], aim->byte[1] % 8) | (aim->byte[2] & 0xf0) |
                  (aim->byte[2] % 3 == 0 ? THOLE_TAG_CAP : 0);
    aim->reg[7] = pick(aim, aim->byte[5] % 4 == 3 ? OBJECT_FRAME : FILLED, aim->byte[5]);
    aim->reg[8] = arrival(aim->byte[3] % 2 == 0 ? takes : 0);
    aimed_call(aim, answers ? SYSCALL_REPLY_RECV : SYSCALL_CALL);
}

static void do_call(struct aim *aim)
{
    send(aim, SYSCALL_CALL);
}

static void do_try_call(struct aim *aim)
{
    send(aim, SYSCALL_TRY_CALL);
}

static void do_reply_recv(struct aim *aim)
{
    send(aim, SYSCALL_REPLY_RECV);
}

static void do_recv(struct aim *aim)
{
    send(aim, SYSCALL_RECV);
}

static void do_try_recv(struct aim *aim)
{
    send(aim, SYSCALL_TRY_RECV);
}

static void do_answer(struct aim *aim)
{
    message(aim);
    aim->reg[0] = pick(aim, OBJECT_REPLY, aim->byte[0] % 0xf0);
    const cap_t *cap = thread_slot_of(aim->who, aim->reg[0]);

    if (cap == NULL || model.cap[*cap].type != OBJECT_REPLY)
        send(aim, SYSCALL_TRY_CALL);
    else
        aimed_call(aim, SYSCALL_CALL);
}

static void do_yield(struct aim *aim)
{
    reset_registers(aim);
    both_call(aim->core, SYSCALL_YIELD, aim->reg);
}

static void do_fault(struct aim *aim)
{
    unsigned kind = aim->byte[0] % 14;

    reset_registers(aim);
    if (aim->who == world_init)
        do_yield(aim);
    else if (kind == 0)
        both_call(aim->core, SYSCALL_EXIT, aim->reg);
    else if (kind == 1)
        both_call(aim->core, 8 + aim->byte[1], aim->reg);
    else
        both_fault(aim->core, 1 + kind % 9, 0x5000u + aim->byte[1]);
}

/* --- Operations -------------------------------------------------------------------------------------- */

static void operation(struct aim *aim, int type, unsigned label)
{
    aim->reg[0] = pick(aim, type, aim->byte[0]);
    aim->reg[1] = thole_tag(label, 6);
    const cap_t *cap = thread_slot_of(aim->who, aim->reg[0]);

    /* Operations that the model has not are never called. */
    if (cap != NULL && (model.cap[*cap].type == OBJECT_MACHINE ||
                        (aim->who == world_init && model.cap[*cap].type == OBJECT_ENDPOINT)))
        aim->reg[0] = 0; /* and init waits for nobody: it is what wakes the world */
    /* Large tables are looked at only so far: nothing goes behind that. */
    if (cap != NULL && model.cap[*cap].type == OBJECT_CAPTABLE && aim->reg[2] >= MODEL_SLOTS &&
        aim->reg[2] < 1u << CAPTABLE_MAX_BITS)
        aim->reg[2] = 0;
    if (cap != NULL && model.cap[*cap].type == OBJECT_UNTYPED && aim->reg[5] >= MODEL_SLOTS &&
        aim->reg[5] < 1u << CAPTABLE_MAX_BITS)
        aim->reg[5] = 0;
    spaces_changed = true;
    aimed_call(aim, SYSCALL_CALL);
}

#define WORDS(...) \
    do { \
        const uint64_t words[] = { __VA_ARGS__ }; \
        reset_registers(aim); \
        memcpy(&aim->reg[2], words, sizeof(words)); \
    } while (0)

static void do_copy(struct aim *aim)
{
    uint64_t table = pick(aim, OBJECT_CAPTABLE, aim->byte[1]);
    uint64_t to = pick(aim, OBJECT_CAPTABLE, aim->byte[0]);
    uint64_t rights = aim->byte[4] < 128 ? RIGHTS_ALL : aim->byte[4];

    WORDS(pick_there(aim, to, EMPTY, aim->byte[2]), table,
          pick_there(aim, table, FILLED, aim->byte[3]), rights, aim->byte[5] % 4);
    operation(aim, OBJECT_CAPTABLE, aim->byte[5] < 128 ? CAPTABLE_COPY : CAPTABLE_MINT);
}

static void do_move(struct aim *aim)
{
    uint64_t table = pick(aim, OBJECT_CAPTABLE, aim->byte[1]);
    uint64_t to = pick(aim, OBJECT_CAPTABLE, aim->byte[0]);

    WORDS(pick_there(aim, to, EMPTY, aim->byte[2]), table,
          pick_there(aim, table, aim->byte[4] < 50 ? OBJECT_REPLY : FILLED, aim->byte[3]));
    operation(aim, OBJECT_CAPTABLE, CAPTABLE_MOVE);
}

/* byte[2]: what kind of thing, so that rare types get their share. */
static void delete_or_revoke(struct aim *aim, unsigned label)
{
    uint64_t table = pick(aim, OBJECT_CAPTABLE, aim->byte[0]);
    int type = aim->byte[2] < 100   ? FILLED
               : aim->byte[2] >= 160  ? 1 + aim->byte[2] % OBJECT_FRAME
               : label == CAPTABLE_REVOKE ? OBJECT_UNTYPED
                                          : OBJECT_SCHED_CONTEXT;

    WORDS(pick_there(aim, table, type, aim->byte[1]));
    operation(aim, OBJECT_CAPTABLE, label);
}

static void do_delete(struct aim *aim)
{
    delete_or_revoke(aim, CAPTABLE_DELETE);
}

static void do_revoke(struct aim *aim)
{
    delete_or_revoke(aim, CAPTABLE_REVOKE);
}

static void do_inspect_slot(struct aim *aim)
{
    delete_or_revoke(aim, CAPTABLE_INSPECT);
}

static void on_endpoint(struct aim *aim, unsigned label)
{
    uint64_t table = pick(aim, OBJECT_CAPTABLE, aim->byte[0]);

    WORDS(pick_there(aim, table, OBJECT_ENDPOINT, aim->byte[1]), aim->byte[2] % 4);
    operation(aim, OBJECT_CAPTABLE, label);
}

static void do_close(struct aim *aim)
{
    on_endpoint(aim, CAPTABLE_CLOSE);
}

static void do_open(struct aim *aim)
{
    on_endpoint(aim, CAPTABLE_OPEN);
}

static void do_cancel_badge(struct aim *aim)
{
    on_endpoint(aim, CAPTABLE_CANCEL_BADGE);
}

static void do_retype(struct aim *aim)
{
    static const uint8_t likely[] = { OBJECT_SCHED_CONTEXT, OBJECT_ENDPOINT, OBJECT_THREAD,
                                      OBJECT_NOTIFICATION, OBJECT_TIMER, OBJECT_INTERRUPT,
                                      OBJECT_FRAME, OBJECT_PAGE_TABLE, OBJECT_CAPTABLE,
                                      OBJECT_UNTYPED, OBJECT_ADDRESS_SPACE };
    uint64_t type = aim->byte[1] < 0xf0 ? likely[aim->byte[1] % sizeof(likely)] : aim->byte[1] % 20;
    uint64_t table = pick(aim, OBJECT_CAPTABLE, aim->byte[3]);
    uint64_t bits = type == OBJECT_UNTYPED    ? 6 + aim->byte[2] % 8
                    : type == OBJECT_CAPTABLE ? 1 + aim->byte[2] % 5
                    : type == OBJECT_FRAME    ? 12
                                              : 0;

    if (aim->byte[2] >= 0xf8)
        bits = aim->byte[2] % 8 * 7;
    if (type == OBJECT_CAPTABLE && bits > 5) /* one that is cleared in two parts, or none */
        bits = aim->byte[2] % 2 ? 9 : 70;
    WORDS(type, bits, table, pick_there(aim, table, EMPTY, aim->byte[4]));
    operation(aim, OBJECT_UNTYPED, UNTYPED_RETYPE);
}

static void do_small_looks(struct aim *aim)
{
    WORDS(aim->byte[2] % 40);
    switch (aim->byte[1] % 5) {
    case 0:
        operation(aim, OBJECT_UNTYPED, UNTYPED_INFO);
        break;
    case 1:
        operation(aim, OBJECT_THREAD, THREAD_READ_REGISTERS);
        break;
    case 2:
        operation(aim, OBJECT_THREAD, THREAD_INSPECT);
        break;
    case 3:
        operation(aim, OBJECT_FRAME, FRAME_ADDRESS);
        break;
    default:
        operation(aim, OBJECT_SCHED_CONTEXT, SCHED_CONTEXT_CONSUMED);
        break;
    }
}

static void do_configure(struct aim *aim)
{
    WORDS(pick(aim, OBJECT_CAPTABLE, aim->byte[1]), pick(aim, OBJECT_ADDRESS_SPACE, aim->byte[2]),
          pick(aim, OBJECT_ENDPOINT, aim->byte[3]),
          pick_or_none(aim, OBJECT_ENDPOINT, aim->byte[4]),
          pick_or_none(aim, OBJECT_SCHED_CONTEXT, aim->byte[5]));
    operation(aim, OBJECT_THREAD, THREAD_CONFIGURE);
}

static void do_start(struct aim *aim)
{
    WORDS(0x7000u + aim->byte[1], 0x8000u + aim->byte[2], 0x9000u + aim->byte[3]);
    operation(aim, OBJECT_THREAD, THREAD_START);
}

static void do_cancel(struct aim *aim)
{
    reset_registers(aim);
    operation(aim, OBJECT_THREAD, THREAD_CANCEL);
}

static void do_write_registers(struct aim *aim)
{
    WORDS(aim->byte[1] % 38, aim->byte[2] % 6, 0xa000000000ULL + aim->byte[3], 0xf1234567ULL,
          aim->byte[4], aim->byte[5]);
    operation(aim, OBJECT_THREAD, THREAD_WRITE_REGISTERS);
}

static void do_suspend(struct aim *aim)
{
    reset_registers(aim);
    operation(aim, OBJECT_THREAD, THREAD_SUSPEND);
}

static void do_resume(struct aim *aim)
{
    WORDS(aim->byte[1] % 8 == 7 ? 2 : aim->byte[1] % 8 == 6);
    operation(aim, OBJECT_THREAD, THREAD_RESUME);
}

static void do_bind_time(struct aim *aim)
{
    WORDS(pick_or_none(aim, OBJECT_SCHED_CONTEXT, aim->byte[1]));
    operation(aim, OBJECT_THREAD, THREAD_BIND_TIME);
}

static uint64_t period_for(uint8_t byte)
{
    return byte == 0xff ? 1ULL << 62 : (1 + byte % 16) * (uint64_t)DEADLINE_GRAIN;
}

/* The end of its periods must fall on no other deadline. */
static void do_share(struct aim *aim)
{
    uint64_t slot = pick(aim, OBJECT_SCHED_CONTEXT, aim->byte[1]);
    uint64_t period = period_for(aim->byte[2]), budget = (aim->byte[3] + 1) * 16ULL;
    object_t time = named(aim, slot);

    if (aim->byte[3] >= 0xc0 || (aim->byte[3] < 0xb8 && budget > period))
        budget = period;
    if (aim->byte[3] == 0xbf)
        budget = 0;
    if (time != 0)
        both_advance((time + DEADLINE_GRAIN - model.now % DEADLINE_GRAIN) % DEADLINE_GRAIN);
    WORDS(slot, aim->byte[4] % 16 == 15 ? 7 : aim->byte[4] % model.cores,
          aim->byte[5] % 4 == 3 ? aim->byte[5] : 18 + aim->byte[5] % 32, budget, period);
    operation(aim, OBJECT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE);
}

static void do_ceiling(struct aim *aim)
{
    WORDS(pick(aim, OBJECT_THREAD, aim->byte[1]),
          aim->byte[2] >= 0xf0 ? aim->byte[2] : 18 + aim->byte[2] % 32,
          aim->byte[3] == 0xff ? 1ULL << 62 : aim->byte[3] * 8ULL);
    operation(aim, OBJECT_SCHED_CONTROL, SCHED_CONTROL_CEILING);
}

static void do_bind(struct aim *aim)
{
    static const uint8_t type[] = { OBJECT_NOTIFICATION, OBJECT_TIMER, OBJECT_INTERRUPT };

    WORDS(pick(aim, OBJECT_ENDPOINT, aim->byte[2]),
          pick_or_none(aim, OBJECT_SCHED_CONTEXT, aim->byte[3]));
    operation(aim, type[aim->byte[1] % 3], NOTIFICATION_BIND);
}

static void do_arm(struct aim *aim)
{
    reset_registers(aim);
    operation(aim, OBJECT_TIMER, aim->byte[2] % 4 == 0 ? TIMER_DISARM : TIMER_ARM);
}

static void do_signal(struct aim *aim)
{
    reset_registers(aim);
    operation(aim, OBJECT_NOTIFICATION, NOTIFICATION_SIGNAL);
}

static void do_attach(struct aim *aim)
{
    WORDS(pick(aim, OBJECT_INTERRUPT, aim->byte[1]),
          aim->byte[2] >= 0xf0 ? aim->byte[2] % 2 ? 4000 : aim->byte[2] : 40u + aim->byte[2] % 2, aim->byte[3] % 8 == 7 ? 2 : 0);
    operation(aim, OBJECT_IRQ_CONTROL, IRQ_CONTROL_ATTACH);
}

static void do_map(struct aim *aim)
{
    static const uint8_t rights[] = { RIGHT_READ, RIGHT_READ | RIGHT_WRITE,
                                      RIGHT_READ | RIGHT_EXECUTE, RIGHTS_ALL };

    WORDS(pick(aim, OBJECT_ADDRESS_SPACE, aim->byte[1]), address_for(aim->byte[2]),
          rights[aim->byte[3] % 4], aim->byte[4] % 4);
    if (aim->byte[5] < 150)
        operation(aim, OBJECT_FRAME, aim->byte[5] < 100 ? FRAME_MAP : FRAME_UNMAP);
    else
        operation(aim, OBJECT_PAGE_TABLE, aim->byte[5] < 210 ? PAGE_TABLE_MAP : PAGE_TABLE_UNMAP);
}

static void do_assign(struct aim *aim)
{
    WORDS(pick(aim, OBJECT_ADDRESS_SPACE, aim->byte[1]));
    operation(aim, OBJECT_ASID_CONTROL, ASID_CONTROL_ASSIGN);
}

/* Whatever label on whatever capability. */
static void do_any_operation(struct aim *aim)
{
    uint64_t slot = pick(aim, FILLED, aim->byte[0]);
    const cap_t *cap = thread_slot_of(aim->who, slot);
    unsigned type = cap != NULL ? model.cap[*cap].type : 0;

    WORDS(pick(aim, FILLED, aim->byte[2]), aim->byte[3], aim->byte[4], aim->byte[5]);
    /* Those that could break what this file promises have functions of their own. */
    if (type == OBJECT_TIMER || type == OBJECT_SCHED_CONTROL || type == OBJECT_UNTYPED ||
        type == OBJECT_ENDPOINT || type == OBJECT_REPLY || is_init_table(named(aim, slot)) ||
        (type == OBJECT_CAPTABLE && is_init_table(named(aim, aim->reg[3]))))
        do_yield(aim);
    else
        operation(aim, FILLED, aim->byte[1] % 16);
}

/* Init gets one who waits to run again, by whatever that takes. */
static void do_revive(struct aim *aim)
{
    object_t who = named(aim, pick(aim, OBJECT_THREAD, aim->byte[0]));
    const struct m_thread *thread = thread_at(who);

    if (!is_thread(who))
        do_reply_recv(aim);
    else if (thread->suspended)
        do_resume(aim);
    else if (thread->state == THREAD_STOPPED)
        (thread->part[PART_CAPTABLE] == 0 || thread->part[PART_ENDPOINT] == 0 ? do_configure
         : aim->byte[5] % 4 != 0                                              ? do_start
                                                                              : do_resume)(aim);
    else if (thread->state == THREAD_STRANDED)
        do_bind_time(aim);
    else if (thread->state == THREAD_READY)
        do_reply_recv(aim);
    else if (thread->time != 0)
        do_cancel(aim);
    else
        do_signal(aim);
}

/* --- The world around ---------------------------------------------------------------------------------- */

static void do_line(struct aim *aim)
{
    unsigned line = 40 + aim->byte[0] % 2;

    switch (aim->byte[1] % 4) {
    case 0:
        sim_line_raise(line);
        model.line[line].asserted = 1;
        break;
    case 1:
        sim_line_lower(line);
        model.line[line].asserted = 0;
        break;
    default:
        sim_line_pulse(line);
        model.line[line].latched = 1;
        break;
    }
    if (aim->byte[2] < 200)
        both_interrupt(model.line[line].core);
}

static void do_time(struct aim *aim)
{
    both_advance(aim->byte[0] < 200 ? aim->byte[0] : aim->byte[0] * 8);
    if (aim->byte[1] < (model.profile == PROFILE_DRIVERS ? 100 : 220) && interrupt_pending(aim->core))
        both_interrupt(aim->core); /* else it is about to come */
}

static void do_interrupt(struct aim *aim)
{
    both_interrupt(aim->core);
}

/*
 * A program uses FP/SIMD registers, all of them. With how many turns it has them afterwards is
 * for the kernel to say, and here for chance: that they end matters, too.
 */
static void do_use_fp(struct aim *aim)
{
    object_t who = model.core[aim->core].loaded;
    struct thread *thread = cores[aim->core].loaded;
    struct fp_state *fp = sim_use_fp(thread);

    if (fp_read(fp) != thread_at(who)->fp)
        failure("a program finds other FP/SIMD registers than it had");
    thread_at(who)->fp = (uint64_t)who << 8 | aim->byte[0];
    fp_fill(fp, thread_at(who)->fp);
    thread->sender.fp_turns = aim->byte[1] % FP_TURNS + 1;
}

/* A program writes to what is mapped for it. */
static void do_access(struct aim *aim)
{
    object_t space = model.core[aim->core].space;
    const struct m_space *in = &model.object[space].space;
    uint64_t physical;

    if (space == 0 || space == world_init_space || in->leaves == 0)
        return;
    const struct m_leaf *leaf = &in->leaf[aim->byte[0] % in->leaves];
    unsigned right = aim->byte[1] % 2 ? RIGHT_WRITE : RIGHT_READ;
    bool may = sim_access(sim.asid, sim.root, leaf->at, right, &physical);

    if (may != ((leaf->rights & right) != 0) || (may && physical != leaf->address))
        failure("an access to %llx goes elsewhere", (unsigned long long)leaf->at);
    if (may && right == RIGHT_WRITE && sim_is_ram(physical, 4096)) {
        memset(sim.ram + (physical - SIM_RAM_BASE), 0xa5, 4096);
        memset(sim.coherent + (physical - SIM_RAM_BASE), 0xa5, 4096);
    }
}

/* The endpoint at which it begins, under the name that it has for it; or any. */
static uint64_t own_endpoint(const struct aim *aim)
{
    object_t table = part_of(aim->who, PART_CAPTABLE), own = part_of(aim->who, PART_ENDPOINT);

    if (table == 0 || own == 0 || aim->byte[0] >= 0xe0)
        return pick(aim, OBJECT_ENDPOINT, aim->byte[0]);
    for (unsigned at = first_slot(table); at < last_slot(&model.object[table].table); at++)
        if (fits_type(model.object[table].table.slot[at], OBJECT_ENDPOINT) && named(aim, at) == own)
            return at;
    return pick(aim, OBJECT_ENDPOINT, aim->byte[0]);
}

/* Handlers and drivers answer and wait for more; the others give them something to do. */
static void do_handle(struct aim *aim)
{
    static void (*const gives[])(struct aim *aim) = { do_line, do_signal, do_call, do_yield };
    bool owes = thread_at(aim->who)->owes != 0;
    unsigned which = aim->byte[5] % 8;

    reset_registers(aim);
    aim->reg[0] = own_endpoint(aim);
    aim->reg[1] = thole_tag(aim->byte[2] % 16 == 0, aim->byte[3] % 8); /* most faults are mended */
    if (owes && which != 0)
        aimed_call(aim, SYSCALL_REPLY_RECV);
    else if (which < sizeof(gives) / sizeof(gives[0]) || aim->who == world_init)
        gives[which % 4](aim);
    else if (which == 4)
        aimed_call(aim, SYSCALL_RECV);
    else
        both_fault(aim->core, which % 2 ? FAULT_READ : FAULT_WRITE, 0x5000u + aim->byte[4]);
}

/* --- Which ------------------------------------------------------------------------------------------------ */

/* What programs mostly do: of everything something; calls; ends of who is in them, time; talk; drivers; handlers. */
#define PROFILES 6
#define PROFILES_BY_CHANCE 5 /* of these; seeds mean what they meant before there was the last */

static void do_profile(struct aim *aim)
{
    model.profile = aim->byte[0] % PROFILES_BY_CHANCE;
}

static const struct {
    void (*happens)(struct aim *aim);
    uint8_t weight[PROFILES], init_weight; /* become shares of 256 */
} kinds[] = {
    { do_talk, { 8, 4, 4, 190, 70, 24 }, 0 },
    { do_call, { 34, 60, 40, 10, 14, 10 }, 0 },
    { do_try_call, { 4, 0, 0, 0, 0, 0 }, 0 },
    { do_reply_recv, { 30, 30, 30, 20, 6, 6 }, 110 },
    { do_recv, { 18, 16, 10, 8, 2, 4 }, 0 },
    { do_try_recv, { 5, 0, 0, 0, 0, 10 }, 0 },
    { do_answer, { 14, 8, 6, 2, 0, 0 }, 0 },
    { do_yield, { 3, 2, 8, 4, 60, 6 }, 1 },
    { do_fault, { 5, 6, 4, 0, 16, 6 }, 0 },
    { do_copy, { 14, 8, 4, 6, 0, 0 }, 3 },
    { do_move, { 8, 4, 0, 0, 0, 0 }, 0 },
    { do_delete, { 6, 14, 2, 2, 4, 1 }, 1 },
    { do_revoke, { 3, 8, 0, 0, 1, 0 }, 1 },
    { do_inspect_slot, { 2, 0, 0, 0, 0, 0 }, 1 },
    { do_close, { 1, 0, 0, 1, 0, 0 }, 0 },
    { do_open, { 4, 3, 0, 3, 1, 1 }, 6 },
    { do_cancel_badge, { 4, 0, 0, 0, 0, 0 }, 2 },
    { do_retype, { 13, 6, 0, 0, 2, 0 }, 3 },
    { do_small_looks, { 4, 0, 8, 0, 0, 0 }, 2 },
    { do_configure, { 4, 6, 0, 6, 1, 1 }, 3 },
    { do_start, { 6, 8, 4, 12, 4, 3 }, 3 },
    { do_cancel, { 5, 8, 6, 2, 4, 4 }, 3 },
    { do_write_registers, { 2, 0, 0, 0, 0, 0 }, 2 },
    { do_suspend, { 3, 4, 5, 2, 1, 1 }, 1 },
    { do_resume, { 6, 8, 8, 4, 3, 4 }, 3 },
    { do_bind_time, { 6, 8, 8, 4, 3, 3 }, 6 },
    { do_share, { 3, 0, 12, 3, 6, 3 }, 3 },
    { do_ceiling, { 2, 0, 8, 3, 3, 3 }, 2 },
    { do_bind, { 4, 0, 4, 0, 1, 0 }, 0 },
    { do_arm, { 5, 0, 12, 0, 0, 0 }, 2 },
    { do_signal, { 7, 6, 12, 4, 40, 16 }, 5 },
    { do_attach, { 2, 0, 0, 0, 0, 0 }, 0 },
    { do_map, { 8, 0, 0, 0, 0, 0 }, 0 },
    { do_assign, { 1, 0, 0, 0, 0, 0 }, 0 },
    { do_any_operation, { 3, 0, 0, 0, 0, 0 }, 0 },
    { do_line, { 7, 0, 8, 0, 60, 20 }, 1 },
    { do_time, { 9, 6, 60, 8, 24, 20 }, 2 },
    { do_interrupt, { 1, 2, 4, 2, 3, 2 }, 1 },
    { do_access, { 1, 0, 0, 2, 1, 1 }, 0 },
    { do_use_fp, { 8, 6, 4, 40, 12, 14 }, 2 },
    { do_revive, { 0, 0, 0, 0, 0, 0 }, 100 },
    { do_handle, { 0, 0, 0, 0, 0, 150 }, 0 },
    { do_profile, { 1, 1, 1, 1, 1, 1 }, 1 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

#define INIT PROFILES /* has shares of its own, whatever the others do */
static uint8_t kind_of[PROFILES + 1][256];

static unsigned weight_of(unsigned kind, unsigned profile)
{
    return profile == INIT ? kinds[kind].init_weight : kinds[kind].weight[profile];
}

static void weigh(void)
{
    for (unsigned profile = 0; profile <= INIT; profile++) {
        unsigned total = 0, at = 0, sum = 0;

        for (unsigned kind = 0; kind < KINDS; kind++)
            total += weight_of(kind, profile);
        for (unsigned kind = 0; kind < KINDS; kind++) {
            sum += weight_of(kind, profile);
            while (at * total < sum * 256)
                kind_of[profile][at++] = (uint8_t)kind;
        }
    }
}

static void pulse(unsigned line)
{
    sim_line_pulse(line);
    model.line[line].latched = 1;
}

/* No core runs: the first that has something to do does it; time goes by if none has. */
static void wake_world(void)
{
    const struct m_line *attention = &model.line[ATTENTION_LINE];
    uint64_t next = TIME_END;

    for (unsigned core = 0; core < model.cores; core++) {
        if (interrupt_pending(core)) {
            both_interrupt(core);
            return;
        }
        next = model.core[core].timer < next ? model.core[core].timer : next;
    }
    if (next < TIME_END)
        both_advance(next - model.now);
    else if (attention->enabled && !attention->active && !attention->latched)
        pulse(ATTENTION_LINE);
    else
        model.dead = true;
}

/* A core on which something can happen, from `first` on; NO_CORE: all are idle. */
static unsigned busy_core(unsigned first)
{
    for (unsigned step = 0; step < model.cores; step++) {
        unsigned core = (first + step) % model.cores;

        if (model.core[core].loaded != 0 || interrupt_pending(core))
            return core;
    }
    return NO_CORE;
}

/* The core whose turn it is; NO_CORE: nothing can ever run. */
static unsigned next_core(unsigned first)
{
    while (!model.dead && busy_core(0) == NO_CORE)
        wake_world();
    return model.dead ? NO_CORE : busy_core(first);
}

/* The last byte says on which core; init does not lose what it holds by that. */
void event_happen(const struct event *event)
{
    struct aim aim = { .byte = &event->byte[1] };

    if (kind_of[0][255] == 0)
        weigh();
    aim.core = next_core(event->byte[7] / 2);
    if (aim.core == NO_CORE)
        return;
    aim.who = model.core[aim.core].loaded;
    sim_turn_to(aim.core);
    if (aim.who == 0 || (event->byte[7] % 2 && interrupt_pending(aim.core)))
        both_interrupt(aim.core);
    else
        kinds[kind_of[aim.who == world_init ? INIT : model.profile][event->byte[0]]].happens(&aim);
}

void event_system_call(unsigned number, const uint64_t reg[9])
{
    unsigned core = next_core(0);
    object_t who = core != NO_CORE ? model.core[core].loaded : 0;

    if (core == NO_CORE)
        return;
    /* Init answers and waits: what else it could do with these slots would end the world. */
    if (who == world_init)
        both_call(core, SYSCALL_REPLY_RECV, (const uint64_t[9]){ INIT_SLOT_ENDPOINT });
    else if (who == 0)
        both_interrupt(core);
    else
        both_call(core, number, reg);
}

void event_time(uint64_t ticks)
{
    unsigned core = next_core(0);

    both_advance(ticks);
    if (core != NO_CORE && interrupt_pending(core))
        both_interrupt(core);
}

/* --- A state's fingerprint ------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, const void *data, size_t bytes)
{
    const uint64_t *word = data;

    for (size_t index = 0; index < bytes / sizeof(uint64_t); index++) {
        hash = (hash ^ word[index]) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 29;
    }
    return hash;
}

uint64_t state_hash(void)
{
    uint64_t hash = model.now + model.dead;

    for (object_t each = 1; each < model.object_limit; each++)
        hash = mix(hash + each, &model.object[each],
                   model.object[each].type == OBJECT_NULL
                       ? 0 : object_bytes(model.object[each].type) & ~7ULL);
    for (cap_t each = 1; each < model.cap_limit; each++)
        hash = mix(hash, &model.cap[each], CAP_COMPARED & ~7ULL);
    hash = mix(hash, model.core, sizeof(model.core) & ~7ULL);
    return mix(hash, model.line, sizeof(model.line) & ~7ULL);
}
