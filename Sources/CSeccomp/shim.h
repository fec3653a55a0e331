#pragma once
#include <errno.h>
#include <seccomp.h>

// A macro with an argument, which Swift does not import: the action that has a system call fail as if the kernel did not have it.
static const uint32_t zwl_act_no_such_call = SCMP_ACT_ERRNO(ENOSYS);
