/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What assembly must know of C structures. Every value is asserted against the
 * structure itself in cpu.c, so a change there does not go unnoticed.
 */
#pragma once

/* struct sender and struct thread, kernel/object; the frame's registers are from THREAD_FRAME on */
#define THREAD_BADGE        96
#define THREAD_SERVANT      104
#define THREAD_FLAGS        112 /* flags, fp_turns, doomed; in the highest byte the ceiling */
#define THREAD_FLAGS_MASK   0xffffff
#define THREAD_FP_TURNS_MASK  0xff00
#define THREAD_FP_TURNS_SHIFT 8
#define THREAD_FP_TURNS     113
#define THREAD_CEILING      115
#define SENDER_FLAGS        112 /* as a thread's */
#define SENDER_KIND         116 /* kind, grant or shares, fired_again, state */
#define KIND_SHIFT          32  /* in a word from the flags on */
#define THREAD_FIRED_AGAIN  118 /* and state */
#define THREAD_SENDER_STATE 119
#define THREAD_STATE        120 /* state, loaded_on, lent, bereft; zeroes; owes */
#define THREAD_LENT_BIT     16  /* of these */
#define THREAD_OWES         128
#define THREAD_RECEIVING_ON 136 /* and slots */
#define THREAD_SLOTS        144
#define THREAD_ARRIVAL      148 /* the upper half of these */
#define THREAD_TABLE        152 /* and table_last */
#define THREAD_TIME         168
#define THREAD_SPACE_WORD   176
#define THREAD_ENDING       184 /* and vital */
#define THREAD_FAULT_WORD   200
#define THREAD_FRAME        232
#define THREAD_FAULT        584 /* a slot: the endpoint, and its badge */
#define THREAD_LINK_RECEIVE 616
#define THREAD_FP           640

/* struct core, kernel/core.h */
#define CORE_GATE         0
#define CORE_RUNS_LENT    4
#define CORE_CURRENT      8  /* and loaded */
#define CORE_SPACE        24 /* and space_left */
#define CORE_RUNNING      40 /* and since */
#define CORE_READY_LEVELS 56 /* and interrupted */
#define CORE_INTERRUPTED  64 /* and its thread */
#define CORE_INTERRUPTED_THREAD 72
#define CORE_TOOK         80 /* twelve bytes, as from SENDER_FLAGS of an Interrupt on */
#define CORE_NUMBER       92
#define CORE_ALONE        94
#define CORE_TIMER_BEFORE 104 /* and what is set */
#define CORE_TIMER_SET    112 /* and when it is to come for a deadline */
#define CORE_READY        160

/* struct endpoint, struct sched_context, struct slot */
#define ENDPOINT_HOME     0 /* and warm */
#define ENDPOINT_WARM     8
#define ENDPOINT_RECEIVERS 16
#define ENDPOINT_ACTIVE   32
#define NOTIFICATION_BITS 120
#define EVENT_TIME        128 /* and endpoint */
#define INTERRUPT_OWING   120
#define INTERRUPT_LINE    124
#define SCHED_CONTEXT_THREAD     16 /* and event; before them the links of the ready queue */
#define SCHED_CONTEXT_EVENT      24
#define SCHED_CONTEXT_WORD       32 /* of core, nothing, and priority */
#define SCHED_CONTEXT_CORE       32
#define SCHED_CONTEXT_PRIORITY   35
#define SCHED_CONTEXT_LEVEL      36
#define SCHED_CONTEXT_REMAINING  40 /* and period_end */
#define SCHED_CONTEXT_DYING_RING 128
#define SLOT_TYPE_SHIFT   48 /* 8 bits, then the rights */
#define SLOT_TYPE_ENDPOINT 5
#define SLOT_TYPE_NOTIFICATION 8
/* Operations of kernel_operation: a bit for each, which is three bits of the type, three of the label. */
#define OPERATIONS_TYPES  (1 << 1 | 1 << 2 | 1 << 12) /* Untyped, CapTable, Frame */
#define OPERATIONS_LABELS 8
#define OPERATIONS_LOW    0x001e0200 /* RETYPE; COPY, MINT, MOVE, DELETE */
#define OPERATIONS_HIGH   0x00000006 /* MAP, UNMAP */
#define OPERATION_ENDS_BIT 16
#define SLOT_RIGHT_SEND   (1 << 8)
#define SLOT_RIGHT_RECV_BIT (SLOT_TYPE_SHIFT + 8 + 1)
#define SLOT_RIGHT_GRANT_BIT (SLOT_TYPE_SHIFT + 8 + 2)
#define SLOT_TYPE_FRAME   12
#define SLOT_TYPES_NO_COPY (1 | 1 << 1 | 1 << 9 | 1 << 11) /* nothing, Untyped, Reply, PageTable */
#define SLOT_NEXT         16 /* with the depth where the object has its type, and flags above */
#define SLOT_PREV         24
#define SLOT_DEPTH_MAX    255
#define SLOT_ENDING_BIT   60

/* Numbers of the ABI and of the kernel's own states */
#define SYSCALL_NUMBER_CALL       1
#define SYSCALL_NUMBER_REPLY_RECV 3
#define SYSCALL_NUMBER_TRY_RECV   5
#define SYSCALL_NUMBER_YIELD      6
#define STATUS_NUMBER_WOULD_WAIT  3
#define SIGNAL_LABEL              2
#define THOLE_TAG_CAP_BIT         3
#define TAG_KEPT                  0xffffffff0000000f /* label, words, and that a capability came */
#define TAG_LABEL                 0xffffffff00000000
#define TAG_KIND_CALL             (1 << 4)
#define SENDER_STATE_IN_SERVICE   3
#define SENDER_FLAG_EVENT         1
#define SENDER_FLAG_FAULTED       2
#define KIND_NUMBER_CALL          1
#define KIND_NUMBER_FAULT         5
#define FAULT_NUMBER_READ         1 /* and WRITE */
#define FAULT_NUMBER_TIMEOUT      10
#define KIND_NUMBER_INTERRUPT     2
#define KIND_NUMBER_SIGNAL        4
#define THREAD_STATE_RECEIVING    2
#define THREAD_STATE_CALLING      3
#define CNTV_CTL_ON               1 /* Arm ARM, CNTV_CTL_EL0: enabled */
#define CNTV_CTL_SILENT           3 /* enabled, and masked */
#define CONDITION_C               2 /* for ccmp: hs */
#define CONDITION_Z               4 /* eq, le */
#define PSTATE_FLAGS              0xf0000000 /* N, Z, C, V */
#define CONDITION_HI              2          /* of these as ccmp sets them: C alone */
#define CPACR_OPEN                (3 << 20)  /* CPACR_EL1: FP/SIMD traps from nowhere */

/* struct frame, arch_types.h */
#define OFFSET_X(n)   ((n)*8)
#define OFFSET_SP     248
#define OFFSET_PC     256
#define OFFSET_PSTATE 264
#define OFFSET_TLS    272
#define OFFSET_STEP   280
#define FRAME_BYTES  288

/* struct fp_state, arch_types.h */
#define FP_STATUS 0 /* FPSR and FPCR */
#define FP_Q(n)   (16 + (n)*16)

/* struct cpu, cpu.h */
#define CPU_STACK_TOP     0
#define CPU_ENTRY_SCTLR   8
#define CPU_CORE          16
#define CPU_INTERFACE     24 /* behind the core */
#define CPU_STEPPING      32
#define CPU_TAKEN         36
#define CPU_LINES         40 /* irq_line */
#define CPU_EMERGENCY_TOP 48
#define CPU_AFFINITY      56
#define CPU_MAY_START     64
#define CPU_BYTES         128

/* GICv2's CPU interface (IHI 0048, 4.4), gicv2.h; in both versions what is taken, and is no line */
#define GICC_IAR       0x000c
#define GICC_EOIR      0x0010
#define GICC_DIR       0x1000
#define GIC_SPI_FIRST_LINE 32
#define GIC_LINES_END  1020
#define GIC_TAKEN_BIT  31

/* struct translation, kernel_map.h */
#define TRANSLATION_TTBR0 0
#define TRANSLATION_MAIR  16
#define TRANSLATION_SCTLR 32

/* struct boot_stacks, layout.h */
#define STACK_TOP_OFFSET     (4096 + 8192)
#define EMERGENCY_TOP_OFFSET (STACK_TOP_OFFSET + 4096 + 4096)
