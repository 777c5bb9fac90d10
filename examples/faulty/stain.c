/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks whether its memory is as its file says, stains all of it, and faults. What
 * the incarnation before wrote would be seen: that is what it says in its log.
 * `heap = <1>` has it take a heap, too.
 */
#include <stdbool.h>

#include <lib/program.h>
#include <lib/syscall.h>
#include <service/init.h>
#include <service/result.h>

#define WORDS      2048
#define STAIN      0x5741494e57a1ed00u
#define SOUND      0x0123456789abcdefu
#define HEAP_BYTES 8192u
#define NOWHERE    0xdead000u

static volatile uint64_t data[WORDS] = {[0 ... WORDS - 1] = SOUND};
static volatile uint64_t zeroes[WORDS];

/* How many of the words are not `expected`; all are stained. */
static unsigned stain(volatile uint64_t *word, unsigned count, uint64_t expected)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < count; i++) {
        wrong += word[i] != expected;
        word[i] = STAIN;
    }
    return wrong;
}

/* The lower half is below what is in use. */
static unsigned stack_stain(void)
{
    uint64_t bottom = program_startup()->stack_bottom;

    return stain((volatile uint64_t *)(uintptr_t)bottom,
                 (unsigned)((PROGRAM_STACK_TOP - bottom) / 2 / sizeof(uint64_t)), 0);
}

static unsigned heap_stain(void)
{
    const uint64_t bytes = HEAP_BYTES;
    struct message message = {.tag = thole_tag(INIT_GROW, 1), .word = {bytes}};

    if (thole_call(SLOT_INIT, &message) != STATUS_OK ||
        thole_tag_label(message.tag) != SERVICE_OK ||
        message.word[0] != PROGRAM_HEAP_ADDRESS + bytes)
        return 1;
    return stain((volatile uint64_t *)(uintptr_t)PROGRAM_HEAP_ADDRESS,
                 (unsigned)(bytes / sizeof(uint64_t)), 0);
}

/* Slots that should be empty and are not. */
static unsigned slots_used(void)
{
    const struct startup *startup = program_startup();
    unsigned used = 0;

    for (unsigned i = 0; i < startup->free_slots; i++) {
        struct message message = {.tag = thole_tag(0, 0)};

        used += thole_try_call(startup->free_slot + i, &message) != STATUS_BAD_CAPABILITY;
    }
    return used;
}

int main(void)
{
    unsigned of_data = stain(data, WORDS, SOUND), of_zeroes = stain(zeroes, WORDS, 0);
    unsigned of_stack = stack_stain(), of_slots = slots_used();
    unsigned of_heap = program_config_cell("heap", 0) ? heap_stain() : 0;

    program_log("life %u: %u of data, %u of zeroes, %u of stack, %u of heap, %u slots are stained",
                program_startup()->incarnation, of_data, of_zeroes, of_stack, of_heap, of_slots);
    *(volatile uint32_t *)(uintptr_t)NOWHERE = 0;
    return 0;
}
