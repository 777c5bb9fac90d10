/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What init makes for a test, all by its own system calls: objects, threads
 * with tables, and the interrupt by which it comes back.
 */
#include "parties.h"

#define ATTENTION_LINE 90
#define ENTRY 0x1000

static struct slot *table;   /* init's */
static struct thread *init;
static unsigned next_slot, space, fault_endpoint, memory[64], memories;

/* --- Objects -------------------------------------------------------------------- */

unsigned new_slot(void)
{
    return next_slot++;
}

void *object_of(unsigned slot)
{
    return slot_object(&table[slot]);
}

bool slot_in_use(unsigned slot)
{
    return !slot_is_empty(&table[slot]);
}

unsigned make_from(unsigned untyped, enum thole_object type, unsigned bits)
{
    unsigned slot = new_slot();

    must(untyped, UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
    if (type == OBJECT_FRAME && sim_is_ram(slot_physical(&table[slot]).value, 1) &&
        !sim_is_clear(slot_physical(&table[slot]), 1ULL << bits))
        sim_fail("a new frame is not clear to the point of coherency");
    return slot;
}

/* From the first of init's untyped memories that is large enough. */
unsigned make_sized(enum thole_object type, unsigned bits)
{
    unsigned slot = new_slot();

    for (unsigned index = 0; index < memories; index++) {
        enum thole_result result;

        do {
            result = invoke(memory[index], UNTYPED_RETYPE, type, bits, INIT_SLOT_CAPTABLE, slot);
        } while (result == RESULT_MORE);
        if (result == RESULT_DONE)
            return slot;
        assert_result(result, NO_MEMORY);
    }
    sim_fail("init has no memory left");
}

unsigned make(enum thole_object type)
{
    return make_sized(type, 0);
}

unsigned make_untyped(unsigned bits)
{
    return make_sized(OBJECT_UNTYPED, bits);
}

unsigned make_time(unsigned priority)
{
    unsigned slot = make(OBJECT_SCHED_CONTEXT);

    must(INIT_SLOT_SCHED_CONTROL, SCHED_CONTROL_CONFIGURE, slot, 0, priority, 1000, 1000);
    return slot;
}

unsigned make_space(void)
{
    unsigned slot = make(OBJECT_ADDRESS_SPACE);

    must(INIT_SLOT_ASID_CONTROL, ASID_CONTROL_ASSIGN, slot);
    return slot;
}

unsigned mint(unsigned source, unsigned rights, uint64_t badge)
{
    unsigned slot = new_slot();

    must(INIT_SLOT_CAPTABLE, CAPTABLE_MINT, slot, INIT_SLOT_CAPTABLE, source, rights, badge);
    return slot;
}

/* --- Starting ------------------------------------------------------------------------ */

static void make_attention(void)
{
    unsigned line = make(OBJECT_INTERRUPT);

    must(INIT_SLOT_IRQ_CONTROL, IRQ_CONTROL_ATTACH, line, ATTENTION_LINE, TRIGGER_EDGE);
    must(line, INTERRUPT_BIND, INIT_SLOT_ENDPOINT, 0);
}

/* Smallest first, so that small objects do not break up what a test wants whole. */
static void note_memory(void)
{
    unsigned slots[64], count = 0;

    for (unsigned slot = INIT_SLOT_FIRST_UNTYPED; slot_in_use(slot); slot++) {
        next_slot = slot + 1;
        if (sim_is_ram(slot_physical(&table[slot]).value, 1) && count < 64)
            slots[count++] = slot;
    }
    for (memories = 0; count > 0;) {
        unsigned best = 0;

        for (unsigned index = 1; index < count; index++)
            if (slot_size_bits(&table[slots[index]]) < slot_size_bits(&table[slots[best]]))
                best = index;
        memory[memories++] = slots[best];
        slots[best] = slots[--count];
    }
}

static void attention(void)
{
    sim_line_pulse(ATTENTION_LINE);
}

void parties_start(struct slot *init_table)
{
    sim.idle = attention;
    table = init_table;
    init = here()->current;
    note_memory();
    make_attention();
    space = make_space();
    fault_endpoint = INIT_SLOT_ENDPOINT;
}

/* --- Parties --------------------------------------------------------------------------- */

static void put(struct party *party, unsigned own, unsigned slot)
{
    must(party->table, CAPTABLE_COPY, own, INIT_SLOT_CAPTABLE, slot, RIGHTS_ALL);
}

struct party make_party_on(unsigned priority, unsigned endpoint, unsigned fault)
{
    struct party party = { .next = OWN_FREE, .endpoint = endpoint };

    party.table = make_sized(OBJECT_CAPTABLE, PARTY_TABLE_BITS);
    party.cap = make(OBJECT_THREAD);
    party.thread = object_of(party.cap);
    if (priority < PRIORITY_COUNT)
        party.time = make_time(priority);
    put(&party, OWN_TABLE, party.table);
    put(&party, OWN_THREAD, party.cap);
    put(&party, OWN_ENDPOINT, endpoint);
    must(party.cap, THREAD_CONFIGURE, party.table, space, endpoint, fault, party.time);
    must(party.cap, THREAD_START, ENTRY, ENTRY * 2, ENTRY * 3);
    return party;
}

struct party make_party(unsigned priority)
{
    return make_party_on(priority, make(OBJECT_ENDPOINT), fault_endpoint);
}

unsigned give_minted(struct party *party, unsigned slot, unsigned rights, uint64_t badge)
{
    must(party->table, CAPTABLE_MINT, party->next, INIT_SLOT_CAPTABLE, slot, rights, badge);
    return party->next++;
}

unsigned give(struct party *party, unsigned slot)
{
    return give_minted(party, slot, RIGHTS_ALL, 0);
}

void wake(struct party *party)
{
    party->bell = make(OBJECT_NOTIFICATION);
    must(party->bell, NOTIFICATION_BIND, party->endpoint, 0);
    must(party->bell, NOTIFICATION_SIGNAL);
}

struct party make_awake(unsigned priority)
{
    struct party party = make_party(priority);

    wake(&party);
    return party;
}

/* --- Who runs ------------------------------------------------------------------------------ */

bool runs(const struct party *party)
{
    return here()->current == party->thread;
}

bool init_runs(void)
{
    return here()->current == init;
}

void as(const struct party *party)
{
    if (init_runs())
        reply_recv(INIT_SLOT_ENDPOINT, 0, 0);
    if (!runs(party))
        sim_fail("another thread runs than the test says");
}

void as_init(void)
{
    if (init_runs())
        return;
    attention();
    interrupt();
    if (!init_runs())
        sim_fail("init does not come back");
}

/* --- What a thread got ------------------------------------------------------------------------ */

uint64_t got_status(const struct party *party)
{
    return party->thread->frame.x[0];
}

uint32_t got_label(const struct party *party)
{
    return thole_tag_label(party->thread->frame.x[1]);
}

enum thole_kind got_kind(const struct party *party)
{
    return thole_tag_kind(party->thread->frame.x[1]);
}

uint64_t got_word(const struct party *party, unsigned index)
{
    return party->thread->frame.x[2 + index];
}

uint64_t got_badge(const struct party *party)
{
    return party->thread->frame.x[8];
}

bool got_cap(const struct party *party)
{
    return (party->thread->frame.x[1] & THOLE_TAG_CAP) != 0;
}
