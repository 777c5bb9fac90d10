/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server without time of its own serves clients of two cores: it runs on the
 * time that is lent to it, and so changes cores with each message ("Lending",
 * "Leaving" in docs/kernel-states.md). It may set a reply aside, and answers it
 * in its next service, on whatever core that is. FP/SIMD is as in
 * arch/arm64/fp.c: closed until it is used, saved when the thread leaves the
 * core, and loaded when it comes back, until it has not been used for a while.
 *
 * `newest` says where the last value of a thread's FP registers can be found: a
 * bit for each core, and one for memory. A client may end, and another be made
 * in its memory, whose FP registers are to be zero.
 *
 * Safety: registers are in memory or in one core, complete before they are
 *         loaded; FP values are the thread's last; time is in one place.
 * Live:   each call is answered.
 */
#define NONE 7
#define CORES 2
#define CLIENTS 2               /* client n has a SchedContext of core n */
#define SERVER 2
#define THREADS 3
#define MEMORY 4                /* bits of newest: 1, 2: a core */
#define BIT(core) (1 + core)    /* of two */

mtype = { READY, RECEIVING, CALLING };
mtype = { SVC, INTERRUPT };

mtype state[THREADS] = READY;
byte time_of[THREADS] = NONE;   /* the SchedContext, which is named as its core */
bool queued[THREADS];
byte owes = NONE;               /* whom the server serves */
byte aside = NONE;              /* the caller that a Reply stands for */
chan calls = [CLIENTS] of { byte };

byte current[CORES] = NONE;
byte loaded[CORES] = NONE;
bool kicked[CORES] = true;

bool fp_open[CORES];            /* CPACR_EL1 */
bool fp_turns[THREADS];         /* some are left */
byte newest[THREADS] = MEMORY;  /* ghost */

byte frame_user[THREADS] = NONE;    /* ghosts, as in leave.pml */
byte in_cpu[THREADS] = NONE;

/* --- FP/SIMD: arch/arm64/fp.c, kernel/object/thread.h ------------------------------------ */

/* fp_load */
inline fp_load(thread)
{
    for (other : 0 .. THREADS - 1) {
        newest[other] = (other == thread -> newest[other] : newest[other] & ~BIT(c))
    }
    other = 0;
    newest[thread] = ((newest[thread] & MEMORY) != 0
        -> newest[thread] | BIT(c) : newest[thread] & ~BIT(c))
}

/* The program uses them; closed: it traps, outside the lock */
inline fp_use()
{
    if
    :: fp_open[c] -> skip
    :: !fp_open[c] ->
        fp_open[c] = true;
        atomic { fp_load(t) };
        fp_turns[t] = true
    fi;
    atomic {
        assert((newest[t] & BIT(c)) != 0);
        newest[t] = BIT(c)
    }
}

inline fp_save(thread)
{
    assert(fp_open[c]);
#ifndef BREAK_FP_SAVE
    newest[thread] = ((newest[thread] & BIT(c)) != 0
        -> newest[thread] | MEMORY : newest[thread] & ~MEMORY)
#endif
}

/* arch_fp_switch */
inline fp_switch()
{
    if
    :: from != NONE -> fp_save(from)
    :: from == NONE && to != NONE -> fp_open[c] = true
    :: else
    fi;
    if
    :: to != NONE -> fp_load(to)
#ifndef BREAK_TURN              /* it stays open when the turns are over */
    :: to == NONE && from != NONE -> fp_open[c] = false
#endif
    :: else
    fi;
    from = NONE;
    to = NONE
}

/* thread_load_fp: some turns later they are not loaded */
inline fp_turn(thread)
{
    if
    :: thread != NONE && fp_turns[thread] -> to = thread
    :: thread != NONE && fp_turns[thread] -> fp_turns[thread] = false
    :: else
    fi
}

/* --- Frames ------------------------------------------------------------------------- */

inline save()
{
    atomic { assert(frame_user[t] == NONE && in_cpu[t] == c); frame_user[t] = c };
    atomic { frame_user[t] = NONE; in_cpu[t] = NONE }
}

inline restore()
{
    atomic { assert(frame_user[t] == NONE && in_cpu[t] == NONE); frame_user[t] = c };
    atomic { frame_user[t] = NONE; in_cpu[t] = c }
}

inline use_frame(thread)
{
    assert(frame_user[thread] == NONE && in_cpu[thread] == NONE)
}

/* --- kernel/object/sender.c and endpoint.c --------------------------------------------- */

inline ready(thread)
{
    assert(!queued[thread] && time_of[thread] != NONE);
    state[thread] = READY;
    queued[thread] = true;
#ifndef BREAK_KICK
    if
    :: time_of[thread] != c -> kicked[time_of[thread]] = true
    :: time_of[thread] == c
    fi
#endif
}

/* sender_deliver: to the server, which has no time now */
inline deliver(caller)
{
    use_frame(caller);
    use_frame(SERVER);
    assert(owes == NONE && time_of[SERVER] == NONE && time_of[caller] == caller);
    owes = caller;
    time_of[SERVER] = caller;
    time_of[caller] = NONE;
    ready(SERVER)
}

/* detach: the time goes home */
inline detach()
{
    assert(time_of[SERVER] == owes && time_of[owes] == NONE);
#ifndef BREAK_HOME
    time_of[owes] = owes;
#endif
    time_of[SERVER] = NONE;
    caller = owes;
    owes = NONE
}

inline finish(caller)
{
    use_frame(caller);
    assert(state[caller] == CALLING);
    ready(caller)
}

inline receive()
{
    current[c] = NONE;
    if
    :: calls?[caller] -> calls?caller; deliver(caller)
    :: empty(calls) -> state[SERVER] = RECEIVING
    fi
}

inline client()
{
    if
    :: true ->                          /* call */
        state[t] = CALLING;
        current[c] = NONE;
        if
        :: state[SERVER] == RECEIVING -> deliver(t)
        :: else -> calls!t
        fi
    :: t == 0 ->                        /* it ends, and another is made in its memory */
#ifndef BREAK_ABANDON
        if
        :: fp_turns[t] -> fp_save(t); fp_open[c] = false
        :: else
        fi;
#endif
        loaded[c] = NONE;
        fp_turns[t] = false;
        newest[t] = MEMORY
    fi
}

inline server()
{
    assert(owes != NONE);
    if
    :: aside != NONE -> /* call on a Reply */
        finish(aside);
        aside = NONE
    :: aside == NONE -> /* recv, a slot named */
        detach();
        aside = caller;
        receive()
    :: aside == NONE -> /* reply_recv */
        detach();
        finish(caller);
        receive()
    fi;
    caller = 0
}

/* --- kernel/core.c ----------------------------------------------------------------------- */

inline choose()
{
    for (other : 0 .. THREADS - 1) {
        if
        :: current[c] == NONE && queued[other] && time_of[other] == c ->
            queued[other] = false;
            current[c] = other
        :: else
        fi
    }
    other = 0;
    if
    :: current[c] != loaded[c] ->
        if
        :: loaded[c] != NONE -> from = (fp_turns[loaded[c]] -> loaded[c] : NONE)
        :: else
        fi;
        fp_turn(current[c]);
        loaded[c] = current[c];
#ifndef BREAK_FP_LATE
        fp_switch()
#endif
    :: else
    fi;
    t = loaded[c]
}

inline time_is_in_one_place()
{
    for (other : 0 .. CLIENTS - 1) {
        assert((time_of[other] == other) + (time_of[SERVER] == other) == 1);
        assert(time_of[SERVER] != other || owes == other)
    }
    other = 0
}

inline enter_kernel()
{
    atomic {
        if
        :: event == INTERRUPT -> kicked[c] = false
        :: event == SVC && t == SERVER -> server()
        :: event == SVC && t != SERVER -> client()
        fi;
        choose();
        time_is_in_one_place();
        event = INTERRUPT
    }
#ifdef BREAK_FP_LATE            /* saved after the lock is released */
    atomic { fp_switch() }
#endif
}

proctype core(byte c)
{
    byte t = NONE, from = NONE, to = NONE, other, caller;
    mtype event = INTERRUPT;

idle:
end_idle:
    kicked[c];
    goto enter;
user:
    if
    :: t != 1 -> fp_use()
    :: skip
    fi;
    if
    :: event = SVC
    :: kicked[c]
    fi;
    save();
enter:
    enter_kernel();
    if
    :: t == NONE -> goto idle
    :: t != NONE -> restore(); goto user
    fi
}

init
{
    atomic {
        time_of[0] = 0;
        time_of[1] = 1;
        queued[0] = true;
        queued[1] = true;
        state[SERVER] = RECEIVING;
        run core(0);
        run core(1)
    }
}

ltl live { [] (state[0] == CALLING -> <> (state[0] == READY)) }
