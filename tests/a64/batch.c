/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Half of a comparison of the interpreter with QEMU (batch.py does the other half):
 *
 *   a64_batch fill FILE SEED COUNT    write a batch into the guest's memory
 *   a64_batch check FILE SEED COUNT   the guest ran: do the same, and compare
 *   a64_batch forms GUEST             are the words of forms.h the assembler's?
 *
 * FILE is the machine's RAM. Exit status 1 if anything differs.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cases.h"
#include "forms.h"
#include "image.h"

#define COUNT_MAX   ((BATCH_CASES - BATCH_CODE) / CODE_BYTES)
#define MOST_TOLD   20
#define LIMIT       64
#define BATCH_BYTES(count) (BATCH_CASES - BATCH_RAM + (count)*CASE_BYTES)

/* ESR_EL1: exception class, and the status of a data abort */
#define CLASS_UNKNOWN    0x00
#define CLASS_DATA_ABORT 0x25
#define CLASS_SP         0x26
#define CLASS_BRK        0x3c
#define STATUS_ALIGNMENT 0x21

struct batch {
    uint8_t *ram;
    uint64_t seed, count;
    uint64_t compared, refused, left_open, differing;
};

static void *at(const struct batch *batch, uint64_t address)
{
    return batch->ram + (address - BATCH_RAM);
}

static bool open_batch(struct batch *batch, char **words)
{
    int file = open(words[0], O_RDWR);

    batch->seed = strtoull(words[1], NULL, 0);
    batch->count = strtoull(words[2], NULL, 0);
    if (file < 0 || batch->count == 0 || batch->count > COUNT_MAX)
        return false;
    if (lseek(file, 0, SEEK_END) < (off_t)BATCH_BYTES(batch->count))
        return false;
    batch->ram = mmap(NULL, BATCH_BYTES(batch->count), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return batch->ram != MAP_FAILED;
}

static void fill(struct batch *batch)
{
    struct batch_header *header = at(batch, BATCH_START);

    header->count = batch->count;
    header->done = 0;
    for (uint64_t index = 0; index < batch->count; index++)
        case_make(batch->seed, index, at(batch, case_address(index)),
                  at(batch, case_code_address(index)));
}

/* --- The interpreter's side ----------------------------------------------------------------- */

static void enter(struct a64 *core, uint64_t index, struct batch_case *mine,
                  uint32_t code[CODE_WORDS])
{
    a64_init(core);
    a64_map(core, case_code_address(index), code, CODE_BYTES, A64_READ | A64_EXECUTE);
    a64_map(core, case_address(index) + CASE_MEMORY, mine->memory, MEMORY_BYTES, A64_RW);
    memcpy(core->x, mine->x, sizeof core->x);
    memcpy(core->q, mine->q, sizeof core->q);
    core->sp = mine->sp;
    core->pc = mine->pc;
    core->system[A64_NZCV] = mine->pstate & 0xf0000000;
    core->system[A64_SCTLR_EL1] = mine->sctlr | A64_SCTLR_SA;
}

static void leave(const struct a64 *core, struct batch_case *mine)
{
    memcpy(mine->x, core->x, sizeof core->x);
    memcpy(mine->q, core->q, sizeof core->q);
    mine->sp = core->sp;
    mine->pc = core->pc;
    mine->pstate = core->system[A64_NZCV] | core->system[A64_DAIF] | (mine->pstate & 0x1f);
}

/* --- Comparing ------------------------------------------------------------------------------ */

static bool same_end(enum a64_stop stop, uint64_t esr)
{
    unsigned class = (unsigned)(esr >> 26) & 0x3f;

    switch (stop) {
    case A64_BREAK:
        return class == CLASS_BRK;
    case A64_UNKNOWN:
        return class == CLASS_UNKNOWN;
    case A64_MISALIGNED:
        return class == CLASS_SP || (class == CLASS_DATA_ABORT && (esr & 0x3f) == STATUS_ALIGNMENT);
    default:
        return false;
    }
}

static void tell(const struct batch_case *left, const struct batch_case *right)
{
    const uint64_t *mine = left->x, *its = right->x;

    for (unsigned index = 0; index < CASE_PSTATE / 8 + 1; index++)
        if (mine[index] != its[index])
            fprintf(stderr, "    %s%u: %016" PRIx64 ", QEMU %016" PRIx64 "\n",
                    index < 31 ? "x" : "sp, pc, pstate: ", index, mine[index], its[index]);
    for (unsigned index = 0; index < 32; index++)
        if (memcmp(left->q[index], right->q[index], 16) != 0)
            fprintf(stderr, "    q%u differs\n", index);
    for (unsigned index = 0; index < MEMORY_BYTES; index++)
        if (left->memory[index] != right->memory[index])
            fprintf(stderr, "    memory[%u]: %02x, QEMU %02x\n", index, left->memory[index],
                    right->memory[index]);
}

static bool same_state(const struct batch_case *left, const struct batch_case *right)
{
    return memcmp(left, right, CASE_ESR) == 0 && memcmp(left->q, right->q, sizeof left->q) == 0 &&
           memcmp(left->memory, right->memory, MEMORY_BYTES) == 0;
}

static void complain(struct batch *batch, uint64_t index, const struct a64 *core,
                     const struct batch_case *mine)
{
    const struct batch_case *its = at(batch, case_address(index));
    const uint32_t *code = at(batch, case_code_address(index) + 4 * CODE_ENTRY);

    if (batch->differing++ >= MOST_TOLD)
        return;
    fprintf(stderr, "case %" PRIu64 ", %08" PRIx32 " %08" PRIx32 " %08" PRIx32, index, code[0],
            code[1], code[2]);
    fprintf(stderr, ": %s %s, ESR %" PRIx64 "\n", a64_stop_name(core->stop), core->why, its->esr);
    tell(mine, its);
}

static void compare(struct batch *batch, uint64_t index)
{
    const struct batch_case *its = at(batch, case_address(index));
    struct batch_case mine;
    uint32_t code[CODE_WORDS], *word = &code[CODE_ENTRY];
    struct a64 core;
    enum a64_stop stop;
    bool same, excused;

    case_make(batch->seed, index, &mine, code);
    enter(&core, index, &mine, code);
    stop = a64_run(&core, LIMIT);
    leave(&core, &mine);
    same = same_end(stop, its->esr) && same_state(&mine, its);
    excused = stop == A64_UNKNOWN && case_may_be_unknown(*word);
    if (excused) {
        batch->refused++;
    } else if (stop != A64_UNKNOWN && case_may_be_open(*word)) {
        batch->left_open++;
        same = stop == A64_UNPREDICTABLE;
    } else {
        batch->compared++;
    }
    if (!same && !excused)
        complain(batch, index, &core, &mine);
}

static bool check(struct batch *batch)
{
    const struct batch_header *header = at(batch, BATCH_START);

    if (header->count != batch->count || header->done != batch->count) {
        fprintf(stderr, "the guest did %" PRIu64 " of %" PRIu64 " cases\n", header->done,
                header->count);
        return false;
    }
    for (uint64_t index = 0; index < batch->count; index++)
        compare(batch, index);
    printf("%" PRIu64 " cases: %" PRIu64 " compared, %" PRIu64 " left open by the manual, %" PRIu64
           " not known, %" PRIu64 " differ\n",
           batch->count, batch->compared, batch->left_open, batch->refused, batch->differing);
    return batch->differing == 0 && batch->compared > batch->count / 2;
}

/* --- Forms ------------------------------------------------------------------------------------ */

static bool check_forms(const char *path)
{
    struct image image;
    uint64_t start, bytes;
    const uint32_t *words;
    unsigned wrong = 0;

    if (image_open(&image, path) != NULL)
        return false;
    start = image_symbol(&image, "forms");
    bytes = image_symbol(&image, "forms_end") - start;
    words = image_at(&image, start, bytes);
    if (words == NULL || bytes != form_count * sizeof words[0])
        wrong++;
    for (unsigned index = 0; wrong == 0 && index < form_count; index++)
        if (words[index] != form_words[index]) {
            fprintf(stderr, "%s: %08" PRIx32 ", the assembler has %08" PRIx32 "\n",
                    form_texts[index], form_words[index], words[index]);
            wrong++;
        }
    image_close(&image);
    printf("%u forms, %s\n", form_count, wrong ? "not as assembled" : "as assembled");
    return wrong == 0;
}

int main(int count, char **words)
{
    struct batch batch = {0};

    if (count == 3 && strcmp(words[1], "forms") == 0)
        return check_forms(words[2]) ? 0 : 1;
    if (count != 5 || !open_batch(&batch, words + 2)) {
        fprintf(stderr, "usage: %s fill|check FILE SEED COUNT, or forms GUEST\n", words[0]);
        return 2;
    }
    if (strcmp(words[1], "check") == 0)
        return check(&batch) ? 0 : 1;
    fill(&batch);
    return 0;
}
