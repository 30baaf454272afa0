// What time is it on the scheduler's clock of a CPU? Each CPU keeps that clock for itself: time that interrupts or other
// virtual machines took is left out of it, so that clocks of two CPUs grow apart for as long as the machine is up.
#pragma once

#include <map>
#include <optional>
#include <set>

namespace pystack {

// Where `se.exec_start` of a thread is written, below `directory` (AT_FDCWD: as of now): ms on the clock of the CPU that it
// ran on last, when it last stopped. Nothing: the kernel does not tell, or the thread was moved to another CPU in its
// sleep, which sets it to zero. https://github.com/torvalds/linux/blob/v6.10/kernel/sched/fair.c (migrate_task_rq_fair)
std::optional<double> readExecStart(int directory, const char* path) noexcept;

// The clock of each of those CPUs, ms, by threads of ours that are sent there, all at once. Left out: the kernel does not
// tell, we may not run on that CPU, or did not come to run there within 250 ms.
std::map<int, double> readCpuClocks(const std::set<int>& cpus);

}  // namespace pystack
