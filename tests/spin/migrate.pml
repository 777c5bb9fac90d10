/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server without time of its own serves clients of two cores: it runs on the
 * time that is lent to it, and so changes cores with each message ("Lending",
 * "Leaving" in docs/kernel-states.md). It may set a reply aside, and answers it
 * in its next service, on whatever core that is. FP/SIMD is as in
 * arch/arm64/fp.c: closed until it is used, saved when the thread leaves the
 * core, and not loaded again where it is still what it was.
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

byte fp_current[CORES] = NONE;  /* struct cpu */
byte fp_owner[CORES] = NONE;
bool fp_open[CORES];
byte fp_core[THREADS];          /* 1 + the core that loaded them last */
byte newest[THREADS] = MEMORY;  /* ghost */

byte frame_user[THREADS] = NONE;    /* ghosts, as in leave.pml */
byte in_cpu[THREADS] = NONE;

/* --- arch/arm64/fp.c -------------------------------------------------------------- */

/* fp_take: outside the lock, in two steps */
inline fp_use()
{
    if
    :: fp_open[c] -> skip
#ifdef BREAK_CACHED             /* the owner alone does not tell */
    :: !fp_open[c] && fp_owner[c] == t -> skip
    :: !fp_open[c] && fp_owner[c] != t ->
#else
    :: !fp_open[c] && fp_owner[c] == t && fp_core[t] == c + 1 -> skip
    :: !fp_open[c] && !(fp_owner[c] == t && fp_core[t] == c + 1) ->
#endif
        atomic {                /* fp_load */
            for (other : 0 .. THREADS - 1) {
                newest[other] = (other == t -> newest[other] : newest[other] & ~BIT(c))
            }
            other = 0;
            newest[t] = ((newest[t] & MEMORY) != 0 -> newest[t] | BIT(c) : newest[t] & ~BIT(c))
        };
        atomic { fp_core[t] = c + 1; fp_owner[c] = t }
    fi;
    atomic {
        fp_open[c] = true;
        assert((newest[t] & BIT(c)) != 0);
        newest[t] = BIT(c)
    }
}

/* fp_switch: the thread that was loaded leaves the core */
inline fp_leave()
{
    if
    :: fp_open[c] ->
#ifndef BREAK_FP_SAVE
        newest[fp_current[c]] = ((newest[fp_current[c]] & BIT(c)) != 0
            -> newest[fp_current[c]] | MEMORY : newest[fp_current[c]] & ~MEMORY);
#endif
        fp_open[c] = false
    :: !fp_open[c]
    fi;
    fp_current[c] = loaded[c]
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
        loaded[c] = NONE;
        fp_leave();
        newest[t] = MEMORY;
#ifndef BREAK_NEW
        fp_core[t] = 0
#endif
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
        loaded[c] = current[c];
#ifndef BREAK_FP_LATE
        fp_leave()
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
    if
    :: fp_current[c] != t -> atomic { fp_leave() }
    :: else
    fi
#endif
}

proctype core(byte c)
{
    byte t = NONE, other, caller;
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
