/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ticket lock around every entry of the kernel: whoever asks draws a
 * ticket in one atomic addition, waits until the number served is its own, and
 * serves the next by a plain store, which only the holder does. A waiter
 * sleeps: its load arms the core's monitor, the store that follows wakes it.
 * Memory is sequentially consistent here; that the load acquires and the store
 * releases is the business of the assembly.
 *
 * Safety: one core inside; in the order of the tickets; nobody sleeps for ever.
 * Live:   who has drawn a ticket gets inside, if each core goes on (-f).
 */
#define CORES 4
#define NOBODY 255

#ifdef BREAK_NARROW
#define TICKETS 2       /* the counter wraps around among those that wait */
#else
#define TICKETS 4       /* wraps around all the time, but holds all the cores */
#endif

byte drawn, served;             /* the lock: two halves of a word, modulo TICKETS */
bool armed[CORES];              /* the core's exclusive monitor watches `served` */
bool signalled[CORES];          /* the core's event register */

byte inside = NOBODY;           /* ghost: who is in the kernel */
bool waits[CORES];              /* ghost: has drawn, is not inside yet */
chan order = [CORES] of { byte };   /* ghost: in which order they drew */

inline draw()
{
#ifdef BREAK_ATOMIC
    ticket = drawn;                             /* a load, and later a store */
    atomic { drawn = (ticket + 1) % TICKETS; waits[self] = true; order!self };
#else
    atomic { ticket = drawn; drawn = (drawn + 1) % TICKETS; waits[self] = true; order!self };
#endif
}

inline wait()
{
    do
#ifdef BREAK_MONITOR
    :: atomic { served != ticket -> skip };     /* a plain load, then sleep */
#else
    :: atomic { served != ticket -> armed[self] = true };
#endif
       atomic { signalled[self] -> signalled[self] = false };
    :: atomic { served == ticket -> armed[self] = false; break };
    od
}

inline enter()
{
    atomic {
        assert(inside == NOBODY);
        inside = self;
        waits[self] = false;
        order?first;
        assert(first == self);
    }
}

inline serve_next()
{
    d_step {
        served = (served + 1) % TICKETS;
        for (other : 0 .. CORES - 1) {
            signalled[other] = signalled[other] || armed[other];
            armed[other] = false;
        }
        other = 0;
    }
}

active [CORES] proctype core()
{
    byte self = _pid, ticket, first, other;

outside:
    if
    :: skip                     /* a system call, a fault, an interrupt */
    :: skip -> goto end_outside /* a program that never enters the kernel again */
    fi;
#ifdef BREAK_FAIR               /* no tickets: whoever looks first after a release */
    waits[self] = true;
    atomic { inside == NOBODY -> inside = self; waits[self] = false };
    inside = NOBODY;
#else
    draw();
    wait();
#ifdef BREAK_EARLY
    serve_next();
    enter();
    inside = NOBODY;
#else
    enter();
    inside = NOBODY;
    serve_next();
#endif
#endif
    goto outside;
end_outside:
    false
}

ltl live { [] (waits[0] -> <> !waits[0]) }
