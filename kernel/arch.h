/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that the portable core asks of a machine. arch/arm64 implements it for
 * AArch64, tests/sim for the simulated machine of the host tests. The machine
 * brings "arch_types.h" with struct frame (the registers of a thread) and
 * struct fp_state. Every function is bounded. Interrupts are masked throughout.
 */
#pragma once
#include "arch_types.h"
#include "types.h"

struct thread;
struct core;

/* --- Memory ----------------------------------------------------------- */

/* Where the kernel sees physical memory (RAM that the tree names only), and back. */
void *arch_kernel_address(paddr_t address);
paddr_t arch_physical_address(const void *address);

/* Zero [start, start + bytes), 64-byte aligned: for the kernel itself, and for walks of its tables. */
void arch_memory_clear(void *start, size_t bytes);
/* The same, to the point of coherency: for whoever may map it uncached, or have a device read it. */
void arch_memory_clear_for_all(void *start, size_t bytes);

/* --- Translation ------------------------------------------------------- */

enum arch_map { ARCH_MAP_DONE, ARCH_MAP_NO_TABLE, ARCH_MAP_OCCUPIED };

struct arch_mapping {
    paddr_t address;
    uint8_t size_bits;           /* FRAME_BITS_4K, _2M or _1G */
    uint8_t rights;              /* RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE; never W and X */
    uint8_t memory;              /* enum thole_memory */
};

/*
 * `root` is the zeroed 4 KiB object of an AddressSpace; `at` is below
 * 2^USER_ADDRESS_BITS and aligned to the size: the core has checked both.
 * Mapping needs no invalidation (nothing was there); a mapping that is
 * executable is made visible to instruction fetch.
 */
enum arch_map arch_frame_map(void *root, uaddr_t at, struct arch_mapping mapping);
/* Removes the mapping at `at` if it maps exactly this frame; its TLB entries are gone on return. */
void arch_frame_unmap(void *root, unsigned asid, uaddr_t at, paddr_t frame, unsigned size_bits);
/* Puts `table` (zeroed, 4 KiB) at the first missing level; *level is where (1 or 2 below the root). */
enum arch_map arch_table_map(void *root, uaddr_t at, void *table, unsigned *level);
/* Takes `table` out again if it is there; the ASID's TLB entries are gone then, and nothing walks it. */
void arch_table_unmap(void *root, unsigned asid, uaddr_t at, unsigned level, const void *table);
void arch_asid_invalidate(unsigned asid);

/* --- Threads ----------------------------------------------------------- */

/* A frame that enters a program: all registers zero but these. */
void arch_frame_init(struct frame *frame, uint64_t pc, uint64_t sp, uint64_t tls);
/* Message registers: x0..x8; `index` 0 to 8. Inline in arch_types.h:
 *   static inline uint64_t frame_get(const struct frame *, unsigned index);
 *   static inline void frame_set(struct frame *, unsigned index, uint64_t value);
 *   static inline uint64_t *frame_words(struct frame *);          registers 2 to 7
 *   static inline void frame_clear_scratch(struct frame *);   x9-x18 and flags become zero
 */
/* Register `index` as THREAD_READ_REGISTERS numbers them; 0 past the end. */
#define FRAME_LOST_LAST 18 /* a system call keeps none up to here */
#define FRAME_SCRATCH_FIRST 9 /* from here to there it need not even be saved */
#define FRAME_SP 31
#define FRAME_PC 32
#define FRAME_PSTATE 33
#define FRAME_REGISTERS 35
uint64_t arch_frame_read(const struct frame *frame, unsigned index);
/* Likewise; of the processor state only what a program can set itself: its flags. */
void arch_frame_write(struct frame *frame, unsigned index, uint64_t value);
/* The thread executes one instruction when it runs next, and then faults: FAULT_STEP. */
void arch_frame_step(struct frame *frame);
/* The system call that the frame was saved by is made again when the thread runs next; what it loses may be zero. */
void arch_frame_undo_syscall(struct frame *frame);
/* The fault that says the step is done comes again, before anything else, when the thread runs next. */
void arch_frame_undo_step(struct frame *frame);

/*
 * Called last in an event when another thread than before is to run on this
 * core: its address space (0: none) and what else is not in the frame. NULL:
 * nobody is loaded any more, and the core goes idle.
 */
void arch_thread_switch(struct frame *frame, uint64_t space_word);
/*
 * FP/SIMD registers, two that differ: those that the core has are saved in `from`, or are
 * nobody's (NULL); it gets those of `to`, or programs that use them trap (NULL).
 */
void arch_fp_switch(struct fp_state *from, const struct fp_state *to);
/* An address space in a word, never 0. */
uint64_t arch_space_word(const void *root, unsigned asid);

/* --- Interrupts and time ------------------------------------------------ */

#define ARCH_IRQ_NONE  UINT32_MAX        /* nothing (more) is pending */
#define ARCH_IRQ_TIMER (UINT32_MAX - 1)  /* the kernel's own timer, silent now until it is set */
#define ARCH_IRQ_KICK  (UINT32_MAX - 2)  /* another core kicked this one; all that is to do was done */

/*
 * Lines are numbered as the interrupt controller does. An acknowledged line
 * stays silent until arch_irq_done (priority drop and deactivation are split).
 */
uint32_t arch_irq_acknowledge(void);
void arch_irq_done(uint32_t line, unsigned core); /* the core that acknowledged it */
/* May a driver have this line? False for lines that do not exist and for the kernel's own. */
bool arch_irq_valid(uint32_t line);
void arch_irq_enable(uint32_t line, enum thole_trigger trigger);
/* Disabled, and deactivated if it was active. Of a core's own line: on the core that enabled it. */
void arch_irq_disable(uint32_t line);
/* A shared line goes to that core from now on; nothing for a core's own. */
void arch_irq_route(uint32_t line, unsigned core);

/* That core, an index into cores[], another than this, enters the kernel soon, and sees all that was stored before. */
void arch_core_kick(unsigned core);

uint64_t arch_time_now(void);              /* ticks */
void arch_timer_set(uint64_t deadline);    /* fires at or after; UINT64_MAX: never */

/* --- Tracing --------------------------------------------------------------- */

/*
 * Events of this core from the next on, and soon of all others, come by trace.h
 * instead of event.h; and back. A core that waits comes so after it has run something.
 */
void arch_trace_start(void);
void arch_trace_stop(void);

/* --- The machine --------------------------------------------------------- */

/* Early output: false if the device has no room now (the byte was not taken). */
bool arch_print_byte(char byte);
void arch_wait_for_interrupt(void);        /* returns when one is pending; for arch itself */
/* By the firmware; they return where it has no such call, or refuses it. */
void arch_try_power_off(void);
void arch_try_reset(void);
/* The same, or else the machine waits for ever, and says so. */
_Noreturn void arch_power_off(void);
_Noreturn void arch_reset(void);
/* Called first in a panic: returns on one core only, which may print. */
void arch_panic_begin(void);
/* Prints registers and a back-trace as far as it can, then resets or stops. */
_Noreturn void arch_panic(void);

/* While another core is waited for. Inline in arch_types.h: static inline void arch_relax(void); */

/* Indices a program chose, masked under speculation: index if below limit, else 0. */
static inline uint64_t arch_mask_index(uint64_t index, uint64_t limit);
