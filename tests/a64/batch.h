/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lies in the guest's memory when it starts (guest.S, batch.c): a header, the
 * code of each case, and its registers and memory, which are before it what it
 * begins with, and after it what it left. Assembly reads the numbers.
 */
#pragma once

/* Physical addresses; the machine's RAM begins at the first. */
#define BATCH_RAM   0x40000000
#define BATCH_START 0x42000000
#define BATCH_CODE  (BATCH_START + 0x1000)
#define BATCH_CASES (BATCH_START + 0x400000)

/* The header: how many there are, and how many were done. */
#define BATCH_COUNT 0
#define BATCH_DONE  8

/* A case's code, entered in its middle; around what is tested there is brk. */
#define CODE_WORDS 16
#define CODE_ENTRY 7
#define CODE_BYTES (4 * CODE_WORDS)

/* A case. */
#define CASE_X(n)    ((n)*8)
#define CASE_SP      248
#define CASE_PC      256
#define CASE_PSTATE  264
#define CASE_ESR     272
#define CASE_FAR     280
#define CASE_SCTLR   288 /* bits of SCTLR_EL1 that it is begun with */
#define CASE_Q(n)    (304 + (n)*16)
#define CASE_MEMORY  816
#define MEMORY_BYTES 2320
#define CASE_BYTES   4096

#ifndef __ASSEMBLER__
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct batch_header {
    uint64_t count, done;
};

struct batch_case {
    uint64_t x[31], sp, pc, pstate, esr, far, sctlr, unused_word;
    uint64_t q[32][2];
    uint8_t memory[MEMORY_BYTES];
    uint8_t unused[CASE_BYTES - CASE_MEMORY - MEMORY_BYTES];
};

static_assert(offsetof(struct batch_header, done) == BATCH_DONE, "assembly knows it");
static_assert(offsetof(struct batch_case, sp) == CASE_SP, "assembly knows it");
static_assert(offsetof(struct batch_case, pc) == CASE_PC, "assembly knows it");
static_assert(offsetof(struct batch_case, pstate) == CASE_PSTATE, "assembly knows it");
static_assert(offsetof(struct batch_case, esr) == CASE_ESR, "assembly knows it");
static_assert(offsetof(struct batch_case, far) == CASE_FAR, "assembly knows it");
static_assert(offsetof(struct batch_case, sctlr) == CASE_SCTLR, "assembly knows it");
static_assert(offsetof(struct batch_case, q) == CASE_Q(0), "assembly knows it");
static_assert(offsetof(struct batch_case, memory) == CASE_MEMORY, "assembly knows it");
static_assert(sizeof(struct batch_case) == CASE_BYTES, "assembly knows it");
#endif
