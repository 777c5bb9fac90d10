/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All memory that the kernel gave, as blocks of powers of two that are halved
 * and joined again (a buddy allocator whose blocks are Untyped capabilities),
 * and quotas: sets of blocks from which the objects of one owner are made.
 *
 * Invariant: free + what owners hold = all memory, to the byte.
 */
#pragma once
#include "kernel.h"

#define MEMORY_PAGE_BITS  12
#define MEMORY_PAGE_BYTES 4096u

enum memory_owner { MEMORY_INIT, MEMORY_SERVERS };

/* Takes over the kernel's blocks. */
void memory_init(const struct boot_info *info);

/* From where a block may be taken. */
struct memory_range {
    uint64_t address;
    uint64_t bytes;
};
/* A block that lies in one of these; negative: there is none. */
int memory_take_in(const struct memory_range *range, unsigned count, unsigned bits,
                   enum memory_owner owner);
/* A block of 2^bits bytes, 12 at least; negative: there is none, or no slot for it. */
int memory_take(unsigned bits, enum memory_owner owner);
/* The page of device registers at that physical address, if nobody has it. */
int memory_take_device(uint64_t address);
/* Nothing may be made of the block any more. */
void memory_give(int block);
/* The slot of the block's Untyped capability. */
unsigned memory_untyped(int block);
uint64_t memory_address(int block);

uint64_t memory_free(void);
uint64_t memory_total(void);
uint64_t memory_of_servers(void);

#define QUOTA_BLOCKS_MAX 24

struct quota {
    int16_t block[QUOTA_BLOCKS_MAX];
    uint64_t used[QUOTA_BLOCKS_MAX];  /* bytes given out of each, from its start */
    uint8_t bits[QUOTA_BLOCKS_MAX];
    unsigned count;
};

/* Takes blocks of `bytes` in all, a multiple of the page; false: there is not so much. */
bool quota_open(struct quota *quota, uint64_t bytes, enum memory_owner owner);
/* Makes an object into a slot of init's table. NO_MEMORY: the quota is used up. */
enum thole_result quota_make(struct quota *quota, enum thole_object type, unsigned bits,
                             unsigned slot);
/* Destroys all that was made. BUSY: try again later. */
enum thole_result quota_revoke(struct quota *quota);
/* Gives the blocks back; all that was made must be gone. */
void quota_close(struct quota *quota);
uint64_t quota_used(const struct quota *quota);
/* Whole pages that can still be made. */
uint64_t quota_pages_left(const struct quota *quota);
