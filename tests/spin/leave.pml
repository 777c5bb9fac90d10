/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a thread away from the core that runs it ("Leaving" in
 * docs/kernel-states.md). What is outside the lock is a step of its own here:
 * saving registers into the frame, asking for the lock, restoring, sleeping.
 * What is inside is one step, for nobody else does anything inside meanwhile;
 * that the lock is fair is shown by lock.pml.
 *
 * A program counter is counted in system calls from the last one executed: it
 * is 1 in the one that enters, and 0 whenever registers are restored or read,
 * so that each call, undone or not, is executed once.
 *
 * Safety: any two threads, on two cores, do anything to each other and to
 *         themselves. No thread is in two processors, no frame is used by two,
 *         nothing is touched after it was freed.
 * Live:   a third core deletes, reads, moves ... a thread that runs on two:
 *         RESULT_MORE ends, and no kick is lost.
 */
#define NONE 7

#ifdef LIVE
#define THREADS 3
#define CORES 3
#define MASTER 1                /* the thread that does it, on a core of its own */
#define MASTER_CORE 2
#define RESUMER 2               /* resumes for ever what the master deletes, from core 1 */
#ifdef BREAK_RUNNING
#define SCRIPTS 6
#else
#define SCRIPTS 5
#endif
#else
#define THREADS 2
#define CORES 2
#endif

mtype = { SVC, FAULT, INTERRUPT };
mtype = { STOPPED, READY, STRANDED, FREED };
mtype = { NULL_CALL, SUSPEND, RESUME, STEP, UNBIND, BIND, MOVE, REGISTERS, DELETE, FREE_ROOT };
mtype = { WAIT };               /* polls until the other has run */

/* struct thread */
mtype state[THREADS] = READY;
bool suspended[THREADS];
bool ending[THREADS];           /* its deletion has begun: it is unconfigured, RESUME refuses */
byte core_of[THREADS];          /* of its SchedContext; NONE: it has no time */
bool queued[THREADS];           /* in the ready queue of that core */
byte loaded_on[THREADS] = NONE; /* the core that has its registers, or may be saving them */
byte pc[THREADS];               /* in its frame: system calls that it made and nobody executed */
mtype wish[THREADS] = NULL_CALL; /* in its registers: what answered RESULT_MORE */
byte whom[THREADS];
bool space_dead[THREADS];
bool root_freed[THREADS];

/* struct core */
byte current[CORES] = NONE;
byte loaded[CORES] = NONE;
byte root[CORES] = NONE;        /* whose translation tables it walks */
bool kicked[CORES] = true;      /* the software interrupt, latched */

/* Ghosts */
byte frame_user[THREADS] = NONE;
byte in_cpu[THREADS] = NONE;
bool ran;                       /* where its time is, since it was last taken away */
bool finished;

/* --- Outside the lock: arch/arm64/vectors.S ------------------------------------- */

inline save()
{
    atomic {
        assert(state[t] != FREED && frame_user[t] == NONE && in_cpu[t] == c);
        frame_user[t] = c;
#ifdef BREAK_EARLY              /* "not loaded any more", said before it is true */
        loaded_on[t] = NONE;
#endif
    };
    atomic { pc[t] = registers; frame_user[t] = NONE; in_cpu[t] = NONE };
}

inline restore()
{
    atomic {
#ifdef BREAK_ORDER              /* said after the lock is released */
        loaded_on[t] = c;
#endif
        assert(state[t] != FREED && frame_user[t] == NONE && in_cpu[t] == NONE);
        frame_user[t] = c;
    };
    atomic {
        registers = pc[t];
        frame_user[t] = NONE;
        in_cpu[t] = c;
        assert(registers == 0);
#ifdef LIVE
        ran = ran || t == 0;
#endif
    };
}

/* A program that computes for ever is left only because of a kick. */
inline compute()
{
    if
    :: event = SVC; registers = 1
#ifdef LIVE
    :: t == 0 && kicked[c] -> event = INTERRUPT
#else
    :: event = FAULT
    :: event = INTERRUPT
#endif
#ifdef LIVE
    :: t == 0 -> kicked[c] -> event = INTERRUPT
#endif
    fi;
}

/* --- Inside the lock --------------------------------------------------------------- */

inline kick(which)
{
#ifdef BREAK_KICK
    skip;
#else
    kicked[which] = true;
#endif
}

#define elsewhere(o) (loaded_on[o] != NONE && loaded_on[o] != c)

/* core_ready: the thread is READY, and is not marked as suspended. */
inline queue(o)
{
    assert(state[o] == READY && !queued[o] && core_of[o] != NONE);
    queued[o] = true;
    if
    :: core_of[o] != c -> kick(core_of[o])
    :: else
    fi
}

/* A thread that can run now: displaced if another core has not left it yet. */
inline make_ready(o)
{
    if
    :: suspended[o] -> skip
#ifndef BREAK_DISPLACED
    :: !suspended[o] && elsewhere(o) -> skip
    :: !suspended[o] && !elsewhere(o) -> queue(o)
#else
    :: !suspended[o] -> queue(o)
#endif
    fi
}

/* core_unready, of a thread that may be the current one of any core. */
inline take_away(o)
{
    ran = false;
    if
    :: queued[o] -> queued[o] = false
    :: !queued[o] ->
        for (e : 0 .. CORES - 1) {
            if
            :: current[e] == o ->
                current[e] = NONE;
                if
                :: e != c -> kick(e)
                :: else
                fi
            :: else
            fi
        }
        e = 0
    fi
}

/* The kernel reads or writes a frame that is in memory. */
inline use_frame(o)
{
    assert(state[o] != FREED && frame_user[o] == NONE && in_cpu[o] == NONE);
    assert(pc[o] == 0)
}

inline op_registers(o)
{
#ifdef BREAK_RUNNING            /* of a thread that is neither suspended nor stopped */
    if
    :: elsewhere(o) && current[loaded_on[o]] == o ->
        e = loaded_on[o]; current[e] = NONE; kick(e); e = 0
    :: else
    fi;
#endif
    if
#ifndef BREAK_LOADED
    :: elsewhere(o) -> more = true
    :: !elsewhere(o) -> use_frame(o)
#else
    :: use_frame(o)
#endif
    fi
}

/* object_destroy of a thread */
inline op_delete(o)
{
    take_away(o);
    state[o] = STOPPED;
#ifndef BREAK_RESUMED
    ending[o] = true;
#endif
    if
#ifndef BREAK_DELETE
    :: elsewhere(o) -> more = true
    :: !elsewhere(o) ->
#else
    :: true ->
#endif
        use_frame(o);
        state[o] = FREED;
        core_of[o] = NONE;
        wish[o] = NULL_CALL;
        if
        :: loaded[c] == o -> loaded[c] = NONE
        :: else
        fi;
        loaded_on[o] = NONE
    fi
}

/* address_space_destroy, and the use of its memory for something else */
inline op_free_root(o)
{
    space_dead[o] = true;
    for (e : 0 .. CORES - 1) {
        if
        :: e != c && root[e] == o ->
#ifndef BREAK_ROOT
            more = true;
#endif
            kick(e)
        :: e == c && root[e] == o -> root[e] = NONE
        :: else
        fi
    }
    e = 0;
    if
    :: !more ->
        root_freed[o] = true;
        for (e : 0 .. CORES - 1) {
            assert(root[e] != o)
        }
        e = 0
    :: more
    fi
}

inline op_bind(o)
{
    select_core(core_of[o]);
    if
    :: state[o] == STRANDED -> state[o] = READY; make_ready(o)
    :: else
    fi
}

/* SCHED_CONTROL_CONFIGURE with another core, of a SchedContext that is not queued. */
inline op_move(o)
{
    select_core(core_of[o]);
    if
    :: current[c] == o -> current[c] = NONE; make_ready(o)
    :: current[c] != o -> take_away(o)
    fi
}

inline select_core(variable)
{
#ifdef LIVE
    variable = 1
#else
    if
    :: variable = 0
    :: variable = 1
    fi
#endif
}

inline op_resume(o)
{
    if
    :: ending[o] -> skip
    :: state[o] == STOPPED && !ending[o] ->
        suspended[o] = false;
        if
        :: core_of[o] == NONE -> state[o] = STRANDED
        :: else -> state[o] = READY; make_ready(o)
        fi
    :: state[o] != STOPPED && suspended[o] ->
        suspended[o] = false;
        if
        :: state[o] == READY -> make_ready(o)
        :: else
        fi
    :: else
    fi
}

/* RESUME for one instruction: arch_frame_step writes to the frame first. */
inline op_step(o)
{
    if
#ifndef BREAK_STEP
    :: suspended[o] && elsewhere(o) -> more = true
    :: suspended[o] && !elsewhere(o) -> use_frame(o); op_resume(o)
#else
    :: suspended[o] -> use_frame(o); op_resume(o)
#endif
    :: !suspended[o]
    fi
}

inline operate(o)
{
    if
    :: wish[t] == SUSPEND -> suspended[o] = true; take_away(o)
    :: wish[t] == RESUME -> op_resume(o)
    :: wish[t] == STEP -> op_step(o)
    :: wish[t] == UNBIND ->
        take_away(o);
        core_of[o] = NONE;
        if
        :: state[o] == READY -> state[o] = STRANDED
        :: else
        fi
    :: wish[t] == BIND ->
        if
        :: core_of[o] == NONE -> op_bind(o)
        :: else
        fi
    :: wish[t] == MOVE ->
        if
        :: core_of[o] != NONE && !queued[o] -> op_move(o)
        :: else
        fi
    :: wish[t] == REGISTERS -> op_registers(o)
    :: wish[t] == DELETE -> op_delete(o)
    :: wish[t] == FREE_ROOT -> op_free_root(o)
    :: wish[t] == WAIT -> more = !ran
    :: wish[t] == NULL_CALL -> skip
    fi
}

/* What a program wishes, unless it repeats what answered RESULT_MORE. */
#ifdef LIVE
byte script, line;

inline wish_next()
{
    if
    :: t == MASTER ->
        whom[t] = 0;
        if
        :: script == 0 && line == 0 -> wish[t] = DELETE
        :: script == 1 && line == 0 -> wish[t] = SUSPEND
        :: script == 1 && line == 1 -> wish[t] = REGISTERS
        :: script == 1 && line == 2 -> wish[t] = RESUME
        :: script == 1 && line == 3 -> wish[t] = WAIT
        :: script == 2 && line == 0 -> wish[t] = UNBIND
        :: script == 2 && line == 1 -> wish[t] = BIND
        :: script == 2 && line == 2 -> wish[t] = WAIT
        :: script == 3 && line == 0 -> wish[t] = MOVE
        :: script == 3 && line == 1 -> wish[t] = WAIT
        :: script == 4 && line == 0 -> wish[t] = FREE_ROOT
        :: script == 5 && line == 0 -> wish[t] = DELETE
        :: script == 6 && line == 0 -> wish[t] = REGISTERS
        :: else -> wish[t] = NULL_CALL; finished = true
        fi;
        line = (finished -> 0 : line + 1)
    :: t == RESUMER -> whom[t] = 0; wish[t] = RESUME
    :: else
    fi
}
#else
inline wish_next()
{
    if
    :: whom[t] = 0
    :: whom[t] = 1
    fi;
    if
    :: wish[t] = SUSPEND
    :: wish[t] = RESUME
    :: wish[t] = MOVE
    :: wish[t] = DELETE
#ifdef SPACE
    :: wish[t] = FREE_ROOT
#else
    :: wish[t] = STEP
    :: wish[t] = UNBIND
    :: wish[t] = BIND
    :: wish[t] = REGISTERS
#endif
    :: wish[t] = NULL_CALL
    fi
}
#endif

inline system_call()
{
    assert(state[t] == READY && !suspended[t] && !queued[t] && pc[t] == 1);
    pc[t] = 0;
    if
    :: wish[t] == NULL_CALL -> wish_next()
    :: else
    fi;
    more = false;
    if
    :: state[whom[t]] != FREED -> operate(whom[t])
    :: state[whom[t]] == FREED && wish[t] == FREE_ROOT -> op_free_root(whom[t])
    :: else
    fi;
    if
    :: !more -> wish[t] = NULL_CALL; whom[t] = 0
    :: else
    fi
}

/* The event with which the core enters is undone if its thread was taken away. */
inline undo()
{
    if
    :: event == SVC ->
#ifndef BREAK_UNDO
        assert(state[t] != FREED && frame_user[t] == NONE);
        assert(pc[t] == 1);
        pc[t] = 0
#endif
    :: else
    fi;
#ifndef BREAK_REQUEUE
    if
    :: state[t] == READY && !suspended[t] && !queued[t] -> queue(t)
    :: else
    fi
#endif
}

inline handle()
{
    if
    :: t == NONE -> skip
#ifndef BREAK_TAKEN             /* the event goes on as if nothing had been */
    :: t != NONE && current[c] == NONE -> undo()
    :: t != NONE && current[c] != NONE ->
#else
    :: t != NONE ->
#endif
        if
        :: event == SVC -> system_call()
        :: event == FAULT -> state[t] = STOPPED; current[c] = NONE
        :: event == INTERRUPT && current[c] != NONE -> current[c] = NONE; queue(t)
        :: event == INTERRUPT -> skip
        fi
    fi
}

/* core_choose, and load */
inline choose()
{
    if
    :: current[c] == NONE ->
        if
        :: queued[0] && core_of[0] == c -> queued[0] = false; current[c] = 0
        :: queued[1] && core_of[1] == c -> queued[1] = false; current[c] = 1
#ifdef LIVE
        :: queued[RESUMER] && core_of[RESUMER] == c ->
            queued[RESUMER] = false;
            current[c] = RESUMER
#endif
        :: else
        fi
    :: current[c] != NONE
    fi;
    if
    :: current[c] != loaded[c] ->
        if
        :: loaded[c] != NONE -> loaded_on[loaded[c]] = NONE
        :: else
        fi;
        loaded[c] = current[c];
#ifndef BREAK_ORDER
        if
        :: loaded[c] != NONE ->
            assert(loaded_on[loaded[c]] == NONE);
            loaded_on[loaded[c]] = c
        :: else
        fi
#endif
    :: else
    fi;
    t = loaded[c];
    assert(t == NONE || (state[t] == READY && !suspended[t] && !queued[t] && core_of[t] == c));
    root[c] = NONE;
    if
    :: t != NONE && !space_dead[t] -> root[c] = t
    :: else
    fi
}

inline enter_kernel()
{
    atomic {
#ifndef BREAK_ACKNOWLEDGE
        if
        :: event == INTERRUPT -> kicked[c] = false
        :: else
        fi;
#endif
        handle();
        choose();
        more = false;
        registers = 0
    }
#ifdef BREAK_ACKNOWLEDGE        /* acknowledged after the lock is released */
    if
    :: event == INTERRUPT -> kicked[c] = false
    :: else
    fi
#endif
}

proctype core(byte c)
{
    byte t = NONE, e, registers;
    bool more;
    mtype event;

idle:
end_idle:
    atomic { kicked[c] -> event = INTERRUPT };
    goto enter;
user:
    compute();
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
        core_of[0] = 0;
        queued[0] = true;
        queued[1] = true;
#ifdef LIVE
        core_of[MASTER] = MASTER_CORE;
        select (script : 0 .. SCRIPTS);
        core_of[RESUMER] = 1;
        queued[RESUMER] = (script == 5);
        run core(2);
#else
        core_of[1] = 1;
#endif
        run core(0);
        run core(1)
    }
}

#ifdef LIVE
ltl live { <> finished }
#endif
