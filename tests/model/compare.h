/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel beside the model. world.c makes both, reader.c reads the kernel
 * into `seen`, compare.c says where they differ, event.c lets things happen to
 * both, story.c tells what happened.
 */
#pragma once
#include "kernel/core.h"
#include "model.h"
#include "tests/sim/sim.h"

/* What the kernel is, in the model's words. Only what the model knows of is filled. */
extern struct model seen;
extern bool spaces_read; /* were mappings read, too? */

#define WRONG UINT16_MAX /* an index where the kernel has something that the model has not */

/* --- world.c ------------------------------------------------------------------------ */

enum world { WORLD_SMALL, WORLD_CROWD, WORLD_DRIVERS, WORLD_HANDLERS, WORLD_TINY };
#define PROFILE_DRIVERS 4 /* event.c */
#define PROFILE_HANDLERS  5
/* Boots and makes the world; the model is with it from the kernel's first event on. */
void world_make(enum world which, unsigned cores);
/* Back to how it was made, kernel, machine and model. */
void world_reset(void);
/* Has anything outside of the world been written to since it was made? */
void world_check_outside(void);
extern object_t world_init, world_init_space; /* init's thread, and its space */
extern unsigned world_first_slot; /* of init's table: the first of the world's */
#define ATTENTION_LINE 90
/* Deadlines are made so that no two are equal: they are their object's number, modulo this. */
#define DEADLINE_GRAIN 256

/* A copy of all that changes, for going back to. */
struct snapshot;
struct snapshot *snapshot_new(void);
void snapshot_take(struct snapshot *into);
void snapshot_restore(const struct snapshot *from);

/* --- reader.c, compare.c -------------------------------------------------------------- */

void read_kernel(bool with_spaces);
size_t object_bytes(enum thole_object type); /* of struct m_object that are used */
void names_again(void); /* after all objects were replaced */
object_t name_of(const void *address); /* 0 for NULL, WRONG for nothing that is known */
/* Reads and compares; a difference is told and ends the program, or jumps to `on_failure`. */
void compare(bool with_spaces);

/* From a thread's one word, and to it; WRONG: they are of no one word. */
void fp_fill(struct fp_state *fp, uint64_t word);
uint64_t fp_read(const struct fp_state *fp);

/* --- short_way.c ------------------------------------------------------------------------ */

/*
 * From now on system calls are first tried by the short ways of build/virt's kernel, in an
 * interpreter of its instructions; false: there is no such kernel.
 */
bool short_way_open(void);
/* As kernel_syscall. */
struct thread *short_way_syscall(struct core *core, unsigned number);
/* As kernel_fault; and what ESR_EL1 may be for a fault of this kind. */
struct thread *short_way_fault(struct core *core, const uint64_t word[5]);
uint64_t short_way_syndrome(uint64_t kind);
/* The same; a short way takes one interrupt only, whatever is pending. */
struct thread *short_way_interrupt(struct core *core);
/* What was tried of them is kept for another run, or comes from one; false: no such file. */
bool short_way_keep(const char *name);
bool short_way_add(const char *name);
/* Tells on stderr which of their instructions were never executed, or never jumped; how many. */
unsigned short_way_gaps(void);
extern uint64_t short_ways_taken;

/* --- event.c ---------------------------------------------------------------------------- */

#define EVENT_BYTES 8
struct event {
    uint8_t byte[EVENT_BYTES];
};
/* Lets one event happen to both, and compares. */
void event_happen(const struct event *event);
/* The same for drivers with a list of their own: by the first core that can do anything. */
void event_system_call(unsigned number, const uint64_t reg[9]);
void event_time(uint64_t ticks);
/* A system call of the running thread, on both: for making worlds. */
void both_call(unsigned core, unsigned number, const uint64_t reg[9]);
uint64_t state_hash(void);
extern uint64_t invariants_every; /* the whole kernel's invariants, each so many events; 0: never */
extern uint64_t events_happened;

/* --- story.c ------------------------------------------------------------------------------ */

/* Who entered the kernel with which registers, and how; kept, not formatted. */
void story_event(const char *what, unsigned core, object_t who, uint64_t number, const uint64_t reg[9]);
void story_tell(void);
_Noreturn void failure(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Called by failure() first; may not return. */
extern void (*on_failure)(void);
extern bool quiet;
